import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Event, LogEvent } from "../../core/event.ts";
import { eventId } from "../../core/ids.ts";
import { isoTime, nsToMs } from "../../core/time.ts";
import { type BundleOptions, type BundleReading, readBundle } from "./read-bundle.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bundle-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(path: string, content: string | Uint8Array): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function read(paths: readonly string[] = [folder], options: Partial<BundleOptions> = {}): Promise<BundleReading> {
  return readBundle(paths, { range: null, collectedAt: null, ...options }, AbortSignal.timeout(20_000));
}

function eventsOf({ evidence }: BundleReading): readonly Event<string>[] {
  return evidence.status === "found" ? evidence.events : [];
}

function logsOf(reading: BundleReading): readonly LogEvent<string>[] {
  return eventsOf(reading).filter((event) => event.kind === "log");
}

function timeOf(event: Event<string> | undefined): string {
  return event === undefined ? "no event" : isoTime(nsToMs(event.atNs));
}

const LINE = "2026-11-21T01:47:20.123Z ERROR charge failed";

describe("what can be read", () => {
  test("an OTLP/JSON line keeps both times, ids, severity and exception, and is named by its place", async () => {
    const record = {
      timeUnixNano: "1795225640123456789",
      observedTimeUnixNano: "1795225641000000000",
      severityNumber: 17,
      body: { stringValue: "charge failed" },
      traceId: "5b8efff798038103d269b633813fc60c",
      attributes: [
        { key: "request.id", value: { stringValue: "r-1" } },
        { key: "exception.type", value: { stringValue: "PoolError" } },
        { key: "retries", value: { intValue: "3" } },
      ],
    };
    const resource = { attributes: [{ key: "service.name", value: { stringValue: "pay" } }] };
    put("logs/x.jsonl", `${JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] })}\n`);

    const [event] = logsOf(await read());

    expect(event).toMatchObject({
      id: eventId("bundle", "logs/x.jsonl#L1"),
      ref: "logs/x.jsonl#L1",
      atNs: 1795225640123456789n,
      observedNs: 1795225641000000000n,
      service: "pay",
      severity: "error",
      body: "charge failed",
      traceId: "5b8efff798038103d269b633813fc60c",
      requestId: "r-1",
      exception: { type: "PoolError" },
      attributes: { retries: 3 },
    });
  });

  test.each([
    ['{"timestamp":"2026-11-21T01:47:20.123Z","level":"error","message":"charge failed","service":"pay"}'],
    ['{"@timestamp":"2026-11-21T03:47:20.123+02:00","severity":"ERROR","msg":"charge failed","service.name":"pay"}'],
    ['{"time":1795225640123,"level":50,"msg":"charge failed","service":{"name":"pay"}}'],
    ['{"ts":1795225640.123,"lvl":"err","body":"charge failed","serviceName":"pay"}'],
    ['time=2026-11-21T01:47:20.123Z level=error msg="charge failed" service=pay'],
    ['{"log":"2026-11-21 02:47:20,123 ERROR charge failed\\n","time":"2026-11-21T01:47:20.123Z","service":"pay"}'],
  ])("%s", async (line) => {
    const file = put("any.log", `${line}\n`);

    const [event] = logsOf(await read([file]));

    expect(timeOf(event)).toBe("2026-11-21T01:47:20.123Z");
    expect(event).toMatchObject({ severity: "error", body: "charge failed", service: "pay" });
  });

  test.each([
    ["2026-11-21T01:47:20.123Z ERROR charge failed"],
    ["2026-11-21 03:47:20,123 +0200 ERROR charge failed"],
    ["[2026-11-21T01:47:20.123Z] [ERROR] charge failed"],
    ["Nov 21 01:47:20.123 web-1 pay[12]: ERROR charge failed"],
    ["E1121 01:47:20.123456       1 pay.go:12] charge failed"],
    ["[Sat Nov 21 01:47:20.123456 2026] [error] charge failed"],
    ["1234:M 21 Nov 2026 01:47:20.123 # charge failed"],
    ["1795225640.123 ERROR charge failed"],
  ])("the time of: %s", async (line) => {
    const file = put("pay.log", `${line}\n`);

    const [event] = logsOf(await read([file], { collectedAt: null }));

    expect(timeOf(event)).toBe("2026-11-21T01:47:20.123Z");
    expect(event?.body).toContain("charge failed");
  });

  test("the lines of a stack trace are one record, with its root cause and innermost frame first", async () => {
    put(
      "logs/shop.log",
      [
        "2026-11-21T01:47:20Z ERROR could not save",
        "java.lang.RuntimeException: could not save",
        "\tat shop.Cart.save(Cart.java:12)",
        "Caused by: java.sql.SQLException: pool is empty",
        "\tat shop.Pool.take(Pool.java:88)",
        "2026-11-21T01:47:21Z INFO next",
        "",
      ].join("\n"),
    );

    const [first, second] = logsOf(await read());

    expect(first?.body).toContain("Pool.java:88");
    expect(first?.exception).toEqual({
      type: "java.sql.SQLException",
      message: "pool is empty",
      frames: ["Pool.java:88 shop.Pool.take", "Cart.java:12 shop.Cart.save"],
    });
    expect(second).toMatchObject({ body: "next", ref: "logs/shop.log#L6" });
  });

  test("a Python traceback is read innermost frame first", async () => {
    const file = put(
      "tax.log",
      [
        "2026-11-21 01:47:20,000 ERROR request failed",
        "Traceback (most recent call last):",
        '  File "/app/main.py", line 10, in handle',
        '  File "/app/tax.py", line 42, in rate',
        "KeyError: 'XK'",
        "",
      ].join("\n"),
    );

    const [event] = logsOf(await read([file]));

    expect(event?.exception).toEqual({
      type: "KeyError",
      message: "'XK'",
      frames: ["/app/tax.py:42 rate", "/app/main.py:10 handle"],
    });
  });

  test("a container runtime's lines of one stack trace are joined again", async () => {
    put("logs/a.jsonl", `${["ERROR boom", "Error: boom", "    at run (/app/a.js:3:9)"].map(wrapped).join("\n")}\n`);

    const events = logsOf(await read());

    expect(events).toHaveLength(1);
    expect(events[0]?.exception).toMatchObject({ type: "Error", frames: ["/app/a.js:3 run"] });
  });

  test("gzip, Windows line ends and a JSON document are read like plain lines", async () => {
    put("logs/a.log.gz", gzipSync(`${LINE}\r\n`));
    put("logs/b.json", JSON.stringify({ events: [{ timestamp: 1795225640123, message: "charge failed" }] }, null, 2));

    const bodies = logsOf(await read()).map(({ body, service }) => `${service}: ${body}`);

    expect(bodies.toSorted()).toEqual(["a: charge failed", "b: charge failed"]);
  });

  test("the file name is the service, without dates, rotation and pod names", async () => {
    for (const name of ["pay.log", "pay.log.1", "pay-2026-11-21.log", "pay-7c9d8b5f4-x2x9k.log"])
      put(name, `${LINE}\n`);

    const reading = await read();

    expect(reading.services).toEqual(["pay"]);
    expect(logsOf(reading).map(({ host }) => host)).toContain("pay-7c9d8b5f4-x2x9k");
  });

  test("metrics, changes, cluster events, topology and alert come from their places in the bundle", async () => {
    put("metrics/m.csv", "time,service,metric,value,unit\n2026-11-21T01:47:00Z,pay,cpu,93.5,%\n");
    put(
      "changes.jsonl",
      '{"at":"2026-11-21T01:45:00Z","service":"pay","kind":"config","ref":"r7","files":["a.yaml"]}\n',
    );
    put(
      "kubernetes/events.json",
      JSON.stringify({
        items: [
          {
            kind: "Event",
            reason: "OOMKilling",
            message: "out of memory",
            type: "Warning",
            count: 3,
            firstTimestamp: "2026-11-21T01:46:00Z",
            lastTimestamp: "2026-11-21T01:48:00Z",
            involvedObject: { kind: "Pod", name: "pay-7c9d8b5f4-x2x9k" },
          },
        ],
      }),
    );
    put("topology.json", '{"edges":[["web","pay"]]}');
    put("alert.json", '{"service":"pay"}');

    const reading = await read();

    expect(reading.alert).toEqual({ service: "pay" });
    expect(reading.evidence).toMatchObject({ topology: [["web", "pay"]] });
    expect(eventsOf(reading)).toMatchObject([
      { kind: "change", service: "pay", change: { kind: "config", status: "deployed", version: "r7" } },
      { kind: "kubernetes", service: "pay", object: "Pod/pay-7c9d8b5f4-x2x9k", count: 3 },
      { kind: "metric", service: "pay", name: "cpu", value: 93.5, unit: "%" },
    ]);
  });

  test("records outside the range are left out", async () => {
    put("logs/pay.log", `${LINE}\n2026-11-21T05:00:00Z ERROR later\n`);
    const at = Date.parse("2026-11-21T01:47:20Z");

    const reading = await read([folder], { range: { fromMs: at - 60_000, toMs: at + 60_000 } });

    expect(logsOf(reading).map(({ body }) => body)).toEqual(["charge failed"]);
  });

  test("the order of files and paths does not matter", async () => {
    const [one, two] = [put("a/x.log", `${LINE}\n`), put("b/y.log", "2026-11-21T01:47:19Z WARN slow\n")];

    const [forth, back] = [await read([one, two]), await read([two, one])];

    expect(eventsOf(back)).toEqual(eventsOf(forth));
  });
});

describe("clocks without a zone", () => {
  const zoned = [1, 2, 3].map((id) => `2026-11-21T01:47:2${id}Z INFO request_id=abcdef-${id} start`);
  const local = [1, 2, 3].map((id) => `2026-11-21 07:17:2${id} ERROR request_id=abcdef-${id} failed`);

  test("get their offset from requests that other logs saw, in half hours", async () => {
    put("logs/edge.log", `${zoned.join("\n")}\n`);
    put("logs/pay.log", `${local.join("\n")}\n`);

    const reading = await read();

    const failed = logsOf(reading).filter(({ service }) => service === "pay");
    expect(failed.map(timeOf)).toEqual([
      "2026-11-21T01:47:21.000Z",
      "2026-11-21T01:47:22.000Z",
      "2026-11-21T01:47:23.000Z",
    ]);
    expect(reading.notes).toEqual([expect.stringContaining("UTC+05:30")]);
  });

  test("stay UTC with a note when nothing tells", async () => {
    put("logs/pay.log", `${local.join("\n")}\n`);

    const reading = await read();

    expect(timeOf(eventsOf(reading)[0])).toBe("2026-11-21T07:17:21.000Z");
    expect(reading.notes).toEqual([expect.stringContaining("name no time zone: they are read as UTC.")]);
  });
});

function wrapped(log: string): string {
  return JSON.stringify({ log: `${log}\n`, time: "2026-11-21T01:47:20Z" });
}
