import { describe, expect, test } from "vitest";
import { aLog, at, words } from "../../../test/support/observations.ts";
import type { Event, LogEvent, SpanEvent } from "../event.ts";
import { epochMs, eventId } from "../ids.ts";
import { msToNs } from "../time.ts";
import { estimateSkew } from "./skew.ts";

const START = at("01:00:00");

function record(host: string, atMs: number, overrides: Partial<LogEvent> = {}): LogEvent {
  return { ...aLog("s", `${host} ${atMs}`, epochMs(atMs)), host: words(host), ...overrides };
}

function span(
  host: string,
  id: string,
  call: { trace: number; fromMs: number; lengthMs: number; parent: string | null },
): SpanEvent {
  return {
    ...record(host, call.fromMs),
    id: eventId("spans", `${id}${call.trace}`),
    kind: "span",
    traceId: `t${call.trace}`,
    spanId: id,
    parentSpanId: call.parent,
    name: words("call"),
    spanKind: "server",
    durationNs: BigInt(call.lengthMs) * 1_000_000n,
    status: "ok",
    attributes: {},
  };
}

const times = (count: number, make: (index: number) => readonly Event[]) =>
  Array.from({ length: count }, (_, index) => make(index)).flat();
const found = (events: readonly Event[]) =>
  estimateSkew(events).map(({ host, correctionMs }) => [host, Math.round(correctionMs / 100) * 100]);

const calls = (errorMs: number) =>
  times(30, (trace) => {
    const fromMs = START + trace * 20_000;
    const part = { trace, lengthMs: 40 };
    return [
      span("a", "p", { ...part, fromMs, lengthMs: 200, parent: null }),
      span("b", "c", { ...part, fromMs: fromMs + 80 + errorMs, parent: "p" }),
      span("c", "d", { ...part, fromMs: fromMs + 90, parent: "p" }),
    ];
  });

const requests = (errorMs: number, jitterMs: number) =>
  times(60, (index) => {
    const fromMs = START + index * 30_000;
    const traceId = `t${index}`;
    const jitter = ((index * 37) % 100) * (jitterMs / 100);
    return [
      record("a", fromMs + 50, { traceId }),
      record("b", fromMs + 30 + errorMs + jitter, { traceId }),
      record("c", fromMs + 40, { traceId }),
    ];
  });

const shipped = (host: string, delayMs: number) =>
  times(20, (index) => [record(host, START + index * 1000, { observedNs: msToNs(START + index * 1000 + delayMs) })]);

describe("from spans", () => {
  test("a child outside its parent shows how wrong its clock is", () => {
    expect(found(calls(4200))).toEqual([["b", -4200]]);
    expect(found(calls(-2500))).toEqual([["b", 2500]]);
  });

  test("children inside their parents need no correction", () => {
    expect(found(calls(0))).toEqual([]);
    expect(found(calls(40))).toEqual([]);
  });

  test("few calls are no measurement", () => {
    expect(found(calls(4200).slice(0, 12))).toEqual([]);
  });
});

describe("from request ids in logs", () => {
  test("a steady difference over a long time is a wrong clock", () => {
    expect(found(requests(4200, 20))).toEqual([["b", -4200]]);
  });

  test("differences of all sizes are waiting, not a clock", () => {
    expect(found(requests(4200, 9000))).toEqual([]);
  });

  test("failing requests are not asked: a timeout looks like a clock", () => {
    const failing = requests(5000, 0).map(
      (event): Event => (event.kind === "log" ? { ...event, severity: "error" } : event),
    );

    expect(found(failing)).toEqual([]);
  });
});

describe("from times of receipt", () => {
  test("records stamped after they were received come from a fast clock", () => {
    expect(found([...shipped("a", 200), ...shipped("b", 300), ...shipped("c", -4000)])).toEqual([["c", -4200]]);
  });

  test("slow shipping is not a slow clock", () => {
    expect(found([...shipped("a", 200), ...shipped("b", 300), ...shipped("c", 30_000)])).toEqual([]);
  });
});
