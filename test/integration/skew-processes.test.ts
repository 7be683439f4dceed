import { beforeAll, describe, expect, test } from "vitest";
import { runSkewed, type SkewFigures } from "./skew-run.ts";

/** More: CASES=200 vitest run test/integration/skew-processes.test.ts --project integration. */
const CASES = Number(process.env["CASES"] ?? "9");
const story = { cases: CASES, beganMs: Date.now() - 10 * 60_000, seed: 11, withinMs: 90_000 };
const figures: { right: SkewFigures | null; skewed: SkewFigures | null } = { right: null, skewed: null };
const of = (which: keyof typeof figures): SkewFigures => {
  const found = figures[which];
  if (found === null) throw new TypeError("the story was not told");
  return found;
};

beforeAll(async () => {
  // Side by side: both mostly wait.
  [figures.right, figures.skewed] = await Promise.all([
    runSkewed({ web: 0, workers: [0, 0] }, story),
    runSkewed({ web: 10, workers: [-10, 0] }, story),
  ]);
  for (const which of ["right", "skewed"] as const) {
    const { states, roots, doubles, undone, facts, tookMs } = of(which);
    const told = { incidents: states.length, roots, doubles, undone, facts, tookMs };
    process.stdout.write(`${which}: ${JSON.stringify(told)}\n`);
  }
}, 400_000);

describe("a web server ten minutes ahead, a worker ten minutes behind and one that is right", () => {
  test("come to the same states as with right clocks", () => {
    expect(of("skewed").states).toEqual(of("right").states);
    expect(of("right").states).toHaveLength(CASES);
  });

  test("tell people the same, of every case once, and leave nothing undone", () => {
    expect(of("skewed").cards).toEqual(of("right").cards);
    expect(of("skewed").roots).toBe(CASES);
    expect(of("skewed").doubles).toEqual([]);
    expect(of("skewed").undone).toBe(0);
    expect(of("skewed").facts).toBe(of("right").facts);
  });

  test("take no minutes more, and say in their logs that their clocks are off", () => {
    expect(of("skewed").tookMs).toBeLessThan(of("right").tookMs + 30_000);
    const { logs } = of("skewed");
    expect(Object.entries(logs).flatMap(([name, log]) => (log.includes("five minutes") ? [name] : []))).toEqual([
      "web",
      "worker-1",
    ]);
  });
});
