import { expect, test } from "vitest";
import { anAnalysis, HYPOTHESES, text } from "../../../test/support/sample-incident.ts";
import type { Hypothesis } from "../analysis.ts";
import { hypothesisId } from "../ids.ts";
import { describeChangeOfMind } from "./change-of-mind.ts";

const [deploy, search] = HYPOTHESES.map((hypothesis): Hypothesis => hypothesis);
if (!deploy || !search) throw new TypeError("the sample has two suspects");
const answer = (...hypotheses: Hypothesis[]) => anAnalysis({ hypotheses });
const against = (because: string, points: number) => ({
  signal: text("peers"),
  points,
  because: text(because),
  evidenceIds: [],
});

test("the first answer and an unchanged answer are no change of mind", () => {
  expect(describeChangeOfMind(null, anAnalysis())).toBeNull();
  expect(describeChangeOfMind(anAnalysis(), anAnalysis())).toBeNull();
  expect(describeChangeOfMind(answer(deploy), answer({ ...deploy, confidence: 0.71 }))).toBeNull();
});

test("a weaker word says how far it fell and names what decided it, before the suspect's name", () => {
  const because = against("errors continued 3 min after the rollback", -180);
  const weaker = { ...deploy, confidence: 0.41, score: 344, against: [...deploy.against, because] };

  expect(describeChangeOfMind(answer(deploy), answer(weaker))).toEqual({
    label: "Weakened",
    text: "0.86 → 0.41, now medium: errors continued 3 min after the rollback. Deploy v412 of checkout lowered pool.max from 50 to 5.",
  });
});

test("the reason given always points the way the confidence went", () => {
  const gained = { ...deploy, confidence: 0.5, score: 600, parts: [...deploy.parts, against("more of the same", 76)] };

  expect(describeChangeOfMind(answer(deploy, search), answer(gained, { ...search, confidence: 0.45 }))?.text).toBe(
    "0.86 → 0.50, now medium: Deploy v88 of search became likelier (0.45). Deploy v412 of checkout lowered pool.max from 50 to 5.",
  );
});

test("of two records behind one signal, the one that moved is the reason", () => {
  const first = against("v412 runs well in the west", -20);
  const before = { ...deploy, against: [first] };
  const after = { ...deploy, confidence: 0.4, against: [first, against("v412 runs well in the east", -150)] };

  expect(describeChangeOfMind(answer(before), answer(after))?.text).toContain(
    "now medium: v412 runs well in the east.",
  );
});

test("a suspect that overtakes the first is strengthened, one never seen before is new", () => {
  const other = { ...search, id: hypothesisId("h3"), summary: text("Node lost its disk"), confidence: 0.75 };

  expect(describeChangeOfMind(answer(deploy, search), answer({ ...search, confidence: 0.72 }, deploy))).toEqual({
    label: "Strengthened",
    text: "0.09 → 0.72, now the first suspect. Deploy v88 of search. Before: Deploy v412 of checkout lowered pool.max from 50 to 5.",
  });
  expect(describeChangeOfMind(answer(deploy), answer(other, deploy))).toEqual({
    label: "New",
    text: "first suspect, high confidence (0.75): Node lost its disk, it reached production 7 min 20 s before the first error. Before: Deploy v412 of checkout lowered pool.max from 50 to 5.",
  });
});

test("an answer that takes its cause back says that it is ruled out", () => {
  const silent = anAnalysis({ verdict: "no-likely-cause", verdictBecause: text("errors are as on any day") });

  expect(describeChangeOfMind(answer(deploy), silent)).toEqual({
    label: "Ruled out",
    text: "Deploy v412 of checkout lowered pool.max from 50 to 5 (was 0.86). No likely cause is left: errors are as on any day.",
  });
});

test("a recovery is news once and does not clear the suspect", () => {
  const over = anAnalysis({ verdict: "recovered", verdictBecause: text("errors ended at 01:58:00Z without a repair") });

  expect(describeChangeOfMind(answer(deploy), over)).toEqual({
    label: "Recovered",
    text: "Errors ended at 01:58:00Z without a repair. Suspect until then: Deploy v412 of checkout lowered pool.max from 50 to 5.",
  });
  expect(describeChangeOfMind(over, over)).toBeNull();
});
