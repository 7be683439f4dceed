import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Event } from "../../src/core/event.ts";
import { epochMs } from "../../src/core/ids.ts";
import { LOG, logsRequest, METRICS, metricsRequest, SPAN, text, tracesRequest } from "../support/otlp-bodies.ts";
import { readResponse, readStatus, type Signal, toProtobuf } from "../support/otlp-proto.ts";
import { type IngestServer, post, startIngest } from "../support/otlp-server.ts";

const NOW = epochMs(Date.UTC(2026, 10, 21, 2));
const PROTOBUF = { "content-type": "application/x-protobuf" };

let server: IngestServer;
beforeAll(async () => {
  server = await startIngest({ nowMs: () => NOW });
});
afterAll(() => server.stop());
beforeEach(() => server.clear());

const sendJson = (signal: Signal, body: object) => post(server, `/v1/${signal}`, { body: JSON.stringify(body) });
const sendProtobuf = (signal: Signal, body: object) =>
  post(server, `/v1/${signal}`, { body: toProtobuf(signal, body), headers: PROTOBUF });

/** Without the names that depend on where a record was stored. */
const nameless = (events: readonly Event<string>[]) => events.map((event) => ({ ...event, id: "", ref: "" }));

function onlyBatch() {
  const [batch] = server.batches;
  if (batch === undefined) throw new Error("nothing was stored");
  return batch;
}

async function both(signal: Signal, body: object) {
  expect((await sendJson(signal, body)).status).toBe(200);
  const json = server.records();
  server.clear();
  expect((await sendProtobuf(signal, body)).status).toBe(200);
  const protobuf = server.records();
  return { json, protobuf };
}

describe("the same telemetry", () => {
  const odd = [
    LOG,
    { body: { stringValue: '{"level":"warn","msg":"inner words","trace_id":"0af7651916cd43dd8448eb211c80319c"}' } },
    { timeUnixNano: LOG.timeUnixNano, severityText: "Warning", body: { stringValue: "  slow\nsecond line" } },
    {
      observedTimeUnixNano: LOG.timeUnixNano,
      severityNumber: 9,
      body: { intValue: "42" },
      attributes: [text("request.id", "r-99")],
    },
    { severityNumber: 17, eventName: "payment.declined" },
    { body: { kvlistValue: { values: [text("a", "b")] } }, severityNumber: "SEVERITY_NUMBER_FATAL3" },
    {
      timeUnixNano: LOG.timeUnixNano,
      severityNumber: 21,
      body: { stringValue: "ünïcode 🚀" },
      attributes: [text("request.id", "r-98765")],
    },
  ];

  test.each([
    [
      "logs",
      logsRequest(
        odd.map((record) => ({
          ...record,
          ...(record.severityNumber === "SEVERITY_NUMBER_FATAL3" ? { severityNumber: 23 } : {}),
        })),
      ),
    ],
    ["traces", tracesRequest([SPAN, { ...SPAN, kind: 0, status: {}, events: [], parentSpanId: "" }])],
    ["metrics", metricsRequest()],
  ] as const)("as JSON and as protobuf gives equal events: %s", async (signal, body) => {
    const { json, protobuf } = await both(signal, body);

    expect(json.length).toBeGreaterThan(0);
    expect(nameless(json)).toEqual(nameless(protobuf));
  });

  test("enum names of JSON are understood", async () => {
    await sendJson("logs", logsRequest([{ ...LOG, severityNumber: "SEVERITY_NUMBER_FATAL3" }]));
    await sendJson(
      "traces",
      tracesRequest([{ ...SPAN, kind: "SPAN_KIND_SERVER", status: { code: "STATUS_CODE_OK" } }]),
    );

    expect(server.records()).toMatchObject([{ severity: "fatal" }, { spanKind: "server", status: "ok" }]);
  });

  test("the columns of a row say what its event says, whichever way it was read", async () => {
    for (const send of [sendJson, sendProtobuf]) {
      server.clear();
      await send("logs", logsRequest(odd.filter((record) => typeof record.severityNumber !== "string")));
      const batch = onlyBatch();
      const events = server.records();
      const severities = ["unspecified", "trace", "debug", "info", "warn", "error", "fatal"];

      const columns = events.map((_event, row) => ({
        service: batch.catalog.services.nameOf(batch.services[row] ?? -1),
        host: batch.catalog.hosts.nameOf(batch.hosts[row] ?? -1),
        timeMs: batch.timesMs[row],
        severity: severities[batch.severities[row] ?? -1],
        words: batch.catalog.miner.textOf(batch.templates[row] ?? -1),
        isTraced: batch.traces[row] !== 0,
      }));

      expect(batch.rows).toBe(events.length);
      expect(columns).toEqual(
        events.map((event) => ({
          service: event.service,
          host: event.host,
          timeMs: Number(event.atNs / 1_000_000n),
          severity: event.kind === "log" ? event.severity : "",
          words: event.kind === "log" ? event.body.trimStart().split("\n")[0] : "",
          isTraced: event.traceId !== null || event.requestId !== null,
        })),
      );
      // Equal ids, equal hashes: the first record and the one whose id stands in its words.
      expect(batch.traces[0]).toBe(batch.traces[1]);
    }
  });
});

test("a log record is kept with everything it says", async () => {
  await sendProtobuf("logs", logsRequest());

  expect(server.records()).toMatchObject([
    {
      kind: "log",
      source: "pushed-events",
      service: "checkout",
      host: "host-1",
      atNs: 1795225640123456789n,
      observedNs: 1795225641000000000n,
      severity: "error",
      body: "charge 4711 failed: password=hunter2x",
      traceId: LOG.traceId,
      spanId: LOG.spanId,
      attributes: {
        "http.status_code": 502,
        "service.version": "4.2.0",
        retry: true,
        share: 0.25,
        big: "9007199254740993",
        list: '["a",-2]',
      },
      exception: { type: "TimeoutError", message: "deadline exceeded", frames: ["/app/pay.js:42 pay"] },
    },
  ]);
});

test("a span keeps kind, parent, duration, status and what happened during it; one without ids is refused and counted", async () => {
  const response = await sendProtobuf("traces", tracesRequest([SPAN, { name: "no ids" }]));

  expect(response.status).toBe(200);
  expect(readResponse(response.bytes)).toEqual({
    partialSuccess: { rejected: "1", errorMessage: "a span has no trace id, span id or start" },
  });
  expect(server.records()).toMatchObject([
    {
      kind: "span",
      spanKind: "client",
      parentSpanId: "aaaaaaaaaaaaaaaa",
      durationNs: 250_000_000n,
      status: "error",
      attributes: { "exception.type": "ConnectError", "status.message": "deadline", "span.events": "retry" },
    },
  ]);
});

test("histograms and summaries become counts, sums and percentiles", async () => {
  await sendProtobuf("metrics", metricsRequest());
  const told = server.records().map((event) => (event.kind === "metric" ? [event.name, event.unit, event.value] : []));

  expect(told).toEqual([
    ["pool.used", "1", 20],
    ["load", "", 0.75],
    ["load", "", -1.5],
    ["requests", "{request}", -3],
    ["duration.count", "1", 10],
    ["duration.sum", "s", 4.2],
    ["duration.p50", "s", expect.closeTo(0.3, 6)],
    ["duration.p95", "s", expect.closeTo(1.75, 6)],
    ["duration.p99", "s", expect.closeTo(2.35, 6)],
    ["size.count", "1", 8],
    ["size.sum", "By", 60],
    ["size.p50", "By", 4],
    ["size.p95", "By", expect.closeTo(7.464, 3)],
    ["size.p99", "By", expect.closeTo(7.89, 2)],
    ["pause.count", "1", 4],
    ["pause.sum", "s", 2],
    ["pause.p50", "s", 0.4],
    ["pause.p99.9", "s", 0.9],
  ]);
  expect(new Set(server.records().map(({ id }) => id)).size).toBeGreaterThan(5);
});

test("points of one metric that lie far apart are found each at its time", async () => {
  const times = ["1795225640000000000", "1795225000000000000", "1795225001000000000"];
  const metric = {
    name: "late",
    gauge: { dataPoints: times.map((timeUnixNano, index) => ({ timeUnixNano, asInt: index })) },
  };
  await sendProtobuf("metrics", metricsRequest([metric, ...METRICS.slice(0, 1)]));
  const [batch] = server.batches;

  expect([...(batch?.timesMs.subarray(0, batch.rows) ?? [])]).toEqual([1795225640000, 1795225000000, 1795225640123]);
  expect(server.records().map((event) => (event.kind === "metric" ? event.value : null))).toEqual([0, 1, 2, 20]);
});

describe("answers", () => {
  test("a full success is an empty response of the protocol that was spoken", async () => {
    const json = await sendJson("logs", logsRequest());
    const protobuf = await sendProtobuf("logs", logsRequest());

    expect([json.status, json.headers.get("content-type"), json.json()]).toEqual([200, "application/json", {}]);
    expect([protobuf.status, protobuf.headers.get("content-type"), protobuf.bytes.length]).toEqual([
      200,
      "application/x-protobuf",
      0,
    ]);
  });

  test("errors are google.rpc.Status, also as protobuf", async () => {
    const json = await post(server, "/v1/logs", { body: '{"foo":1}' });
    const protobuf = await post(server, "/v1/logs", { body: Buffer.from([0x0a, 0xff]), headers: PROTOBUF });

    expect([json.status, json.json()]).toEqual([400, { code: 3, message: expect.stringContaining("resourceLogs") }]);
    expect(protobuf.status).toBe(400);
    expect(readStatus(protobuf.bytes)).toEqual({ code: 3, message: expect.stringContaining("Nothing was stored") });
  });

  test("a body cut anywhere is refused, and nothing of it is stored", async () => {
    const whole = toProtobuf("logs", logsRequest([LOG, LOG]));
    for (let size = 1; size < whole.length; size += 7) {
      const { status } = await post(server, "/v1/logs", { body: whole.subarray(0, size), headers: PROTOBUF });
      expect([size, status]).toEqual([size, 400]);
    }

    expect(server.batches).toEqual([]);
  });

  test.each([
    ["a group", [0x0b, 0x0c]],
    ["field number 0", [0x00, 0x01]],
    ["a length of four gigabytes", [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["a length that would wrap around", [0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ["a number without an end", [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ])("%s is refused", async (_what, bytes) => {
    expect((await post(server, "/v1/traces", { body: Uint8Array.from(bytes), headers: PROTOBUF })).status).toBe(400);
  });

  test("fields that nobody knows yet are skipped", async () => {
    const known = toProtobuf("logs", logsRequest());
    const unknown = [
      0xf8, 0x07, 0x96, 0x01, 0xf1, 0x07, 1, 2, 3, 4, 5, 6, 7, 8, 0xfa, 0x07, 0x02, 9, 9, 0xf5, 0x07, 1, 2, 3, 4,
    ];

    expect(
      (await post(server, "/v1/logs", { body: Uint8Array.from([...unknown, ...known, ...unknown]), headers: PROTOBUF }))
        .status,
    ).toBe(200);
    expect(server.records()).toHaveLength(1);
  });

  test("records that are too many or too long are counted in the protocol's words, the others are kept", async () => {
    const many = { body: { stringValue: "x" }, severityNumber: 9 };
    const long = { ...many, body: { stringValue: "y".repeat(70_000) } };
    const response = await sendProtobuf("logs", logsRequest([long, ...Array.from({ length: 20_003 }, () => many)]));

    expect(readResponse(response.bytes)).toEqual({
      partialSuccess: { rejected: "4", errorMessage: expect.stringContaining("longer than 64 KiB") },
    });
    expect(server.batches[0]?.rows).toBe(20_000);
  });
});

describe("packed bodies", () => {
  const packed = gzipSync(toProtobuf("logs", logsRequest()));

  test("gzip is unpacked", async () => {
    const headers = { ...PROTOBUF, "content-encoding": "gzip" };

    expect((await post(server, "/v1/logs", { body: packed, headers })).status).toBe(200);
    expect(server.records()).toHaveLength(1);
  });

  test.each(["deflate", "zstd", "br"])("%s is answered with what to set", async (encoding) => {
    const response = await post(server, "/v1/logs", {
      body: packed,
      headers: { ...PROTOBUF, "content-encoding": encoding },
    });

    expect(response.status).toBe(415);
    expect(readStatus(response.bytes)).toMatchObject({ message: expect.stringContaining("gzip") });
  });

  test("a bomb is refused, and a broken pack too", async () => {
    const headers = { "content-encoding": "gzip" };

    expect((await post(server, "/v1/logs", { body: gzipSync(Buffer.alloc(50_000_000)), headers })).status).toBe(413);
    // Within the limit of size, but packed a thousandfold.
    expect((await post(server, "/v1/logs", { body: gzipSync(Buffer.alloc(3_000_000)), headers })).status).toBe(413);
    expect((await post(server, "/v1/logs", { body: packed.subarray(0, 40), headers })).status).toBe(400);
    expect((await post(server, "/v1/logs", { body: Buffer.alloc(4 * 1024 * 1024 + 1, 32) })).status).toBe(413);
  });
});
