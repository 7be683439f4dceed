import { describe, expect, test } from "vitest";
import { anActor, anAlert, anAnalysis, TEN_O_CLOCK } from "../../test/support/builders.ts";
import { InMemoryAnalyses } from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import type { GraphEdge } from "../core/analysis.ts";
import type { KnownEdge } from "../core/graph/known-edge.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../core/ids.ts";
import { type Safe, safe } from "../core/safe.ts";
import { dependenciesOf } from "./dependencies.ts";
import type { ServiceEdges } from "./service-edges-port.ts";

const ada = anActor();
const edge = (caller: Safe, callee: Safe): GraphEdge => ({ caller, callee, count: 3, from: "trace" });
const CHECKOUT = [
  edge(safe`web`, safe`checkout`),
  edge(safe`checkout`, safe`ledger`),
  edge(safe`checkout`, safe`cache`),
];

function kept(caller: Safe, callee: Safe, failures = 0): KnownEdge {
  const atMs = epochMs(TEN_O_CLOCK - 60_000);
  return { caller, callee, origin: "trace", calls: 100, failures, firstMs: atMs, lastMs: atMs };
}

/** One incident with this graph, and a store that keeps these edges. */
async function world(graph: readonly GraphEdge[], edges?: readonly KnownEdge[]) {
  const incidents = new InMemoryIncidents();
  const analyses = new InMemoryAnalyses();
  const asked: number[] = [];
  const decision = { kind: "open", reason: "no-open-incident-matches" } as const;
  await incidents.apply({ tenant: DEFAULT_TENANT, decision, alert: anAlert() }, () => []);
  const saved = { tenant: DEFAULT_TENANT, incidentId: incidentId("inc-1"), revision: 1, atMs: TEN_O_CLOCK };
  await analyses.save({ ...saved, analysis: anAnalysis({ graph }) }, []);
  const serviceEdges: ServiceEdges = {
    add: async () => undefined,
    read: async (_tenant, sinceMs) => {
      asked.push(sinceMs);
      return edges ?? [];
    },
    prune: async () => 0,
  };
  const stores = { incidents, analyses, clock: { nowMs: () => TEN_O_CLOCK } };
  return { asked, deps: edges === undefined ? stores : { ...stores, serviceEdges } };
}

describe("dependencies of a service", () => {
  test("are told in both directions, and a service that nothing names is not known", async () => {
    const { deps } = await world(CHECKOUT);

    expect(await dependenciesOf(deps, ada, { service: safe`checkout` })).toMatchObject({
      callers: ["web"],
      callees: ["cache", "ledger"],
      isKnown: true,
      near: [],
    });
    expect(await dependenciesOf(deps, ada, { service: safe`zebra` })).toMatchObject({ isKnown: false, near: [] });
  });

  test("join what calls were seen lately with what incidents showed; counted calls stand", async () => {
    const { deps, asked } = await world(CHECKOUT, [
      kept(safe`checkout`, safe`ledger`, 25),
      kept(safe`app`, safe`checkout`),
    ]);

    const found = await dependenciesOf(deps, ada, { service: safe`checkout` });

    expect([found.callers, found.callees]).toEqual([
      ["app", "web"],
      ["cache", "ledger"],
    ]);
    expect(found.around.callees.map(({ edge: { origin, calls, failures } }) => [origin, calls, failures])).toEqual([
      ["trace", 100, 25],
      ["incident", 3, null],
    ]);
    expect(asked).toEqual([TEN_O_CLOCK - 30 * 24 * 60 * 60_000]);
  });

  test("reach as many calls away as asked, at most three", async () => {
    const chain = ["a", "b", "c", "d", "e"].map((_, index, names) => names.slice(index, index + 2));
    const edges = chain.flatMap(([from, to]) => (from && to ? [kept(safe`${asName(from)}`, safe`${asName(to)}`)] : []));
    const { deps } = await world([], edges);

    const far = await dependenciesOf(deps, ada, { service: asName("a"), depth: 99 });

    expect(far.callees).toEqual(["b"]);
    expect(far.around.callees[0]?.next[0]?.next.map(({ service, next }) => [service, next])).toEqual([["d", []]]);
  });

  test("of a misspelled service come with the names that may have been meant", async () => {
    const { deps } = await world(CHECKOUT);

    expect(await dependenciesOf(deps, ada, { service: safe`chekout` })).toMatchObject({
      isKnown: false,
      near: ["checkout"],
    });
  });
});

function asName(letter: string): Safe {
  return { a: safe`a`, b: safe`b`, c: safe`c`, d: safe`d`, e: safe`e` }[letter] ?? safe``;
}
