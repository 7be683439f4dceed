import type { Analysis } from "../analysis.ts";
import { type EpochMs, epochMs } from "../ids.ts";
import type { Safe } from "../safe.ts";
import { isoToMs } from "../time.ts";

/**
 * What shows that one service calls another, the best witness first: spans of both sides, a client span that names its
 * peer, ids that logs of both share, a given topology, the graph of an analysed incident, a text that names the other.
 */
export const EDGE_ORIGINS = ["trace", "peer", "log", "given", "incident", "mention"] as const;

export type EdgeOrigin = (typeof EDGE_ORIGINS)[number];

/** True when calls were counted one by one, so that failures have a share; the others only know that there are calls. */
export function isCounted(origin: EdgeOrigin): boolean {
  return origin === "trace" || origin === "peer" || origin === "log";
}

/** The witness that is worth more. */
export function betterOrigin(a: EdgeOrigin, b: EdgeOrigin): EdgeOrigin {
  return EDGE_ORIGINS.indexOf(a) <= EDGE_ORIGINS.indexOf(b) ? a : b;
}

/** One service calls another, with what is known of those calls. */
export interface KnownEdge {
  readonly caller: Safe;
  readonly callee: Safe;
  readonly origin: EdgeOrigin;
  /** Calls that were seen; for an origin that is not counted, records that show the call. */
  readonly calls: number;
  /** Of them, failed ones; null when nobody counted. */
  readonly failures: number | null;
  readonly firstMs: EpochMs | null;
  readonly lastMs: EpochMs | null;
}

/** What is new about an edge since it was last told. Counts may be below zero: then earlier ones were taken back. */
export interface EdgeChange {
  readonly caller: Safe;
  readonly callee: Safe;
  readonly origin: EdgeOrigin;
  readonly calls: number;
  readonly failures: number;
  /** First and last call that was seen. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The graph of an answer as edges to keep. Adding those of the same incident again changes no counts. */
export function edgesOfAnalysis({ graph, window }: Pick<Analysis, "graph" | "window">): readonly EdgeChange[] {
  const firstMs = isoToMs(window.from);
  const lastMs = isoToMs(window.to);
  if (firstMs === null || lastMs === null) return [];
  return graph.map(({ caller, callee, count, from }) => ({
    caller,
    callee,
    origin: from === "trace" ? "incident" : from,
    calls: count,
    failures: 0,
    firstMs,
    lastMs,
  }));
}

/** The same edges for reading at once, without a store in between; `origin` decides whether failures were counted. */
export function knownEdge(change: EdgeChange): KnownEdge {
  return {
    ...change,
    failures: isCounted(change.origin) ? change.failures : null,
    firstMs: epochMs(change.firstMs),
    lastMs: epochMs(change.lastMs),
  };
}

/** Edges of several places as one: what was counted stands before what was only known, times are those of all. */
export function mergeEdges(edges: readonly KnownEdge[]): readonly KnownEdge[] {
  const merged = new Map<string, KnownEdge>();
  for (const edge of edges) {
    const key = `${edge.caller}\u0000${edge.callee}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? edge : joined(known, edge));
  }
  return [...merged.values()];
}

function joined(a: KnownEdge, b: KnownEdge): KnownEdge {
  const best = betterOrigin(a.origin, b.origin) === a.origin ? a : b;
  return {
    ...best,
    calls: isCounted(best.origin) ? best.calls : Math.max(a.calls, b.calls),
    firstMs: ofBoth(a.firstMs, b.firstMs, Math.min),
    lastMs: ofBoth(a.lastMs, b.lastMs, Math.max),
  };
}

function ofBoth(a: EpochMs | null, b: EpochMs | null, choose: (a: number, b: number) => number): EpochMs | null {
  if (a === null || b === null) return a ?? b;
  return epochMs(choose(a, b));
}
