import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { logsRequest } from "../../test/support/otlp-bodies.ts";
import { type IngestServer, post, startIngest, storedRecords } from "../../test/support/otlp-server.ts";
import { UnavailableError } from "../app/errors.ts";
import { RECORD_FORMAT } from "../core/columns/record-batch.ts";
import { epochMs } from "../core/ids.ts";
import { decodeRecord } from "./decode-record.ts";
import { ingestFormats } from "./registry.ts";
import { ingestTokens } from "./routes.ts";

const NOW = epochMs(Date.UTC(2026, 10, 21, 2));
const NDJSON = { "content-type": "application/x-ndjson; charset=utf-8" };

let server: IngestServer;
beforeAll(async () => {
  server = await startIngest({ nowMs: () => NOW });
});
afterAll(() => server.stop());
beforeEach(() => server.clear());

const sendLines = (lines: readonly string[]) => post(server, "/v1/events", { body: lines.join("\n"), headers: NDJSON });

const logLine = (timestamp: string) => `{"kind":"log","timestamp":"${timestamp}","severityText":"error","body":"b"}`;

describe("lines of JSON", () => {
  test("logs of any logger, spans and metrics are stored as the bytes they are; others are counted", async () => {
    const lines = [
      '{"time":"2026-11-21T01:47:20Z","level":"error","msg":"boom","service":"checkout"}',
      '{"kind":"metric","service":"checkout","metric":"errors","value":3,"time":1795225640}',
      '{"kind":"span","timestamp":"2026-11-21T01:47:20Z","name":"pay","spanKind":"client","durationNs":"5","status":"error","service.name":"checkout","traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331"}',
      '{"kind":"log","timestamp":"2026-11-21T01:47:21Z","severityText":"warn","body":"slow","service.name":"basket"}',
      "not json",
      '{"kind":"alert","timestamp":"2026-11-21T01:47:20Z","title":"t","status":"open"}',
    ];
    const response = await sendLines(lines);

    expect(response.json()).toEqual({
      accepted: 4,
      refused: 2,
      because: expect.stringContaining("a line of kind alert"),
    });
    expect(server.records()).toMatchObject([
      { kind: "log", service: "checkout", severity: "error", body: "boom" },
      { kind: "metric", service: "checkout", name: "errors", value: 3 },
      { kind: "span", service: "checkout", status: "error", name: "pay" },
      { kind: "log", service: "basket", severity: "warn", body: "slow" },
    ]);
    const [batch] = server.batches;
    expect([...(batch?.kinds.subarray(0, 4) ?? [])]).toEqual([1, 3, 2, 1]);
    expect(batch && storedRecords(batch).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(lines.slice(0, 4));
  });

  test("what is rare goes to the database, redacted, and the same line twice is one", async () => {
    const change = '{"kind":"deploy","service":"checkout","version":"v2","summary":"password=hunter2x"}';
    const note = '{"kind":"person","timestamp":"2026-11-21T01:52:00Z","who":"ada","text":"restarted it"}';
    await sendLines([change, note]);
    await sendLines([change]);

    expect(server.batches).toEqual([]);
    expect(server.events.map(({ kind }) => kind)).toEqual(["change", "person", "change"]);
    expect(new Set(server.events.map(({ id }) => id)).size).toBe(2);
    expect(
      JSON.stringify(server.events, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    ).not.toContain("hunter2x");
  });

  test("a log line of our format without a zone is refused with a sentence, one with it is taken", async () => {
    const response = await sendLines([
      logLine("2026-11-21T01:47:20"),
      logLine("2026-11-21T01:47:20Z"),
      logLine("2026-11-21T02:47:20+01:00"),
      '{"body":"b","timestamp":"2026-11-21T01:47:20Z","kind":"log"}',
    ]);

    expect(response.json()).toEqual({
      accepted: 3,
      refused: 1,
      because: expect.stringContaining("a line of kind log"),
    });
    expect(server.records().map(({ atNs }) => atNs)).toEqual(
      Array.from({ length: 3 }, () => BigInt(Date.parse("2026-11-21T01:47:20Z")) * 1_000_000n),
    );
  });

  test("a kind that is none of ours is a logger's own field", async () => {
    await sendLines(['{"kind":"audit","msg":"signed in","service":"till"}']);

    expect(server.records()).toMatchObject([{ kind: "log", body: "signed in", attributes: { kind: "audit" } }]);
  });

  test("more than 20,000 lines are refused one by one before any is read", async () => {
    const response = await sendLines(Array.from({ length: 20_005 }, () => '{"msg":"x"}'));

    expect(response.json()).toMatchObject({ accepted: 20_000, refused: 5, because: expect.stringContaining("20000") });
  });

  test("a body without one line that can be read stores nothing", async () => {
    expect(await sendLines(["nonsense"])).toMatchObject({ status: 400 });
    expect(server.batches).toEqual([]);
  });
});

test("an announced deploy becomes a change at its time; the same announcement twice is one", async () => {
  const deploy = {
    service: "checkout",
    version: "v2.4.1",
    at: "2026-11-21T01:45:00Z",
    by: "ci",
    url: "https://ci.example/1",
  };
  await post(server, "/v1/deploys", { body: JSON.stringify(deploy) });
  await post(server, "/v1/deploys", { body: JSON.stringify(deploy) });

  expect(new Set(server.events.map(({ id }) => id)).size).toBe(1);
  expect(server.events[0]).toMatchObject({
    kind: "change",
    service: "checkout",
    atNs: BigInt(Date.parse(deploy.at)) * 1_000_000n,
    change: { kind: "deploy", status: "deployed", version: "v2.4.1", by: "ci", url: deploy.url },
  });
  expect(await post(server, "/v1/deploys", { body: '{"service":"x"}' })).toMatchObject({ status: 400 });
});

const sendText = (body: string, query = "?service=till&host=pod-1") =>
  post(server, `/v1/text${query}`, { body, headers: { "content-type": "text/plain; charset=utf-8" } });

describe("plain text", () => {
  test("a stack trace is one record with the line it belongs to", async () => {
    const trace =
      "2026-11-21T01:47:20.5Z ERROR sale failed\njava.lang.IllegalStateException: drawer open\n\tat shop.Till.sell(Till.java:42)\nCaused by: java.io.IOException: jammed\n\tat shop.Drawer.shut(Drawer.java:7)";
    const response = await sendText(`2026-11-21T01:47:19Z INFO opened\r\n\r\n${trace}\nno time here`);

    expect(response.json()).toEqual({ accepted: 3, refused: 0 });
    expect(server.records()).toMatchObject([
      { severity: "info", service: "till", host: "pod-1", body: "2026-11-21T01:47:19Z INFO opened" },
      { severity: "error", body: trace, exception: { type: "java.io.IOException", message: "jammed" } },
      { body: "no time here", atNs: BigInt(NOW) * 1_000_000n },
    ]);
    expect(server.records()[1]?.atNs).toBe(BigInt(Date.parse("2026-11-21T01:47:20.5Z")) * 1_000_000n);
  });

  test("without a service the sender is told how to name it", async () => {
    const response = await sendText("hello", "");

    expect([response.status, response.json()]).toEqual([400, { error: expect.stringContaining("/v1/text?service=") }]);
  });
});

describe("addresses", () => {
  test("only POST is taken, only at the address itself, and only what it reads", async () => {
    expect((await fetch(`${server.url}/v1/logs`)).status).toBe(405);
    expect((await post(server, "/v1/logs/more", { body: "{}" })).status).toBe(404);
    const wrong = await post(server, "/v1/logs", { body: "x", headers: { "content-type": "text/html" } });
    expect([wrong.status, wrong.json()]).toEqual([
      415,
      { code: 3, message: expect.stringContaining("application/x-protobuf") },
    ]);
  });

  test("an empty request of OpenTelemetry is fine", async () => {
    expect(await post(server, "/v1/logs", { body: "{}" })).toMatchObject({ status: 200 });
  });

  test.each([
    ["nested", `{"resourceLogs":${"[".repeat(100)}${"]".repeat(100)}}`, "64 levels"],
    ["full of items", `{"resourceLogs":[${"0,".repeat(500_000)}0]}`, "fields and items"],
  ])("JSON that is %s is refused before it is parsed", async (_what, body, words) => {
    const response = await post(server, "/v1/logs", { body });

    expect([response.status, response.json()]).toEqual([400, { code: 3, message: expect.stringContaining(words) }]);
  });
});

describe("who may send", () => {
  test("a token may name its tenant, and the padding of base64 names none", () => {
    const tokens = ingestTokens({
      INGEST_TOKENS: "first-token-of-shop, shop-a=second-token-of-a, c2Vjb25kLXRva2Vu==, dG9rZW4tdGhyZWU=",
    });

    expect(tokens).toEqual([
      { tenant: "default", token: "first-token-of-shop" },
      { tenant: "shop-a", token: "second-token-of-a" },
      { tenant: "default", token: "c2Vjb25kLXRva2Vu==" },
      { tenant: "default", token: "dG9rZW4tdGhyZWU=" },
    ]);
  });

  test.each(["short", "a-long-enough-token,short", "shop-with-a-long-name=short"])(
    "a token that can be guessed is refused by a sentence: %s",
    (tokens) => {
      expect(() => ingestTokens({ INGEST_TOKENS: tokens })).toThrow(
        "INGEST_TOKENS: each token must have at least 16 characters",
      );
    },
  );

  test("a token stores for its own tenant only, and a wrong one nothing", async () => {
    const shared = await startIngest({ tokens: "plain-token-of-all,shop-a=token-of-the-shop-a" });
    try {
      const send = (authorization: string | null) =>
        post(shared, "/v1/logs", {
          body: JSON.stringify(logsRequest()),
          headers: authorization === null ? {} : { authorization },
        });
      const statuses = [
        await send("Bearer token-of-the-shop-a"),
        await send("Bearer plain-token-of-all"),
        await send("Bearer other"),
        await send(null),
      ];

      expect(statuses.map(({ status }) => status)).toEqual([200, 200, 401, 401]);
      expect(shared.tenants).toEqual(["shop-a", "default"]);
    } finally {
      await shared.stop();
    }
  });
});

describe("when it is too much", () => {
  const body = JSON.stringify(logsRequest());

  test("what cannot be stored is never acknowledged, and the sender is asked to come again", async () => {
    server.storing = Promise.reject(new UnavailableError("segments", { retryable: true }));
    const response = await post(server, "/v1/logs", { body });
    server.storing = Promise.resolve();

    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(server.batches).toEqual([]);
  });

  test("bytes beyond what may be in flight are sent away with 429, and taken when there is room again", async () => {
    const small = await startIngest({ limits: { maxBytesInFlight: body.length * 2, storeWithinMs: 5_000 } });
    const { promise: storing, resolve: store } = Promise.withResolvers<void>();
    small.storing = storing;
    try {
      const waiting = [post(small, "/v1/logs", { body }), post(small, "/v1/logs", { body })];
      let refused = await post(small, "/v1/logs", { body });
      // The first two may not have arrived yet.
      for (let more = 0; refused.status !== 429 && more < 5; more++) refused = await post(small, "/v1/logs", { body });
      store();

      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
      expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
      expect((await post(small, "/v1/logs", { body })).status).toBe(200);
    } finally {
      await small.stop();
    }
  });

  test("storing that takes too long is answered 503", async () => {
    const slow = await startIngest({ limits: { maxBytesInFlight: 1_000_000, storeWithinMs: 20 } });
    slow.storing = new Promise(() => undefined);
    try {
      expect((await post(slow, "/v1/logs", { body })).status).toBe(503);
    } finally {
      await slow.stop();
    }
  });

  test("what storing still holds after 503 counts as in flight until it ends", async () => {
    const slow = await startIngest({ limits: { maxBytesInFlight: body.length * 1.5, storeWithinMs: 20 } });
    const { promise: storing, resolve: store } = Promise.withResolvers<void>();
    slow.storing = storing;
    try {
      const first = await post(slow, "/v1/logs", { body });
      const second = await post(slow, "/v1/logs", { body });
      store();
      await storing;
      const third = await post(slow, "/v1/logs", { body });

      expect([first.status, second.status, third.status]).toEqual([503, 429, 200]);
    } finally {
      await slow.stop();
    }
  });

  test("a sender that goes away in the middle leaves nothing behind", async () => {
    const small = await startIngest({ limits: { maxBytesInFlight: 1_000, storeWithinMs: 5_000 } });
    try {
      for (let times = 0; times < 5; times++) {
        const socket = connect(Number(new URL(small.url).port), "127.0.0.1");
        socket.write(
          "POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{",
        );
        await new Promise((done) => setTimeout(done, 20));
        socket.destroy();
        await new Promise((done) => setTimeout(done, 20));
      }
      expect((await post(small, "/v1/logs", { body: "{}" })).status).toBe(200);
      expect(small.problems).toEqual([]);
    } finally {
      await small.stop();
    }
  });
});

test("a format of a newer version is an error, not an empty answer", () => {
  const record = {
    format: 99,
    bytes: new Uint8Array(),
    context: new Uint8Array(),
    service: null,
    host: null,
    timeMs: NOW,
    receivedAtMs: NOW,
    ref: "r",
    id: "e1" as never,
  };
  expect(() => decodeRecord(record)).toThrow(/newer version/u);
  expect(Math.max(...Object.values(RECORD_FORMAT))).toBe(5);
});

test("folders and registry belong together", () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  expect(folders.map(({ name }) => name).toSorted()).toEqual(Object.keys(ingestFormats).toSorted());
});
