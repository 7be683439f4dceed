import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HashSample } from "./hash-sample.ts";

function told(sample: HashSample, hashes: readonly number[]): { told: readonly number[]; looked: number } {
  let looked = 0;
  const given = hashes.map((hash) =>
    sample.of(3, () => {
      looked++;
      return hash;
    }),
  );
  return { told: given, looked };
}

describe("hashes of lines in one batch", () => {
  test("before any batch was begun every line is looked into", () => {
    expect(told(new HashSample(10), [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]).looked).toBe(11);
  });

  test("where all agree few lines are looked into", () => {
    const sample = new HashSample(10);
    sample.startBatch();
    const { looked } = told(
      sample,
      Array.from({ length: 800 }, () => 5),
    );

    expect(looked).toBeLessThan(110);
  });

  test("few lines are all right, and of many never more than seven in a row are wrong", () => {
    const hash = fc.integer({ min: 1, max: 3 });
    const runs = fc.array(fc.tuple(hash, fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(runs, { minLength: 1, maxLength: 4 }), (batches) => {
        const sample = new HashSample(10);
        for (const batch of batches) {
          sample.startBatch();
          const hashes = batch.flatMap(([value, times]) => Array.from({ length: times }, () => value));
          const given = told(sample, hashes).told;
          const wrong = given.map((value, at) => (value === hashes[at] ? " " : "x")).join("");
          expect(given.slice(0, 8)).toEqual(hashes.slice(0, 8));
          expect(wrong).not.toContain("x".repeat(8));
        }
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
