import { expect, test } from "vitest";
import { instantNs } from "./instants.ts";
import { readLogLine } from "./log-line.ts";

const at = (iso: string) => BigInt(Date.parse(iso)) * 1_000_000n;

test("a JSON line gives time, level, message, service and the ids that join records", () => {
  const line = readLogLine(
    JSON.stringify({
      time: "2026-11-21T01:47:20.123456789Z",
      level: "error",
      msg: "charge failed",
      err: {
        type: "TimeoutError",
        message: "deadline exceeded",
        stack: "TimeoutError: x\n    at pay (/app/pay.js:42:7)",
      },
      service: { name: "checkout" },
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      reqId: "r-17",
      status: 502,
    }),
  );

  expect(line).toMatchObject({
    atNs: at("2026-11-21T01:47:20Z") + 123456789n,
    severity: "error",
    body: "charge failed: deadline exceeded",
    service: "checkout",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    requestId: "r-17",
    attributes: { status: 502 },
    exception: { type: "TimeoutError", message: "deadline exceeded", frames: ["/app/pay.js:42 pay"] },
  });
});

test("a text line keeps its words and gives what it names", () => {
  const line = readLogLine(
    "2026-11-21T01:47:20.5Z\t8f14e45f-ceea\tERROR\tupstream refused trace_id=0af7651916cd43dd8448eb211c80319c requestId=ab-12cd",
  );

  expect(line).toMatchObject({
    atNs: at("2026-11-21T01:47:20.500Z"),
    severity: "error",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    requestId: "ab-12cd",
    service: null,
  });
  expect(line.body).toContain("upstream refused");
});

test.each([
  ["level=warn msg=slow", "warn"],
  ["[error] 12#0: upstream timed out", "error"],
  ["INFO  started, 0 ERROR lines so far", "info"],
  ["no level, but an error happened", "unspecified"],
  ['{"level":50,"msg":"x"}', "error"],
  ['{"severity":"CRITICAL","message":"x"}', "fatal"],
] as const)("the level of %s is %s", (line, severity) => {
  expect(readLogLine(line).severity).toBe(severity);
});

test("times of every unit are one instant, and what is no time is null", () => {
  const expected = at("2026-11-21T01:47:20Z");
  const ms = Date.parse("2026-11-21T01:47:20Z");

  for (const value of [
    ms / 1000,
    ms,
    ms * 1000,
    `${ms}`,
    `${ms}000000`,
    "2026-11-21T02:47:20+01:00",
    "2026-11-21 01:47:20",
  ]) {
    expect(instantNs(value)).toBe(expected);
  }
  for (const value of [0, -1, Number.NaN, "yesterday", "", null, {}, "99999999999999999999"])
    expect(instantNs(value)).toBeNull();
});

test.each(["", "{", "[1]", '{"a":', "null", '{"__proto__":{"level":"error"}}', "{".repeat(5000), "\u0000"])(
  "hostile line %j is read without an error",
  (line) => {
    expect(typeof readLogLine(line).body).toBe("string");
  },
);

test("a time may name its zone in words or have too many digits, but text around it makes it no time", () => {
  const expected = at("2026-11-21T01:47:20Z");
  for (const value of ["2026-11-21 01:47:20 UTC", "2026/11/21 01:47:20", "2026-11-21t01:47:20z"])
    expect(instantNs(value)).toBe(expected);
  expect(instantNs("2026-11-21T01:47:20.123456789012Z")).toBe(expected + 123456789n);
  for (const value of ["2026-11-21T01:47:20Z started", "2026-13-21T01:47:20Z"]) expect(instantNs(value)).toBeNull();
});

test("of an exception with causes the root is told, with its own frames first", () => {
  const stack = [
    "com.shop.OrderFailed: order 17",
    "\tat com.shop.Orders.place(Orders.java:9)",
    "Caused by: java.net.SocketTimeoutException: connect timed out",
    "\tat com.shop.Http.send(Http.java:42)",
  ].join("\n");

  expect(readLogLine(JSON.stringify({ msg: "x", stack })).exception).toMatchObject({
    type: "java.net.SocketTimeoutException",
    message: "connect timed out",
    frames: ["Http.java:42 com.shop.Http.send", "Orders.java:9 com.shop.Orders.place"],
  });
});

test("an exception is found where its type stands behind other words of the line", () => {
  const line =
    "2026-11-21T01:47:20Z ERROR charge failed: PoolTimeoutError: no connection\n    at take (/app/pool.js:7:3)";
  expect(readLogLine(line).exception).toEqual({
    type: "PoolTimeoutError",
    message: "no connection",
    frames: ["/app/pool.js:7 take"],
  });
});
