import type { Node } from "./keeper-nodes.ts";
import type { StateReader, StateWriter } from "./keeper-state.ts";
import type { EdgeChange, EdgeOrigin } from "./known-edge.ts";
import { isClear } from "./shared-traces.ts";

export interface Tally {
  calls: number;
  failures: number;
  firstMs: number;
  lastMs: number;
}

/** One direction between two nodes, counted apart by witness. */
export interface Pair {
  readonly caller: Node;
  readonly callee: Node;
  readonly trace: Tally;
  readonly peer: Tally;
  readonly log: Tally;
  /** What changes told so far add up to. */
  toldCalls: number;
  toldFailures: number;
  touchedIn: number;
}

/** One sight of a call; `by` is -1 when it is taken back. */
export interface Sight {
  readonly isFailing: boolean;
  readonly atMs: number;
  readonly by: 1 | -1;
}

/** A direction that nothing was seen of yet. */
export function newPair(caller: Node, callee: Node): Pair {
  return { caller, callee, trace: zero(), peer: zero(), log: zero(), toldCalls: 0, toldFailures: 0, touchedIn: 0 };
}

/** Everything that speaks for this direction, witnesses together. */
export function callsIn({ trace, peer, log }: Pair): number {
  return trace.calls + peer.calls + log.calls;
}

/** What a pair stands for now against what was told; null when that is the same. */
export function changeOf(pair: Pair): EdgeChange | null {
  const seen = standing(pair);
  const calls = sum(seen, "calls") - pair.toldCalls;
  const failures = sum(seen, "failures") - pair.toldFailures;
  if (calls === 0 && failures === 0) return null;
  const origin = seen[0]?.origin ?? "log";
  // What is taken back altogether still has the times at which it was seen.
  const times = (seen.length > 0 ? seen : WITNESSES.map((witness) => ({ tally: pair[witness] }))).map(
    ({ tally }) => tally,
  );
  const firstMs = Math.min(...times.map((tally) => tally.firstMs));
  const lastMs = Math.max(...times.map((tally) => tally.lastMs));
  return { caller: pair.caller.name, callee: pair.callee.name, origin, calls, failures, firstMs, lastMs };
}

const WITNESSES = ["trace", "peer", "log"] as const satisfies readonly EdgeOrigin[];

interface Standing {
  readonly origin: EdgeOrigin;
  readonly tally: Tally;
}

/**
 * What counts, the best witness first. A call that spans and logs both show is one call: logs count only where no span does,
 * in a clear direction that no span contradicts.
 */
function standing(pair: Pair): readonly Standing[] {
  const { trace, peer, log } = pair;
  const spans: readonly Standing[] = [
    { origin: "trace", tally: trace },
    { origin: "peer", tally: peer },
  ];
  const seen = spans.filter(({ tally }) => tally.calls > 0);
  if (seen.length > 0) return seen;
  const reverse = pair.callee.callees.get(pair.caller);
  const isContradicted = reverse !== undefined && reverse.trace.calls + reverse.peer.calls > 0;
  const isDirected = !isContradicted && isClear(log.calls, reverse?.log.calls ?? 0);
  return isDirected ? [{ origin: "log", tally: log }] : [];
}

function sum(seen: readonly Standing[], field: "calls" | "failures"): number {
  return seen.reduce((total, { tally }) => total + tally[field], 0);
}

/** A tally of nothing. */
export function zero(): Tally {
  return { calls: 0, failures: 0, firstMs: Number.POSITIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY };
}

/** Forgets counts, not times. */
export function reset(tally: Tally): void {
  tally.calls = 0;
  tally.failures = 0;
}

/** One sight more, or one taken back. */
export function add(tally: Tally, { isFailing, atMs, by }: Sight): void {
  tally.calls = Math.max(0, tally.calls + by);
  if (isFailing) tally.failures = Math.max(0, tally.failures + by);
  if (by < 0) return;
  if (atMs < tally.firstMs) tally.firstMs = atMs;
  if (atMs > tally.lastMs) tally.lastMs = atMs;
}

/** Adds all of one tally to another. */
export function join(into: Tally, tally: Tally): void {
  into.calls += tally.calls;
  into.failures += tally.failures;
  into.firstMs = Math.min(into.firstMs, tally.firstMs);
  into.lastMs = Math.max(into.lastMs, tally.lastMs);
}

/** Takes down what is known of a direction; its ends stand before it. */
export function savePair({ trace, peer, log, toldCalls, toldFailures, touchedIn }: Pair, out: StateWriter): void {
  for (const tally of [trace, peer, log]) saveTally(tally, out);
  out.put(toldCalls, toldFailures, touchedIn);
}

/** The direction that was taken down. */
export function restorePair([caller, callee]: readonly [Node, Node], from: StateReader): Pair {
  const [trace, peer, log] = [restoreTally(from), restoreTally(from), restoreTally(from)];
  const [toldCalls, toldFailures, touchedIn] = [from.number(), from.number(), from.number()];
  return { caller, callee, trace, peer, log, toldCalls, toldFailures, touchedIn };
}

/** Takes down a tally. */
export function saveTally({ calls, failures, firstMs, lastMs }: Tally, out: StateWriter): void {
  out.put(calls, failures, firstMs, lastMs);
}

/** The tally that was taken down. */
export function restoreTally(from: StateReader): Tally {
  return { calls: from.number(), failures: from.number(), firstMs: from.number(), lastMs: from.number() };
}
