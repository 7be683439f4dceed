import type { Event, SpanEvent } from "../event.ts";
import { compare } from "../graph/build.ts";
import { type Safe, safe } from "../safe.ts";
import { clockOf, MIN_SKEW_MS, median, spread } from "./clocks.ts";

/** What one method says about one clock. */
export interface Estimate {
  readonly host: Safe;
  /** To be added to the host's own times. */
  readonly correctionMs: number;
  readonly pairs: number;
  readonly how: Safe;
}

/** How far ahead `ahead` is of `other`, as the work they share shows. */
export interface PairEstimate {
  readonly ahead: Safe;
  readonly other: Safe;
  readonly byMs: number;
  readonly pairs: number;
}

/** Fewer shared pieces of work than this are no measurement. */
const MIN_PAIRS = 8;
/** Single records show only an order, so more of them must agree, and they must agree before trouble began as well. */
const MIN_SINGLE_PAIRS = 20;
const MIN_SINGLE_SPAN_MS = 10 * 60_000;
const MIN_SINGLE_SKEW_MS = 1000;
/** Bounds wider than this say too little. */
const MAX_WIDTH_MS = 1000;
const MAX_CLOCKS_PER_TRACE = 12;
const MAX_TRACES = 5000;

interface Bounds {
  readonly outer: Safe;
  readonly inner: Safe;
  /** outer − inner lies between these. */
  readonly lows: number[];
  readonly highs: number[];
}

interface Visit {
  fromMs: number;
  toMs: number;
  records: number;
}

/** Clock estimates from work that two hosts share: a child span lies inside its parent, a call inside its request. */
export function estimatesFromPairs(events: readonly Event[]): readonly Estimate[] {
  const bounds = new Map<string, Bounds>();
  const gaps = new Map<string, Gap>();
  addSpanBounds(events, bounds);
  for (const visits of visitsByTrace(events)) {
    for (const pair of pairsOf(visits)) addVisitPair(pair, bounds, gaps);
  }
  const pairs = new Map<string, PairEstimate>();
  for (const gap of gaps.values()) keep(pairs, fromGaps(gap));
  for (const bound of bounds.values()) keep(pairs, fromBounds(bound));
  return solve([...pairs.values()]);
}

function keep(pairs: Map<string, PairEstimate>, found: PairEstimate | null): void {
  if (found !== null) pairs.set([found.ahead, found.other].toSorted(compare).join("\u0000"), found);
}

function addSpanBounds(events: readonly Event[], bounds: Map<string, Bounds>): void {
  const spans = new Map<string, SpanEvent>();
  for (const event of events) {
    if (event.kind === "span" && event.spanId !== null) spans.set(`${event.traceId}\u0000${event.spanId}`, event);
  }
  for (const child of spans.values()) {
    const parent = spans.get(`${child.traceId}\u0000${child.parentSpanId}`);
    const [outer, inner] = [parent === undefined ? null : clockOf(parent), clockOf(child)];
    if (parent === undefined || outer === null || inner === null || outer === inner) continue;
    const low = ms(parent.atNs - child.atNs);
    addBounds(bounds, { outer, inner, lows: [low], highs: [low + ms(parent.durationNs - child.durationNs)] });
  }
}

function addBounds(bounds: Map<string, Bounds>, found: Bounds): void {
  const key = `${found.outer}\u0000${found.inner}`;
  const known = bounds.get(key);
  if (known === undefined) bounds.set(key, found);
  else {
    known.lows.push(...found.lows);
    known.highs.push(...found.highs);
  }
}

function ms(ns: bigint): number {
  return Number(ns) / 1e6;
}

/** When each clock saw each request, from records that report no failure: timeouts would look like skew. */
function visitsByTrace(events: readonly Event[]): Iterable<ReadonlyMap<Safe, Visit>> {
  const traces = new Map<string, Map<Safe, Visit>>();
  for (const event of events) {
    const trace = traceOf(event);
    const clock = clockOf(event);
    if (trace === null || clock === null) continue;
    const visits = traces.get(trace) ?? new Map<Safe, Visit>();
    if (visits.size === 0 && traces.size >= MAX_TRACES) continue;
    traces.set(trace, visits);
    addRecord(visits, clock, ms(event.atNs));
  }
  return traces.values();
}

function traceOf(event: Event): string | null {
  if (event.kind !== "log" || event.severity === "error" || event.severity === "fatal") return null;
  return event.traceId ?? event.requestId;
}

function addRecord(visits: Map<Safe, Visit>, clock: Safe, atMs: number): void {
  const visit = visits.get(clock);
  if (visit !== undefined) {
    visit.fromMs = Math.min(visit.fromMs, atMs);
    visit.toMs = Math.max(visit.toMs, atMs);
    visit.records += 1;
  } else if (visits.size < MAX_CLOCKS_PER_TRACE) visits.set(clock, { fromMs: atMs, toMs: atMs, records: 1 });
}

function pairsOf(visits: ReadonlyMap<Safe, Visit>): readonly VisitPair[] {
  const all = [...visits];
  return all.flatMap(([a, one]) => all.flatMap(([b, two]) => (compare(a, b) < 0 ? [{ a, one, b, two }] : [])));
}

interface VisitPair {
  readonly a: Safe;
  readonly one: Visit;
  readonly b: Safe;
  readonly two: Visit;
}

interface Gap {
  readonly a: Safe;
  readonly b: Safe;
  /** a − b, for each request. */
  readonly diffs: number[];
  readonly at: number[];
}

/** Several records of one host enclose the other's; two single ones only differ. */
function addVisitPair({ a, one, b, two }: VisitPair, bounds: Map<string, Bounds>, gaps: Map<string, Gap>): void {
  if (Math.max(one.records, two.records) > 1) {
    const isOuter = one.toMs - one.fromMs >= two.toMs - two.fromMs;
    const [outer, long, inner, short] = isOuter ? [a, one, b, two] : [b, two, a, one];
    addBounds(bounds, { outer, inner, lows: [long.fromMs - short.fromMs], highs: [long.toMs - short.toMs] });
    return;
  }
  const key = `${a}\u0000${b}`;
  const known = gaps.get(key) ?? { a, b, diffs: [], at: [] };
  gaps.set(key, known);
  known.diffs.push(one.fromMs - two.fromMs);
  known.at.push(one.fromMs);
}

function fromBounds({ outer, inner, lows, highs }: Bounds): PairEstimate | null {
  if (lows.length < MIN_PAIRS) return null;
  // A tenth of the pairs may break the rule (answers logged late, work after the reply).
  const low = quantile(lows, 0.9);
  const high = quantile(highs, 0.1);
  const middle = (low + high) / 2;
  if (low <= 0 && high >= 0) return { ahead: outer, other: inner, byMs: 0, pairs: lows.length };
  if (Math.abs(high - low) > Math.max(MAX_WIDTH_MS, Math.abs(middle) / 4)) return null;
  return { ahead: outer, other: inner, byMs: middle, pairs: lows.length };
}

function fromGaps({ a, b, diffs, at }: Gap): PairEstimate | null {
  if (diffs.length < MIN_SINGLE_PAIRS || quantile(at, 1) - quantile(at, 0) < MIN_SINGLE_SPAN_MS) return null;
  const middle = median(diffs);
  const width = spread(diffs, middle);
  if (Math.abs(middle) < MIN_SKEW_MS) return { ahead: a, other: b, byMs: 0, pairs: diffs.length };
  if (Math.abs(middle) < MIN_SINGLE_SKEW_MS || width > Math.max(50, Math.abs(middle) / 10)) return null;
  return { ahead: a, other: b, byMs: middle, pairs: diffs.length };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** The largest group of clocks that agree is right; the others are measured against it. */
function solve(pairs: readonly PairEstimate[]): readonly Estimate[] {
  const right = largestAgreement(pairs);
  const clocks = new Set(pairs.flatMap(({ ahead, other }) => [ahead, other]));
  return [...clocks].toSorted(compare).flatMap((host) => {
    if (right.has(host)) return [];
    const against = pairs.flatMap(({ ahead, other, byMs, pairs: count }) => {
      if (ahead === host && right.has(other)) return [{ other, byMs, count }];
      return other === host && right.has(ahead) ? [{ other: ahead, byMs: -byMs, count }] : [];
    });
    const [first] = against;
    if (first === undefined) return [];
    const count = against.reduce((sum, each) => sum + each.count, 0);
    const error = median(against.map(({ byMs }) => byMs));
    const how = safe`seen from ${count} requests it shares with ${first.other}`;
    return [{ host, correctionMs: Math.round(-error), pairs: count, how }];
  });
}

function largestAgreement(pairs: readonly PairEstimate[]): ReadonlySet<Safe> {
  const groups = new Map<Safe, Set<Safe>>();
  const weight = new Map<Safe, number>();
  for (const { ahead, other, byMs, pairs: count } of pairs.toSorted(byNames)) {
    const [one, two] = [groups.get(ahead) ?? new Set([ahead]), groups.get(other) ?? new Set([other])];
    for (const clock of [ahead, other]) weight.set(clock, (weight.get(clock) ?? 0) + count);
    groups.set(ahead, one).set(other, two);
    if (Math.abs(byMs) >= MIN_SKEW_MS || one === two) continue;
    const merged = new Set([...one, ...two]);
    for (const clock of merged) groups.set(clock, merged);
  }
  const total = (group: ReadonlySet<Safe>) => [...group].reduce((sum, clock) => sum + (weight.get(clock) ?? 0), 0);
  const [best] = [...new Set(groups.values())].toSorted(
    (a, b) => b.size - a.size || total(b) - total(a) || compare(firstName(a), firstName(b)),
  );
  return best ?? new Set();
}

function firstName(group: ReadonlySet<Safe>): string {
  return [...group].toSorted(compare)[0] ?? "";
}

function byNames(a: PairEstimate, b: PairEstimate): number {
  return compare(a.ahead, b.ahead) || compare(a.other, b.other);
}
