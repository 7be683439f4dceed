import type { GraphEdge } from "../analysis.ts";
import type { LogEvent } from "../event.ts";
import type { Safe } from "../safe.ts";
import type { TimedEvent } from "./infer.ts";

/** One service's part of one trace: from its first record to its last. */
interface Visit {
  readonly service: Safe;
  readonly fromMs: number;
  toMs: number;
  isFailing: boolean;
}

/** More services than this under one id is a job or a broken id, not a request. */
const MAX_SERVICES = 12;
const MAX_TRACES = 5000;
/** A direction must be seen this many times as often as its opposite. */
const CLEAR_MAJORITY = 3;

/** Edges from trace and request ids that logs of several services share: who encloses whom in time, by clear majority. */
export function sharedTraceEdges(events: readonly TimedEvent[]): readonly GraphEdge[] {
  const counts = new Map<string, { readonly caller: Safe; readonly callee: Safe; count: number }>();
  for (const visits of visitsByTrace(events)) {
    for (const [caller, callee] of callsOf(visits)) {
      const key = `${caller}\u0000${callee}`;
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { caller, callee, count: 1 });
      else known.count += 1;
    }
  }
  return [...counts.values()].flatMap(({ caller, callee, count }) => {
    const opposite = counts.get(`${callee}\u0000${caller}`)?.count ?? 0;
    return count >= CLEAR_MAJORITY * opposite ? [{ caller, callee, count, from: "trace" as const }] : [];
  });
}

function visitsByTrace(events: readonly TimedEvent[]): readonly (readonly Visit[])[] {
  const traces = new Map<string, Map<Safe, Visit>>();
  for (const { event, atMs } of events) {
    const trace = event.traceId ?? event.requestId;
    if (event.kind !== "log" || trace === null) continue;
    const visits = traces.get(trace) ?? new Map<Safe, Visit>();
    if (visits.size === 0 && traces.size >= MAX_TRACES) continue;
    traces.set(trace, visits);
    addRecord(visits, event, atMs);
  }
  return [...traces.values()].map((visits) => [...visits.values()]).filter((visits) => isRequest(visits));
}

function addRecord(visits: Map<Safe, Visit>, event: LogEvent, atMs: number): void {
  const { service } = event;
  if (service === null) return;
  const visit = visits.get(service) ?? { service, fromMs: atMs, toMs: atMs, isFailing: false };
  visits.set(service, visit);
  visit.toMs = atMs;
  visit.isFailing ||= isFailing(event);
}

function isRequest(visits: readonly Visit[]): boolean {
  return visits.length > 1 && visits.length <= MAX_SERVICES;
}

function isFailing(event: LogEvent): boolean {
  return event.severity === "error" || event.severity === "fatal" || event.severity === "warn";
}

/** The caller of a visit is the shortest visit that encloses it; where none does, the order of single records must speak. */
function callsOf(visits: readonly Visit[]): readonly (readonly [Safe, Safe])[] {
  const calls: (readonly [Safe, Safe])[] = [];
  for (const visit of visits) {
    const caller = visits.filter((other) => encloses(other, visit)).toSorted(byLength)[0];
    if (caller !== undefined) calls.push([caller.service, visit.service]);
  }
  if (calls.length > 0 || visits.length !== 2) return calls;
  const [first, second] = visits;
  if (first === undefined || second === undefined || first.isFailing !== second.isFailing) return calls;
  if (first.fromMs === second.fromMs) return calls;
  // Failures travel from callee to caller, requests the other way.
  return first.isFailing ? [[second.service, first.service]] : [[first.service, second.service]];
}

function encloses(outer: Visit, inner: Visit): boolean {
  return outer !== inner && outer.fromMs < inner.fromMs && outer.toMs > inner.toMs;
}

function byLength(a: Visit, b: Visit): number {
  return a.toMs - a.fromMs - (b.toMs - b.fromMs);
}
