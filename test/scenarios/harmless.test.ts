import { expect, test } from "vitest";
import { harmlessKinds, harmlessScenario } from "../../src/demo/harmless.ts";
import { analyzeScenario } from "./analyze-scenario.ts";

/** One day of each kind; `bench/false-accusations.ts` asks many. */
const SEED = 4;

test.each(harmlessKinds)("on a day with %s nobody is accused", { timeout: 60_000 }, async (kind) => {
  const { analysis, reading } = await analyzeScenario(harmlessScenario(kind, SEED));

  expect(reading.problems).toEqual([]);
  expect(["no-likely-cause", "recovered"]).toContain(analysis.verdict);
});

test("an outage is told as one that has passed, not as nothing", { timeout: 60_000 }, async () => {
  const { analysis } = await analyzeScenario(harmlessScenario("recovered", SEED));

  expect(analysis.verdict).toBe("recovered");
  expect(analysis.timeline.map(({ role }) => role)).toContain("recovery");
});

test("the same kind and seed give the same bytes, another seed another day", () => {
  const [once, again, other] = [1, 1, 2].map((seed) => harmlessScenario("noise", seed));

  expect([...(again?.files ?? [])]).toEqual([...(once?.files ?? [])]);
  expect([...(other?.files ?? [])]).not.toEqual([...(once?.files ?? [])]);
});
