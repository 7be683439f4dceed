import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { epochMs } from "../../src/core/ids.ts";
import { type IngestServer, post, startIngest } from "../support/otlp-server.ts";

const NOW = epochMs(Date.UTC(2026, 10, 21, 2));
const REQUEST_ID = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f";
const AT = Date.parse("2026-11-21T01:47:20.123Z");

let server: IngestServer;
beforeAll(async () => {
  server = await startIngest({ tokens: "access-key-of-the-stream", nowMs: () => NOW });
});
afterAll(() => server.stop());
beforeEach(() => server.clear());

const subscription = (messages: readonly string[], more: object = {}) => ({
  messageType: "DATA_MESSAGE",
  owner: "123456789012",
  logGroup: "/ecs/payments",
  logStream: "payments/app/0123",
  subscriptionFilters: ["all"],
  logEvents: messages.map((message, index) => ({ id: String(index), timestamp: AT + index, message })),
  ...more,
});

const packed = (payload: object) => gzipSync(JSON.stringify(payload)).toString("base64");
const delivery = (...data: readonly string[]) => ({
  requestId: REQUEST_ID,
  timestamp: 1_578_090_901_599,
  records: data.map((each) => ({ data: each })),
});

const send = (body: object | string, headers: Readonly<Record<string, string>> = {}) =>
  post(server, "/v1/firehose", {
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: {
      "x-amz-firehose-protocol-version": "1.0",
      "x-amz-firehose-request-id": REQUEST_ID,
      "x-amz-firehose-access-key": "access-key-of-the-stream",
      ...headers,
    },
  });

test("log events are stored with the service of their group and the time of CloudWatch, and the answer is Firehose's", async () => {
  const response = await send(
    delivery(
      packed({
        messageType: "CONTROL_MESSAGE",
        logEvents: [{ id: "", timestamp: AT, message: "CWL CONTROL MESSAGE" }],
      }),
      packed(
        subscription([
          "ERROR charge 17 failed\n",
          '{"time":"2026-11-21T01:47:20.124456Z","level":"warn","msg":"slow","service":"ledger","trace_id":"0af7651916cd43dd8448eb211c80319c"}',
          '{"level":"info","msg":"says no time"}',
          '{\n  "level": "error",\n  "msg": "printed wide"\n}',
          "{broken",
        ]),
      ),
    ),
  );

  expect([response.status, response.headers.get("content-type"), response.json()]).toEqual([
    200,
    "application/json",
    { requestId: REQUEST_ID, timestamp: NOW },
  ]);
  const base = { kind: "log", host: "payments/app/0123" };
  expect(server.records()).toMatchObject([
    { ...base, service: "payments", severity: "error", body: "ERROR charge 17 failed", atNs: BigInt(AT) * 1_000_000n },
    {
      ...base,
      service: "ledger",
      severity: "warn",
      body: "slow",
      atNs: BigInt(Date.parse("2026-11-21T01:47:20.124Z")) * 1_000_000n + 456_000n,
    },
    { ...base, service: "payments", body: "says no time", atNs: BigInt(AT + 2) * 1_000_000n },
    { ...base, service: "payments", severity: "error", body: "printed wide" },
    { ...base, service: "payments", body: "{broken" },
  ]);
});

test("the lines of a stack trace are one record, those of another stream are not", async () => {
  const trace = ["TypeError: no basket", "    at add (/app/basket.js:42:7)", "    at sell (/app/till.js:3:1)"];
  await send(
    delivery(
      packed(subscription(trace)),
      packed(subscription(["    at elsewhere (/x.js:1:1)"], { logStream: "other" })),
    ),
  );

  expect(server.records()).toMatchObject([
    {
      body: trace.join("\n"),
      exception: { type: "TypeError", frames: ["/app/basket.js:42 add", "/app/till.js:3 sell"] },
    },
    { host: "other" },
  ]);
});

test("a request packed as a whole is unpacked too", async () => {
  const body = gzipSync(JSON.stringify(delivery(packed(subscription(["hello"])))));
  const response = await post(server, "/v1/firehose", {
    body,
    headers: {
      "content-encoding": "gzip",
      "x-amz-firehose-request-id": REQUEST_ID,
      "x-amz-firehose-access-key": "access-key-of-the-stream",
    },
  });

  expect(response.status).toBe(200);
  expect(server.records()).toHaveLength(1);
});

describe("what is refused stores nothing and says why, in the form that Firehose reads", () => {
  const bomb = gzipSync(Buffer.alloc(60_000_000, 32)).toString("base64");

  test.each([
    ["a wrong key", delivery(packed(subscription(["x"]))), { "x-amz-firehose-access-key": "other" }, 401],
    ["no delivery", { hello: 1 }, {}, 400],
    ["a record that is no gzip of ours", delivery(Buffer.from("hello").toString("base64")), {}, 400],
    ["a broken pack", delivery(packed(subscription(["x"])).slice(0, 40)), {}, 400],
    ["a bomb among good records", delivery(packed(subscription(["x"])), bomb), {}, 413],
    ["the id of another request", delivery(packed(subscription(["x"]))), { "x-amz-firehose-request-id": "other" }, 400],
    ["no JSON", "{", {}, 400],
  ])("%s", async (...[, body, headers, status]) => {
    const response = await send(body, headers);

    expect(response.status).toBe(status);
    expect(response.json()).toEqual({
      requestId: new Headers({ "x-amz-firehose-request-id": REQUEST_ID, ...headers }).get("x-amz-firehose-request-id"),
      timestamp: NOW,
      errorMessage: expect.stringMatching(/\w.*\.$/u),
    });
    expect(server.batches).toEqual([]);
  });
});
