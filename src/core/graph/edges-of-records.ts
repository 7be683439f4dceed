import type { GraphEdge } from "../analysis.ts";
import type { SourceEvidence } from "../evidence.ts";
import { epochMs } from "../ids.ts";
import { observe } from "../timeline/observe.ts";
import { createGraphKeeper, KEEPER_LIMITS } from "./keeper.ts";
import { type KnownEdge, knownEdge, mergeEdges } from "./known-edge.ts";

const MAX_IDS = 4_000_000;

/**
 * Who calls whom by the given records, as an analysis of them would say, with the counts and times that a keeper finds in
 * the same records. The whole stretch of time is looked at.
 */
export function edgesOfRecords(
  evidence: readonly SourceEvidence[],
  span: { readonly fromMs: number; readonly toMs: number },
): readonly KnownEdge[] {
  const fromMs = epochMs(span.fromMs);
  const window = { fromMs, toMs: epochMs(span.toMs + 1) };
  const { graph, spans, logs } = observe({ evidence, window, baseline: { fromMs, toMs: fromMs } });
  const keeper = createGraphKeeper({ ...KEEPER_LIMITS, maxSpans: roomFor(spans), maxTraces: roomFor(logs) });
  for (const { event, atMs } of [...spans, ...logs]) keeper.addEvent(event, atMs);
  const shown = new Set(graph.edges.map(ends));
  const counted = keeper
    .settle()
    .map(knownEdge)
    .filter((edge) => shown.has(ends(edge)));
  return mergeEdges([...counted, ...graph.edges.map(knownOnly)]);
}

/** So much that nothing is forgotten: two ids a record, in half of the memory. */
function roomFor(records: readonly unknown[]): number {
  return Math.min(MAX_IDS, Math.max(4 * records.length, KEEPER_LIMITS.maxTraces));
}

function ends({ caller, callee }: Pick<GraphEdge, "caller" | "callee">): string {
  return `${caller}\u0000${callee}`;
}

function knownOnly({ caller, callee, count, from }: GraphEdge): KnownEdge {
  const origin = from === "trace" ? "incident" : from;
  return { caller, callee, origin, calls: count, failures: null, firstMs: null, lastMs: null };
}
