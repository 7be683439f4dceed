import fc from "fast-check";
import { expect, test } from "vitest";
import { exponentialQuantileOf, quantileOf } from "./quantiles.ts";

const none = { min: null, max: null };

test.each([
  ["the middle of one bucket", { bounds: [0, 10], counts: [0, 4, 0], ...none }, 0.5, 5],
  ["an open end stops at the highest bound", { bounds: [1, 2], counts: [0, 0, 7], ...none }, 0.99, 2],
  ["the maximum closes the open end", { bounds: [1, 2], counts: [0, 0, 7], min: null, max: 4 }, 1, 4],
  ["the first bucket begins at 0", { bounds: [10], counts: [4, 0], ...none }, 0.5, 5],
  ["below 0 it begins at the lowest bound", { bounds: [-10, 0], counts: [4, 0, 0], ...none }, 0.5, -10],
  ["nothing below the minimum", { bounds: [10], counts: [4, 0], min: 8, max: 9 }, 0.01, 8.01],
  ["no counts, no value", { bounds: [1], counts: [0, 0], ...none }, 0.5, null],
  ["bounds that do not fit", { bounds: [1], counts: [1], ...none }, 0.5, null],
])("%s", (...[, buckets, share, expected]) => {
  const found = quantileOf(buckets, share);

  expect(found === null ? null : Number(found.toFixed(6))).toBe(expected);
});

const positive = (offset: number, counts: readonly number[]) => ({
  scale: 0,
  zeroCount: 0,
  positive: { offset, counts },
  negative: { offset: 0, counts: [] },
  ...none,
});

test("exponential buckets of base 2 are interpolated between logarithms", () => {
  // (2, 4] and (4, 8]
  expect(exponentialQuantileOf(positive(1, [2, 2]), 0.5)).toBeCloseTo(4, 9);
  expect(exponentialQuantileOf(positive(1, [4]), 0.5)).toBeCloseTo(2 ** 1.5, 9);
  expect(exponentialQuantileOf({ ...positive(0, [1]), zeroCount: 9 }, 0.5)).toBe(0);
  expect(exponentialQuantileOf({ ...positive(0, []), negative: { offset: 1, counts: [4] } }, 1)).toBeCloseTo(-2, 9);
  expect(exponentialQuantileOf(positive(0, []), 0.5)).toBe(null);
});

test("a quantile of exponential buckets is within a bucket of the true one", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
      (values) => {
        const scale = 3;
        const base = 2 ** (2 ** -scale);
        const index = (value: number) => Math.ceil(Math.log2(value) * 2 ** scale) - 1;
        const offset = Math.min(...values.map(index));
        const counts = Array.from({ length: Math.max(...values.map(index)) - offset + 1 }, () => 0);
        for (const value of values) counts[index(value) - offset] = (counts[index(value) - offset] ?? 0) + 1;
        const truth = values.toSorted((a, b) => a - b)[Math.ceil(0.95 * values.length) - 1] ?? 0;
        const found = exponentialQuantileOf({ ...positive(offset, counts), scale }, 0.95) ?? 0;

        expect(found / truth).toBeGreaterThan(1 / base - 1e-9);
        expect(found / truth).toBeLessThan(base + 1e-9);
      },
    ),
    { seed: 5 },
  );
});
