import { readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { PushedEvents } from "../app/ports.ts";
import type { Event } from "../core/event.ts";
import { epochMs } from "../core/ids.ts";
import type { HttpRequest, HttpResponse } from "../platform/http-route.ts";
import { createRedactor } from "../platform/redaction/redact.ts";
import { ingestFormats } from "./registry.ts";
import { ingestRoutes, ingestTokens } from "./routes.ts";

const NOW = epochMs(Date.parse("2026-11-21T02:00:00Z"));
const redactor = createRedactor({ pseudonymKey: "k" });
let stored: Event[] = [];
let isFull = false;

const pushed: PushedEvents = {
  append: (_tenant, events) => {
    if (isFull) return Promise.reject(new Error("disk full"));
    stored.push(...events);
    return Promise.resolve();
  },
  read: () => Promise.resolve(stored),
  prune: () => Promise.resolve(0),
};

beforeEach(() => {
  stored = [];
  isFull = false;
});

function send(
  path: string,
  body: string | Uint8Array,
  more: Partial<HttpRequest> & { tokens?: readonly string[] } = {},
) {
  const routes = ingestRoutes({ pushed, redactor, tokens: more.tokens ?? [], clock: { nowMs: () => NOW } });
  const route = routes.find((each) => each.path === path);
  if (route?.kind !== "plain") throw new Error(`no route ${path}`);
  return route.handle({
    params: {},
    query: new URLSearchParams(),
    headers: { "content-type": "application/json" },
    remoteAddress: "127.0.0.1",
    body: typeof body === "string" ? Buffer.from(body) : body,
    ...more,
  });
}

const bodyOf = (response: HttpResponse): unknown => JSON.parse(String(response.body));

const otlpLog = (record: object) =>
  JSON.stringify({
    resourceLogs: [
      {
        resource: {
          attributes: [
            { key: "service.name", value: { stringValue: "checkout" } },
            { key: "host.name", value: { stringValue: "h1" } },
          ],
        },
        scopeLogs: [{ scope: {}, logRecords: [record] }],
      },
    ],
  });

const RECORD = {
  timeUnixNano: "1763689640123456789",
  observedTimeUnixNano: "1763689641000000000",
  severityNumber: 17,
  severityText: "ERROR",
  body: { stringValue: "charge failed password=hunter2x" },
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  attributes: [
    { key: "http.status_code", value: { intValue: "502" } },
    { key: "exception.type", value: { stringValue: "TimeoutError" } },
  ],
  someNewField: { deep: true },
};

describe("OTLP/JSON", () => {
  test("a log record is stored redacted, with service, times to the nanosecond, ids and exception", async () => {
    const response = await send("/v1/logs", otlpLog(RECORD));

    expect(response).toMatchObject({ status: 200, body: "{}" });
    expect(stored).toMatchObject([
      {
        kind: "log",
        source: "pushed-events",
        service: "checkout",
        host: "h1",
        atNs: 1763689640123456789n,
        observedNs: 1763689641000000000n,
        severity: "error",
        body: "charge failed password=[redacted-secret]",
        traceId: RECORD.traceId,
        spanId: RECORD.spanId,
        attributes: { "http.status_code": 502 },
        exception: { type: "TimeoutError" },
      },
    ]);
  });

  test("a batch that comes again has the same ids, and equal records in one batch are not lost", async () => {
    const twice = JSON.parse(otlpLog(RECORD));
    twice.resourceLogs[0].scopeLogs[0].logRecords.push(RECORD);
    await send("/v1/logs", JSON.stringify(twice));
    await send("/v1/logs", JSON.stringify(twice));

    expect(new Set(stored.map(({ id }) => id)).size).toBe(2);
  });

  test.each([
    ["its exception", [{ key: "exception.message", value: { stringValue: "deadline" } }], "TimeoutError: deadline"],
    ["its event's name", [], "payment.declined"],
  ])("a record without a body is told by %s", async (_what, more, body) => {
    const type = { key: "exception.type", value: { stringValue: "TimeoutError" } };
    const attributes = more.length > 0 ? [type, ...more] : [];
    await send("/v1/logs", otlpLog({ eventName: "payment.declined", severityNumber: 17, attributes }));

    expect(stored).toMatchObject([{ body, severity: "error" }]);
  });

  test("gzip is unpacked", async () => {
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };

    expect(await send("/v1/logs", gzipSync(otlpLog(RECORD)), { headers })).toMatchObject({ status: 200 });
    expect(stored).toHaveLength(1);
  });

  test("a packed bomb is refused and a broken pack too", async () => {
    expect(await send("/v1/logs", gzipSync(Buffer.alloc(50_000_000)))).toMatchObject({ status: 413 });
    expect(await send("/v1/logs", gzipSync(otlpLog(RECORD)).subarray(0, 40))).toMatchObject({ status: 400 });
    expect(await send("/v1/logs", " ".repeat(4 * 1024 * 1024 + 1))).toMatchObject({ status: 413 });
  });

  test("protobuf is answered with what to set", async () => {
    const response = await send("/v1/logs", "x", { headers: { "content-type": "application/x-protobuf" } });

    expect(response.status).toBe(415);
    expect(String(response.body)).toContain("OTEL_EXPORTER_OTLP_PROTOCOL=http/json");
  });

  test("spans keep kind, parent, duration, status and exception; one without ids is refused and counted", async () => {
    const span = {
      traceId: RECORD.traceId,
      spanId: RECORD.spanId,
      parentSpanId: "aaaaaaaaaaaaaaaa",
      name: "POST /pay",
      kind: 3,
      startTimeUnixNano: "1763689640000000000",
      endTimeUnixNano: "1763689640250000000",
      status: { code: 2, message: "deadline" },
      events: [{ name: "exception", attributes: [{ key: "exception.type", value: { stringValue: "E" } }] }],
    };
    const body = { resourceSpans: [{ scopeSpans: [{ spans: [span, { name: "no ids" }] }] }] };

    const response = await send("/v1/traces", JSON.stringify(body));

    expect(bodyOf(response)).toEqual({ partialSuccess: { rejectedSpans: "1", errorMessage: expect.any(String) } });
    expect(stored).toMatchObject([
      {
        kind: "span",
        spanKind: "client",
        status: "error",
        durationNs: 250_000_000n,
        attributes: { "exception.type": "E", "status.message": "deadline" },
      },
    ]);
  });

  test("gauges and sums become metrics", async () => {
    const metric = {
      name: "pool.used",
      unit: "1",
      gauge: { dataPoints: [{ timeUnixNano: "1763689640000000000", asInt: "20" }] },
    };
    await send("/v1/metrics", JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] }));

    expect(stored).toMatchObject([{ kind: "metric", name: "pool.used", value: 20, atNs: 1763689640000000000n }]);
  });

  test("another body is a 400 in OTLP's form, an empty request is fine", async () => {
    expect(bodyOf(await send("/v1/logs", '{"foo":1}'))).toEqual({
      code: 3,
      message: expect.stringContaining("resourceLogs"),
    });
    expect(await send("/v1/logs", "nonsense")).toMatchObject({ status: 400 });
    expect(await send("/v1/logs", "{}")).toMatchObject({ status: 200 });
  });
});

test("NDJSON lines of any logger are taken, others counted", async () => {
  const lines = [
    '{"time":"2026-11-21T01:47:20Z","level":"error","msg":"boom","service":"checkout"}',
    '{"kind":"metric","service":"checkout","metric":"errors","value":3,"time":1763689640}',
    '{"kind":"deploy","service":"checkout","version":"v2"}',
    "not json",
  ];

  const response = await send("/v1/events", lines.join("\n"));

  expect(bodyOf(response)).toMatchObject({ accepted: 3, refused: 1 });
  expect(stored.map(({ kind, service }) => [kind, service])).toEqual([
    ["log", "checkout"],
    ["metric", "checkout"],
    ["change", "checkout"],
  ]);
});

test("an announced deploy becomes a change at its time; the same announcement twice is one", async () => {
  const deploy = {
    service: "checkout",
    version: "v2.4.1",
    at: "2026-11-21T01:45:00Z",
    by: "ci",
    url: "https://ci.example/1",
  };
  await send("/v1/deploys", JSON.stringify(deploy));
  await send("/v1/deploys", JSON.stringify(deploy));

  expect(new Set(stored.map(({ id }) => id)).size).toBe(1);
  expect(stored[0]).toMatchObject({
    kind: "change",
    service: "checkout",
    atNs: BigInt(Date.parse(deploy.at)) * 1_000_000n,
    change: { kind: "deploy", status: "deployed", version: "v2.4.1", by: "ci", url: deploy.url },
  });
  expect(await send("/v1/deploys", '{"service":"x"}')).toMatchObject({ status: 400 });
});

describe("who may send", () => {
  const ok = otlpLog(RECORD);

  test.each(["127.0.0.1", "::1", "::ffff:127.0.0.1"])("without tokens this machine may: %s", async (remoteAddress) => {
    expect(await send("/v1/logs", ok, { remoteAddress })).toMatchObject({ status: 200 });
  });

  test.each(["10.0.0.5", "203.0.113.9", "::ffff:10.0.0.5", ""])(
    "without tokens nobody else may: %s",
    async (remoteAddress) => {
      expect(await send("/v1/logs", ok, { remoteAddress })).toMatchObject({ status: 401 });
      expect(stored).toEqual([]);
    },
  );

  test("a proxy on this machine does not make strangers local", async () => {
    expect(await send("/v1/logs", ok, { headers: { "x-forwarded-for": "203.0.113.9" } })).toMatchObject({
      status: 401,
    });
  });

  test("with tokens only a bearer of one of them may", async () => {
    const tokens = ingestTokens({ INGEST_TOKENS: "first, second" });
    const withToken = (value: string | undefined) =>
      send("/v1/logs", ok, { tokens, remoteAddress: "10.0.0.5", headers: { authorization: value } });

    expect(await withToken("Bearer second")).toMatchObject({ status: 200 });
    expect(await withToken("Bearer third")).toMatchObject({ status: 401 });
    expect(await withToken(undefined)).toMatchObject({ status: 401 });
    expect(await send("/v1/logs", ok, { tokens })).toMatchObject({ status: 401 });
  });
});

test("when nothing can be stored the sender is asked to come again", async () => {
  isFull = true;

  expect(await send("/v1/logs", otlpLog(RECORD))).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
});

test("whatever is sent, the answer is a status and never an exception", async () => {
  const paths = Object.values(ingestFormats)
    .flat()
    .map(({ path }) => path);
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.constant(otlpLog({ body: { kvlistValue: { values: [{ key: "__proto__" }] } } })),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, async (path, text) => {
      expect([200, 400]).toContain((await send(path, text)).status);
    }),
    { numRuns: 300 },
  );
});

test("folders and registry belong together", () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  expect(folders.map(({ name }) => name).toSorted()).toEqual(Object.keys(ingestFormats).toSorted());
});
