import type { GraphEdge } from "../analysis.ts";
import type { Safe } from "../safe.ts";
import type { ServiceGraph } from "./service-graph.ts";

/** Makes a graph that answers questions out of its edges. Edges come out sorted by caller, callee. */
export function buildGraph(edges: readonly GraphEdge[]): ServiceGraph {
  const sorted = edges.toSorted((a, b) => compare(a.caller, b.caller) || compare(a.callee, b.callee));
  const callees = neighbours(sorted, ({ caller, callee }) => [caller, callee]);
  const callers = neighbours(sorted, ({ caller, callee }) => [callee, caller]);
  return {
    edges: sorted,
    calleesOf: (service) => callees.get(service) ?? [],
    callersOf: (service) => callers.get(service) ?? [],
    distance: (caller, callee) => distance(callees, caller, callee),
  };
}

function neighbours(
  edges: readonly GraphEdge[],
  ends: (edge: GraphEdge) => readonly [Safe, Safe],
): ReadonlyMap<Safe, readonly Safe[]> {
  const found = new Map<Safe, Safe[]>();
  for (const edge of edges) {
    const [from, to] = ends(edge);
    const known = found.get(from) ?? [];
    if (!known.includes(to)) known.push(to);
    found.set(from, known);
  }
  return found;
}

function distance(callees: ReadonlyMap<Safe, readonly Safe[]>, caller: Safe, callee: Safe): number | null {
  const seen = new Set<Safe>([caller]);
  let front: readonly Safe[] = [caller];
  for (let steps = 0; front.length > 0; steps++) {
    if (front.includes(callee)) return steps;
    const next = front.flatMap((service) => callees.get(service) ?? []).filter((service) => !seen.has(service));
    for (const service of next) seen.add(service);
    front = [...new Set(next)];
  }
  return null;
}

/** Order of two texts by code units: the same on every machine, whatever its language. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
