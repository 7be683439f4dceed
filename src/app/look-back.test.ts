import { describe, expect, test } from "vitest";
import { aHypothesis, anActor, anAlert, anAnalysis, aVote, TEN_O_CLOCK } from "../../test/support/builders.ts";
import { InMemoryAnalyses, InMemoryFeedback } from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import type { Analysis } from "../core/analysis.ts";
import { alertFingerprint, DEFAULT_TENANT, hypothesisId, incidentId } from "../core/ids.ts";
import { type Safe, safe } from "../core/safe.ts";
import { rankingRecord, similarTo } from "./look-back.ts";

const ada = anActor();
const h = (id: string) => hypothesisId(id);

/** Incidents inc-1, inc-2, … of the given services, each with its answer. */
async function past(cases: readonly { readonly service: Safe; readonly analysis: Partial<Analysis> }[]) {
  const incidents = new InMemoryIncidents();
  const analyses = new InMemoryAnalyses();
  const feedback = new InMemoryFeedback();
  for (const [index, { service, analysis }] of cases.entries()) {
    const key = `key-${index}`;
    const alert = anAlert({ eventId: key, fingerprint: alertFingerprint(key), groupKey: key, service });
    const decision = { kind: "open", reason: "no-open-incident-matches" } as const;
    await incidents.apply({ tenant: DEFAULT_TENANT, decision, alert }, () => []);
    const id = incidentId(`inc-${index + 1}`);
    const saved = { tenant: DEFAULT_TENANT, incidentId: id, revision: 1, atMs: TEN_O_CLOCK };
    await analyses.save({ ...saved, analysis: anAnalysis(analysis) }, []);
  }
  const vote = (id: string, hypothesis: string, verdict: "yes" | "no") =>
    feedback.add(DEFAULT_TENANT, { ...aVote(), incidentId: incidentId(id), hypothesisId: h(hypothesis), verdict }, []);
  return { deps: { incidents, analyses, feedback }, vote };
}

const change = aHypothesis({ id: h("h1"), rank: 1 });
const dependency = aHypothesis({
  id: h("h2"),
  rank: 2,
  cause: { kind: "dependency-failure", service: safe`ledger` },
});
const both = { hypotheses: [change, dependency] };

describe("earlier incidents like this one", () => {
  test("are those with the same alerted service and the same cause, confirmed ones first", async () => {
    const orders = safe`orders`;
    const { deps, vote } = await past([
      { service: orders, analysis: both },
      { service: safe`billing`, analysis: both },
      { service: orders, analysis: { hypotheses: [dependency] } },
      { service: orders, analysis: both },
      { service: orders, analysis: both },
    ]);
    await vote("inc-4", "h1", "yes");

    const found = await similarTo(deps, ada, incidentId("inc-5"));

    expect(found?.map(({ id, confirmed }) => [id, confirmed])).toEqual([
      ["inc-4", true],
      ["inc-1", false],
    ]);
  });

  test("are compared by what people confirmed, not by what stood first", async () => {
    const { deps, vote } = await past([
      { service: safe`orders`, analysis: both },
      { service: safe`orders`, analysis: { hypotheses: [dependency] } },
    ]);
    expect(await similarTo(deps, ada, incidentId("inc-2"))).toEqual([]);

    await vote("inc-1", "h2", "yes");
    expect(await similarTo(deps, ada, incidentId("inc-2"))).toMatchObject([{ id: "inc-1", confirmed: true }]);
  });

  test("cannot be found for an incident without a cause, which is not the same as finding none", async () => {
    const { deps } = await past([{ service: safe`orders`, analysis: { hypotheses: [] } }]);

    expect(await similarTo(deps, ada, incidentId("inc-1"))).toBeNull();
    expect(await similarTo(deps, ada, incidentId("inc-9"))).toBeNull();
  });

  test("are found without reading the answers of other services", async () => {
    const { deps } = await past([
      { service: safe`orders`, analysis: both },
      { service: safe`billing`, analysis: both },
      { service: safe`orders`, analysis: both },
    ]);
    const read: string[] = [];
    const latest = deps.analyses.latest.bind(deps.analyses);
    deps.analyses.latest = (tenant, id) => {
      read.push(id);
      return latest(tenant, id);
    };

    await similarTo(deps, ada, incidentId("inc-3"));

    expect(read.toSorted()).toEqual(["inc-1", "inc-3"]);
  });
});

test("how often the ranking was right counts confirmed causes at the rank the engine gave them", async () => {
  const orders = safe`orders`;
  const { deps, vote } = await past([
    { service: orders, analysis: both },
    { service: orders, analysis: both },
    { service: orders, analysis: both },
    { service: orders, analysis: both },
  ]);
  await vote("inc-1", "h1", "yes");
  await vote("inc-2", "h2", "yes");
  await vote("inc-3", "h1", "no");

  expect(await rankingRecord(deps, ada)).toEqual({ confirmed: 2, first: 1, firstThree: 2, looked: 3 });
});
