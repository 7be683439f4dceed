import { afterEach, describe, expect, test } from "vitest";
import { readLogLine } from "../../../src/platform/records/log-line.ts";
import { createLogWith, type Log } from "./log.ts";
import type { LogOptions } from "./options.ts";
import { newTrace, readTraceparent } from "./trace-context.ts";

const NOW = Date.parse("2026-11-21T02:00:00.250Z");
const lines: string[] = [];
const logs: Log[] = [];

function aLog(options: Partial<LogOptions> = {}): Log {
  lines.length = 0;
  const output = () => ({
    write: (bytes: Buffer, done: (error: null, written: number) => void) => {
      lines.push(
        ...bytes
          .toString("utf8")
          .split("\n")
          .filter((line) => line !== ""),
      );
      done(null, bytes.length);
    },
    writeSync: (bytes: Buffer) => bytes.length,
  });
  const log = createLogWith(
    { service: "checkout", version: "1.4.2", environment: "production", host: "host-1", ...options },
    { nowMs: () => NOW, chance: () => 0.5, output },
  );
  logs.push(log);
  return log;
}

afterEach(async () => {
  for (const log of logs.splice(0)) await log.close(0);
});

async function read(log: Log) {
  await log.flush();
  return lines.map((line) => readLogLine(line));
}

describe("TraceOps reads every field of a line back", () => {
  test("time, severity, body, service, host, ids and attributes", async () => {
    const log = aLog();
    const ids = newTrace();
    log.with({ ...ids, requestId: "req-12345" }, () => log.warn("cart is slow", { cartId: "c-1", ms: 812, ok: false }));
    const [record] = await read(log);

    expect(record).toEqual({
      atNs: BigInt(NOW) * 1_000_000n,
      severity: "warn",
      body: "cart is slow",
      service: "checkout",
      host: "host-1",
      traceId: ids.traceId,
      spanId: ids.spanId,
      requestId: "req-12345",
      attributes: {
        "service.version": "1.4.2",
        "deployment.environment.name": "production",
        cartId: "c-1",
        ms: 812,
        ok: false,
      },
      exception: null,
    });
  });

  test.each(["trace", "debug", "info", "warn", "error", "fatal"] as const)("severity %s", async (level) => {
    const log = aLog({ level: "trace" });
    log[level]("hello");
    const [record] = await read(log);

    expect(record?.severity).toBe(level);
  });

  test("a tag is the attribute event.name, and people see it in the body", async () => {
    const log = aLog();
    log.tag("session drop", { userId: "u-1", reason: "idle" }, "a user lost the session");
    log.tag("CACHE_WARMED", undefined, { level: "info" });
    const [dropped, warmed] = await read(log);

    expect(dropped).toMatchObject({
      severity: "warn",
      body: "SESSION_DROP: a user lost the session",
      attributes: { "event.name": "SESSION_DROP", userId: "u-1", reason: "idle" },
    });
    expect(warmed).toMatchObject({
      severity: "info",
      body: "CACHE_WARMED",
      attributes: { "event.name": "CACHE_WARMED" },
    });
  });

  test("an error with its type, message, code, and the frames of its root cause first", async () => {
    const log = aLog();
    const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    cause.stack = "Error: connect ECONNREFUSED\n    at dial (/app/net.js:7:1)";
    const error = new TypeError("payments did not answer", { cause });
    error.stack = "TypeError: payments did not answer\n    at pay (/app/pay.js:42:7)";
    log.error("payment failed", { orderId: "o-1", error });
    const [record] = await read(log);

    expect(record).toMatchObject({
      body: "payment failed: payments did not answer",
      exception: {
        type: "TypeError",
        message: "payments did not answer",
        frames: ["/app/net.js:7 dial", "/app/pay.js:42 pay"],
      },
      attributes: { orderId: "o-1", "exception.code": "ECONNREFUSED" },
    });
  });

  test("no field of the application passes for one of the record", async () => {
    const log = aLog();
    log.info("hello", {
      timestamp: "2001-01-01T00:00:00Z",
      severityText: "FATAL",
      message: "another",
      "service.name": "other",
      service: { name: "other", version: "9" },
      host: { name: "other" },
      hostname: "other",
      event: { name: "OTHER" },
      exception: { type: "Other" },
      kind: "metric",
    });
    const [record] = await read(log);

    expect(record).toMatchObject({
      atNs: BigInt(NOW) * 1_000_000n,
      severity: "info",
      body: "hello",
      service: "checkout",
      host: "host-1",
      exception: null,
    });
    expect(record?.attributes).toMatchObject({ "attributes.message": "another", "attributes.service.name": "other" });
    expect(JSON.parse(lines[0] ?? "")).not.toHaveProperty("kind");
  });

  test("a name stands in a line once; the call wins over the context, the context over the child", async () => {
    const log = aLog().child({ a: "child", b: "child", c: "child" });
    log.with({ b: "context", c: "context" }, () => log.info("hello", { c: "call" }));
    const [record] = await read(log);

    expect(record?.attributes).toMatchObject({ a: "child", b: "context", c: "call" });
    expect(lines[0]?.match(/"[abc]":/gu)).toHaveLength(3);
  });

  test("a traceparent header gives the ids", async () => {
    const log = aLog();
    const header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    log.with(readTraceparent(header), () => log.info("hello"));
    const [record] = await read(log);

    expect(record).toMatchObject({ traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" });
  });

  test.each(["", "00-zz-00f067aa0ba902b7-01", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`, "ff-x", undefined, ["a"]])(
    "a traceparent of %j gives none",
    (header) => {
      expect(readTraceparent(header)).toEqual({});
    },
  );

  test("records of one millisecond keep their order", async () => {
    const log = aLog();
    for (let index = 0; index < 3; index++) log.info("same");
    const times = (await read(log)).map(({ atNs }) => atNs);

    expect(times).toEqual([0n, 1_000n, 2_000n].map((ns) => BigInt(NOW) * 1_000_000n + ns));
    expect(new Set(lines).size).toBe(3);
  });

  test("the largest record is still a line that receivers take", async () => {
    const log = aLog();
    const error = new Error("\u0001".repeat(50_000));
    const fields = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`名${index}`, "語".repeat(5_000)]));
    log.child(fields).error("\u0001".repeat(100_000), { error, ...fields });
    log.error("cut", fields);
    const records = await read(log);

    for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThan(64 * 1024);
    expect(records.map(({ service }) => service)).toEqual(["checkout", "checkout"]);
    expect(records.map(({ attributes }) => attributes["log.truncated"])).toEqual([true, true]);
  });
});
