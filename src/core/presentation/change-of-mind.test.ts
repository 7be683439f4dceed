import { expect, test } from "vitest";
import { anAnalysis, HYPOTHESES, text } from "../../../test/support/sample-incident.ts";
import type { Hypothesis } from "../analysis.ts";
import { hypothesisId } from "../ids.ts";
import { describeChangeOfMind } from "./change-of-mind.ts";

const [deploy, search] = HYPOTHESES.map((hypothesis): Hypothesis => hypothesis);
if (!deploy || !search) throw new TypeError("the sample has two suspects");
const answer = (...hypotheses: Hypothesis[]) => anAnalysis({ hypotheses });

test("the first answer and an unchanged answer are no change of mind", () => {
  expect(describeChangeOfMind(null, anAnalysis())).toBeNull();
  expect(describeChangeOfMind(anAnalysis(), anAnalysis())).toBeNull();
  expect(describeChangeOfMind(answer(deploy), answer({ ...deploy, confidence: 0.71 }))).toBeNull();
});

test("a weaker word says how far it fell and why", () => {
  const because = { signal: text("peers"), points: -180, because: text("v412 runs well elsewhere"), evidenceIds: [] };
  const weaker = { ...deploy, confidence: 0.41, score: 344, against: [...deploy.against, because] };

  expect(describeChangeOfMind(answer(deploy), answer(weaker))).toEqual({
    label: "Weakened",
    text: "weakened 0.86 → 0.41: Deploy v412 of checkout lowered pool.max from 50 to 5, because v412 runs well elsewhere.",
  });
});

test("a suspect that overtakes the first is strengthened, one never seen before is new", () => {
  const other = { ...search, id: hypothesisId("h3"), summary: text("Node lost its disk"), confidence: 0.75 };

  expect(describeChangeOfMind(answer(deploy, search), answer({ ...search, confidence: 0.72 }, deploy))?.label).toBe(
    "Strengthened",
  );
  expect(describeChangeOfMind(answer(deploy), answer(other, deploy))).toEqual({
    label: "New",
    text: "new first cause, high confidence (0.75): Node lost its disk. Before: Deploy v412 of checkout lowered pool.max from 50 to 5.",
  });
});

test("an answer that takes its cause back says that it is ruled out", () => {
  const silent = anAnalysis({ verdict: "no-likely-cause", verdictBecause: text("errors are as on any day") });

  expect(describeChangeOfMind(answer(deploy), silent)).toEqual({
    label: "Ruled out",
    text: "ruled out, no likely cause is left: Deploy v412 of checkout lowered pool.max from 50 to 5. errors are as on any day.",
  });
});
