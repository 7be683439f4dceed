import { describe, expect, test } from "vitest";
import type { Analysis } from "../../src/core/analysis.ts";
import { generateScenario, type ScenarioName } from "../../src/demo/generate-scenario.ts";
import { instructionMark, plantedSecrets } from "../../src/demo/planted.ts";
import type { Scenario } from "../../src/demo/scenario.ts";
import { analyzeScenario } from "./analyze-scenario.ts";
import { printHypotheses, printTimeline } from "./print-answer.ts";

/** In another order by the alphabet, and as long as the old ones, so that texts are cut at the same place. */
const OTHER_NAMES: readonly (readonly [string, string])[] = [
  ["api-gateway", "zeta-portal"],
  ["user-service", "delta-people"],
  ["payment-service", "kappa-bursar-v2"],
  ["inventory-service", "alpha-depot-night"],
  ["notification-service", "omega-herald-and-bel"],
];

const CASES: readonly { name: ScenarioName; names: readonly (readonly [string, string])[] }[] = [
  { name: "two-am", names: OTHER_NAMES },
  {
    name: "pool-exhaustion",
    names: [
      ["storefront", "northwalls"],
      ["checkout", "quernery"],
      ["catalog", "zbureau"],
      ["basket", "akettl"],
      ["mailer", "pigeon"],
    ],
  },
];

describe.each(CASES)("$name with other service names", ({ name, names }) => {
  test("has the same causes, scores and rows under the new names", { timeout: 60_000 }, async () => {
    const original = generateScenario(name);

    const before = await analyzeScenario(original);
    const after = await analyzeScenario(renameAll(original, names));

    expect(outline(after.analysis)).toEqual(outline(renameJson(before.analysis, names)));
  });
});

test("a line with instructions changes nothing but the number of lines", { timeout: 60_000 }, async () => {
  const scenario = generateScenario("two-am");
  const silenced = mapFiles(scenario, (content) =>
    content
      .split("\n")
      .filter((line) => !line.includes(instructionMark))
      .join("\n"),
  );

  const [told, untold] = [await analyzeScenario(scenario), await analyzeScenario(silenced)];

  expect([...scenario.files.values()].some((content) => content.includes(instructionMark))).toBe(true);
  expect(printTimeline(untold.analysis)).toBe(printTimeline(told.analysis));
  expect(printHypotheses(untold.analysis)).toBe(printHypotheses(told.analysis));
  expect(untold.analysis.stats.lines).toBe(told.analysis.stats.lines - 1);
});

test("the planted secrets are in the evidence, or their absence in answers would prove nothing", () => {
  const bundle = [...generateScenario("two-am").files.values()].join("\n");

  expect(plantedSecrets.filter((secret) => !bundle.includes(secret))).toEqual([]);
});

/** What is said, without ids: they are hashes of places that the names are part of. */
function outline({ verdict, verdictBecause, timeline, hypotheses }: Analysis) {
  return {
    verdict,
    verdictBecause,
    timeline: timeline.map(({ id: _id, evidenceIds, ...row }) => ({ ...row, cited: evidenceIds.length })),
    hypotheses: hypotheses.map(
      ({ rank, score, confidence, cause: { changeId: _changeId, ...cause }, parts, against }) => ({
        rank,
        score,
        confidence,
        cause,
        parts: parts.map(({ signal, points }) => ({ signal, points })),
        against: against.map(({ signal, points }) => ({ signal, points })),
      }),
    ),
  };
}

function renameAll(scenario: Scenario, names: readonly (readonly [string, string])[]): Scenario {
  const rename = (text: string): string => names.reduce((all, [from, to]) => all.replaceAll(from, to), text);
  const renamed = mapFiles(scenario, rename);
  return {
    ...renamed,
    files: new Map([...renamed.files].map(([path, content]) => [rename(path), content])),
    alert: renameJson(scenario.alert, names),
    alerts: scenario.alerts.map((alert) => renameJson(alert, names)),
  };
}

function renameJson<Value>(value: Value, names: readonly (readonly [string, string])[]): Value {
  return JSON.parse(names.reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(value))) as Value;
}

function mapFiles(scenario: Scenario, change: (content: string) => string): Scenario {
  return { ...scenario, files: new Map([...scenario.files].map(([path, content]) => [path, change(content)])) };
}
