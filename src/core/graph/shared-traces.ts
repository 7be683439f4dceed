import type { GraphEdge } from "../analysis.ts";
import type { LogEvent } from "../event.ts";
import type { Safe } from "../safe.ts";
import type { TimedEvent } from "./infer.ts";

/** One service's part of one trace: from its first record to its last. */
export interface Visit<Service = Safe> {
  readonly service: Service;
  readonly fromMs: number;
  readonly toMs: number;
  readonly isFailing: boolean;
}

/** More services than this under one id is a job or a broken id, not a request. */
export const MAX_SERVICES_OF_A_TRACE = 12;
const MAX_TRACES = 5000;
/** A direction must be seen this many times as often as its opposite. */
const CLEAR_MAJORITY = 3;

/** Edges from trace and request ids that logs of several services share: who encloses whom in time, by clear majority. */
export function sharedTraceEdges(events: readonly TimedEvent[]): readonly GraphEdge[] {
  const counts = new Map<string, { readonly caller: Safe; readonly callee: Safe; count: number }>();
  for (const visits of visitsByTrace(events)) {
    for (const [{ service: caller }, { service: callee }] of callsOf(visits)) {
      const key = `${caller}\u0000${callee}`;
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { caller, callee, count: 1 });
      else known.count += 1;
    }
  }
  return [...counts.values()].flatMap(({ caller, callee, count }) => {
    const opposite = counts.get(`${callee}\u0000${caller}`)?.count ?? 0;
    return isClear(count, opposite) ? [{ caller, callee, count, from: "trace" as const }] : [];
  });
}

/** Whether so many sights of one direction outweigh those of the other. */
export function isClear(count: number, opposite: number): boolean {
  return count > 0 && count >= CLEAR_MAJORITY * opposite;
}

interface OpenVisit extends Visit {
  toMs: number;
  isFailing: boolean;
}

function visitsByTrace(events: readonly TimedEvent[]): readonly (readonly Visit[])[] {
  const traces = new Map<string, Map<Safe, OpenVisit>>();
  for (const { event, atMs } of events) {
    const trace = event.traceId ?? event.requestId;
    if (event.kind !== "log" || trace === null) continue;
    const visits = traces.get(trace) ?? new Map<Safe, OpenVisit>();
    if (visits.size === 0 && traces.size >= MAX_TRACES) continue;
    traces.set(trace, visits);
    addRecord(visits, event, atMs);
  }
  return [...traces.values()].map((visits) => [...visits.values()]).filter((visits) => isRequest(visits));
}

function addRecord(visits: Map<Safe, OpenVisit>, event: LogEvent, atMs: number): void {
  const { service } = event;
  if (service === null) return;
  const visit = visits.get(service) ?? { service, fromMs: atMs, toMs: atMs, isFailing: false };
  visits.set(service, visit);
  visit.toMs = atMs;
  visit.isFailing ||= isFailing(event);
}

function isRequest(visits: readonly Visit[]): boolean {
  return visits.length > 1 && visits.length <= MAX_SERVICES_OF_A_TRACE;
}

/** Whether a record tells of trouble, as far as its level says. */
export function isFailing(event: Pick<LogEvent, "severity">): boolean {
  return event.severity === "error" || event.severity === "fatal" || event.severity === "warn";
}

/**
 * The calls [caller, callee] that the visits of one trace show; visits in order of their beginning. The caller of a visit is
 * the shortest visit that encloses it; where none does, the order of single records must speak.
 */
export function callsOf<Service>(
  visits: readonly Visit<Service>[],
): readonly (readonly [Visit<Service>, Visit<Service>])[] {
  const calls: (readonly [Visit<Service>, Visit<Service>])[] = [];
  for (const visit of visits) {
    const caller = visits.filter((other) => encloses(other, visit)).toSorted(byLength)[0];
    if (caller !== undefined) calls.push([caller, visit]);
  }
  if (calls.length > 0 || visits.length !== 2) return calls;
  const [first, second] = visits;
  if (first === undefined || second === undefined || first.isFailing !== second.isFailing) return calls;
  if (first.fromMs === second.fromMs) return calls;
  // Failures travel from callee to caller, requests the other way.
  return first.isFailing ? [[second, first]] : [[first, second]];
}

function encloses<Service>(outer: Visit<Service>, inner: Visit<Service>): boolean {
  return outer !== inner && outer.fromMs < inner.fromMs && outer.toMs > inner.toMs;
}

function byLength<Service>(a: Visit<Service>, b: Visit<Service>): number {
  return a.toMs - a.fromMs - (b.toMs - b.fromMs);
}
