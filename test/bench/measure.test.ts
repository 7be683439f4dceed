import { describe, expect, test } from "vitest";
import { calibrationError, reliability } from "../../bench/measure/calibration.ts";
import { renameServices } from "../../bench/measure/rename.ts";
import { readScores } from "../../bench/measure/score.ts";
import { analyze } from "../../src/core/analyze.ts";
import { aSmallNight } from "../support/small-night.ts";

describe("what the scorer prints", () => {
  const printed = [
    "one       rank  1 orders / pool  want orders / pool",
    "two       rank  - (silent) /   want stock / disk",
    "suite made-up  cases 2  answered 2",
    "AC@1                               0.500  95% [0.000, 1.000]  n=2",
    "AC@1 pod counts for its service    0.500  95% [0.000, 1.000]  n=2",
    "",
    "cause                           n     AC@1     AC@3",
    "pool                            1    1.000    1.000",
    "full disk                       1    0.000    0.000",
    "",
    "elapsed_ms p50 12  p95 30  max 30  not given 0",
    "",
    "evidence: 3 of 4 references resolve at or before the cut-off; 0 cases with a timeline; 1 cases break a rule",
  ];

  test("is read whole: figures with intervals, kinds of fault, times, broken rules and single cases", () => {
    expect(readScores(printed)).toEqual({
      figures: [
        { name: "AC@1", value: 0.5, low: 0, high: 1, n: 2 },
        { name: "AC@1 pod counts for its service", value: 0.5, low: 0, high: 1, n: 2 },
      ],
      by: "cause",
      kinds: [
        { kind: "pool", n: 1, values: { "AC@1": 1, "AC@3": 1 } },
        { kind: "full disk", n: 1, values: { "AC@1": 0, "AC@3": 0 } },
      ],
      p50Ms: 12,
      p95Ms: 30,
      maxMs: 30,
      evidence: "3 of 4 references resolve at or before the cut-off",
      broken: 1,
      cases: [
        { id: "one", rank: 1, text: "orders / pool  want orders / pool" },
        { id: "two", rank: null, text: "(silent) /   want stock / disk" },
      ],
    });
  });
});

test("confidence is compared with how often it was right, bin by bin", () => {
  const said = [0.9, 0.9, 0.9, 0.9, 0.3].map((confidence, index) => ({ suite: "s", confidence, isRight: index < 3 }));
  const bins = reliability(said);
  expect(bins).toEqual([
    { from: 0.2, to: 0.35, n: 1, said: 0.3, right: 0 },
    { from: 0.8, to: 1, n: 4, said: 0.9, right: 0.75 },
  ]);
  expect(calibrationError(bins)).toBeCloseTo(0.8 * 0.15 + 0.2 * 0.3, 10);
});

test("renaming reaches every text of every record, and the way back leads to the true names", () => {
  const night = aSmallNight();
  const { input, back } = renameServices(night);
  const services = new Set(
    night.evidence.flatMap(({ evidence }) =>
      evidence.status === "found" ? evidence.events.flatMap(({ service }) => service ?? []) : [],
    ),
  );
  expect(services.size).toBeGreaterThan(1);
  const texts = JSON.stringify(input.evidence, (key, value: unknown) =>
    typeof value === "bigint" || key === "ref" || key === "id" ? null : value,
  );
  for (const service of services) expect(texts).not.toMatch(new RegExp(`(?<![a-z0-9])${service}(?![a-z0-9])`, "u"));

  const predicted = (of: typeof night) => {
    const hypotheses = analyze(of).hypotheses.map(({ cause }) => ({
      service: cause.service ?? "",
      cause: cause.kind,
      evidence: [],
    }));
    return { hypotheses, timeline: [] };
  };
  expect(back(predicted(input))).toEqual(predicted(night));
});
