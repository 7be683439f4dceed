import { expect, test } from "vitest";
import { aMesh } from "../../../../test/support/mesh.ts";
import { openCaseFile } from "../../hypotheses/case-file.ts";
import { rankHypotheses } from "../../hypotheses/rank.ts";
import { NO_WEIGHTS } from "../../learning/weights.ts";
import { buildTimeline } from "../../timeline/timeline.ts";
import { foldSteps, rolloutsOf } from "./rollouts.ts";

const STORY = {
  rollouts: { stock: 10, prices: 15 },
  laterSteps: [["stock", 17]],
  fault: ({ what, service, isNew }: { readonly what: string; readonly service: string; readonly isNew: boolean }) =>
    what === "served" && service === "stock" && isNew ? 60 : undefined,
} as const;

test("several steps of one rollout are one suspect, with the pods of all of them", () => {
  const { observations, incident } = aMesh(STORY);
  const file = openCaseFile(incident, observations);
  const hypotheses = rankHypotheses(file, NO_WEIGHTS, []);

  expect(foldSteps(observations.changes).map(({ length }) => length)).toEqual([2, 1]);
  expect([...(rolloutsOf(observations)[0]?.newPods.keys() ?? [])]).toEqual(["stock-d", "stock-late"]);
  expect(hypotheses.map(({ cause }) => cause.service)).toEqual(["stock", "prices"]);
});

test("the first suspect is told by what its pods did, not by errors that nobody logged", () => {
  const { observations, incident } = aMesh({ ...STORY, laterSteps: [] });
  const [first] = rankHypotheses(openCaseFile(incident, observations), NO_WEIGHTS, []);

  expect(first?.summary).toBe(
    "Rollout v2 of stock at 01:30:00Z: 60 % of the requests orders → stock fail on pods that it changed, 0 % on its old pods",
  );
});

test("the timeline holds every step, steps of one rollout in one row", () => {
  const { observations } = aMesh(STORY);
  const told = buildTimeline(observations).rows.filter(({ role }) => role === "change");

  expect(told.map(({ service, count }) => [service, count])).toEqual([
    ["stock", 2],
    ["prices", 1],
  ]);
  expect(told.flatMap(({ evidenceIds }) => evidenceIds)).toHaveLength(3);
});
