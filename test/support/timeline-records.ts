import type { ChangeEvent, Event, LogEvent, MetricEvent, SpanEvent } from "../../src/core/event.ts";
import { epochMs, eventId } from "../../src/core/ids.ts";
import type { Observations } from "../../src/core/timeline/observations.ts";
import { observe } from "../../src/core/timeline/observe.ts";
import { aLog, at, BASELINE, WINDOW, words } from "./observations.ts";

export interface Told {
  readonly from?: number;
  readonly to?: number;
  readonly everyMs?: number;
  readonly severity?: LogEvent["severity"];
}

/** Records of one service every `everyMs`, with different numbers in them. */
export function repeated(service: string, text: string, told: Told = {}): LogEvent[] {
  const { from = BASELINE.fromMs, to = WINDOW.toMs, everyMs = 10_000, severity = "info" } = told;
  const events: LogEvent[] = [];
  for (let atMs: number = from; atMs < to; atMs += everyMs) {
    events.push({ ...aLog(service, `${text} ${atMs % 9973}`, epochMs(atMs)), severity });
  }
  return events;
}

export function anError(service: string, text: string, atMs: number): LogEvent {
  return { ...aLog(service, text, epochMs(atMs)), severity: "error" };
}

/** Two working services, one of them with a steady error. */
export const usualDay: readonly LogEvent[] = [
  ...repeated("web", "handled request"),
  ...repeated("orders", "order stored"),
  ...repeated("orders", "could not send receipt", { everyMs: 60_000, severity: "error" }),
];

/** One first error, a caller a second later, then the burst of both. */
export const badNight: readonly LogEvent[] = [
  anError("orders", "connect ECONNREFUSED ledger-db:5432 attempt 1", at("01:47:20")),
  anError("web", "upstream orders returned 503 after 7", at("01:47:21")),
  ...repeated("orders", "connect ECONNREFUSED ledger-db:5432 attempt", {
    from: at("01:47:23"),
    everyMs: 500,
    severity: "error",
  }),
  ...repeated("web", "upstream orders returned 503 after", { from: at("01:47:24"), everyMs: 700, severity: "error" }),
];

/** What `observe` makes of these records, read from one source. */
export function seen(events: readonly Event[], window = WINDOW): Observations {
  const evidence = { status: "found", events, read: events.length, partial: null } as const;
  return observe({ evidence: [{ source: "logs", evidence }], window, baseline: BASELINE });
}

export function aSpan(service: string, call: { index: number; fromMs: number; lengthMs: number }): SpanEvent {
  return {
    ...aLog(service, "x", epochMs(call.fromMs)),
    id: eventId("spans", `${service}${call.index}`),
    kind: "span",
    traceId: `t${call.index}`,
    spanId: service,
    parentSpanId: null,
    name: words("GET /orders"),
    spanKind: "server",
    durationNs: BigInt(call.lengthMs) * 1_000_000n,
    status: "error",
    attributes: {},
  };
}

export function aMetric(name: string, value: number, atMs: number): MetricEvent {
  return {
    ...aLog("orders", "x", epochMs(atMs)),
    id: eventId("metrics", `${name}${atMs}`),
    kind: "metric",
    name: words(name),
    unit: words("{connection}"),
    value,
    attributes: {},
  };
}

export function aChange(
  clock: string,
  overrides: Partial<ChangeEvent["change"]> = {},
  source = "changes",
): ChangeEvent {
  return {
    ...aLog("orders", "x", at(clock)),
    id: eventId(source, `${clock}${overrides.status ?? ""}${overrides.version ?? ""}`),
    source,
    kind: "change",
    change: {
      kind: "deploy",
      status: "deployed",
      version: words("v2"),
      previousVersion: words("v1"),
      environment: null,
      by: words("ada"),
      url: null,
      summary: words("smaller pool"),
      files: [],
      pullRequest: null,
      ...overrides,
    },
  };
}
