import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { analyze } from "../../src/core/analyze.ts";
import { generateScenario, type ScenarioName, scenarioNames } from "../../src/demo/generate-scenario.ts";
import { plantedSecrets } from "../../src/demo/planted.ts";
import { analyzeScenario, type ScenarioAnswer } from "./analyze-scenario.ts";
import { claims, differences, Expected, rowsInOrder } from "./expected.ts";
import { printHypotheses, printTimeline } from "./print-answer.ts";

const here = import.meta.dirname;

function expectedOf(name: ScenarioName) {
  return Expected.parse(JSON.parse(readFileSync(join(here, name, "expected.json"), "utf8")));
}

describe.each(scenarioNames)("scenario %s", (name) => {
  const expected = expectedOf(name);
  let answer: ScenarioAnswer;

  beforeAll(async () => {
    answer = await analyzeScenario(generateScenario(name));
  }, 120_000);

  test("everything in the bundle can be read", () => {
    const { reading } = answer;

    expect(reading.problems).toEqual([]);
    expect(reading.notes).toEqual([]);
  });

  test("the verdict is right", () => {
    const { analysis } = answer;

    expect(expected.verdict).toContain(analysis.verdict);
  });

  test("the first cause is right", () => {
    const { analysis } = answer;

    expect(differences(analysis.hypotheses[0], expected.firstCause, analysis)).toEqual([]);
  });

  test("the timeline tells the story in order", () => {
    const { analysis } = answer;

    expect(rowsInOrder(analysis, expected.timeline)).toEqual(expected.timeline);
  });

  test("innocent suspects stand lower, with what speaks against them", () => {
    const { analysis } = answer;
    const missing = expected.lower.filter(
      ({ withAgainst, ...cause }) =>
        !analysis.hypotheses
          .slice(1)
          .some((each) => claims(each, cause, analysis) && (!withAgainst || each.against.length > 0)),
    );

    expect(missing).toEqual([]);
  });

  test("nobody is suspected who cannot be", () => {
    const { analysis } = answer;
    const wrong = expected.never.filter((cause) => analysis.hypotheses.some((each) => claims(each, cause, analysis)));

    expect(wrong).toEqual([]);
  });

  test("scores add up and every cited record is there", () => {
    const { analysis } = answer;
    const known = new Set(analysis.evidence.map(({ id }) => id));
    const cited = [
      ...analysis.timeline.flatMap(({ evidenceIds }) => evidenceIds),
      ...analysis.hypotheses.flatMap(({ parts, against }) =>
        [...parts, ...against].flatMap((part) => part.evidenceIds),
      ),
    ];

    expect(cited.filter((id) => !known.has(id))).toEqual([]);
    for (const { score, parts, against } of analysis.hypotheses) {
      expect([...parts, ...against].reduce((sum, { points }) => sum + points, 0)).toBe(score);
    }
  });

  test("no planted secret is in the answer", () => {
    const { analysis } = answer;
    const document = JSON.stringify(analysis);

    expect(plantedSecrets.filter((secret) => document.includes(secret))).toEqual([]);
  });

  test("the same input gives the same bytes, in whatever order records come", () => {
    const { analysis, input } = answer;
    const shuffled = input.evidence.toReversed().map(({ source, evidence }) => ({
      source,
      evidence: evidence.status === "found" ? { ...evidence, events: evidence.events.toReversed() } : evidence,
    }));

    expect(JSON.stringify(analyze({ ...input, evidence: shuffled }))).toBe(JSON.stringify(analysis));
  });

  test("people can read the answer", async () => {
    const { analysis } = answer;

    await expect(printTimeline(analysis)).toMatchFileSnapshot(join(here, name, "out.timeline.txt"));
    await expect(printHypotheses(analysis)).toMatchFileSnapshot(join(here, name, "out.hypotheses.txt"));
  });
});
