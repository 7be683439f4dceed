import type { ServiceGraph } from "../../graph/service-graph.ts";
import type { Safe } from "../../safe.ts";

/** What one service adds to every request of the alerted one, and whether that is more than chance. */
export interface Added {
  readonly service: Safe;
  /** Seconds, or failed requests, for each request of the alerted service, by the measure of the alert's course. */
  readonly weight: number;
  readonly isSurprising: boolean;
}

/**
 * What each service adds itself: what its callees add is theirs. A callee with several callers slows each of them by its
 * part, so its weight is split in proportion to what the callers show. Calls in a circle explain nothing.
 */
export function ownWeights(added: readonly Added[], graph: ServiceGraph): ReadonlyMap<Safe, number> {
  const weights = new Map(
    added.filter(({ isSurprising }) => isSurprising).map(({ service, weight }) => [service, Math.max(0, weight)]),
  );
  const callees = new Map([...weights.keys()].map((service) => [service, nextCallees(service, weights, graph)]));
  const callers = new Map<Safe, number>();
  for (const [caller, called] of callees) {
    for (const callee of called) callers.set(callee, (callers.get(callee) ?? 0) + (weights.get(caller) ?? 0));
  }
  return new Map(
    [...weights].map(([service, weight]) => {
      const explained = (callees.get(service) ?? []).map(
        (callee) => (weights.get(callee) ?? 0) * (weight / (callers.get(callee) || 1)),
      );
      return [service, Math.max(0, weight - explained.reduce((sum, each) => sum + each, 0))];
    }),
  );
}

/**
 * The nearest callees that show something. What stands between may be unmeasured, or so restless by itself that
 * nothing can be seen in it: it is looked through.
 */
function nextCallees(service: Safe, shown: ReadonlyMap<Safe, number>, graph: ServiceGraph): readonly Safe[] {
  const seen = new Set<Safe>([service]);
  const found: Safe[] = [];
  const front = [...graph.calleesOf(service)];
  for (let next = front.pop(); next !== undefined; next = front.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (!shown.has(next)) front.push(...graph.calleesOf(next));
    else if (graph.distance(next, service) === null) found.push(next);
  }
  return found.toSorted((a, b) => (a < b ? -1 : 1));
}

/** The alerted service and everything it calls, directly or not; every measured service where no call is known. */
export function reachOf(alerted: Safe, services: readonly Safe[], graph: ServiceGraph): ReadonlySet<Safe> {
  const isOnMap = graph.calleesOf(alerted).length + graph.callersOf(alerted).length > 0;
  return new Set(isOnMap ? services.filter((service) => graph.distance(alerted, service) !== null) : services);
}
