import { expect, test } from "vitest";
import { fisherSurprise, hasStopped, higherShare, tailSurprise } from "./shares.ts";

test("seven of seven after none of eight is one draw of all that could be", () => {
  expect(fisherSurprise({ inside: 7, insideOf: 7, before: 0, beforeOf: 8 })).toBeCloseTo(Math.log(6435), 6);
});

test("a tail of several ways is summed up", () => {
  // 2 of 3 against 1 of 3: (9 + 1) of 20 ways.
  expect(fisherSurprise({ inside: 2, insideOf: 3, before: 1, beforeOf: 3 })).toBeCloseTo(Math.log(2), 6);
});

test("no more than before, or nothing to compare with, is no surprise", () => {
  expect(fisherSurprise({ inside: 2, insideOf: 10, before: 4, beforeOf: 20 })).toBe(0);
  expect(fisherSurprise({ inside: 5, insideOf: 5, before: 0, beforeOf: 0 })).toBe(0);
  expect(higherShare(1, 100, 0.01)).toBe(0);
});

test("thousands of requests are counted without losing the digits", () => {
  const small = fisherSurprise({ inside: 12, insideOf: 40, before: 3, beforeOf: 60 });

  expect(small).toBeGreaterThan(5);
  expect(fisherSurprise({ inside: 120, insideOf: 400, before: 30, beforeOf: 600 })).toBeGreaterThan(8 * small);
});

test("a failure has stopped when the good run after it can be no chance", () => {
  const bad = Array.from({ length: 6 }, () => true);

  expect(hasStopped([...bad, false])).toBe(false);
  expect(hasStopped([...bad, false, false])).toBe(true);
  expect(hasStopped([true, false, false, true, false, false])).toBe(false);
});

test("how rare a high value is follows from how the high values fall off", () => {
  const seen = Array.from({ length: 400 }, (_, index) => -Math.log((index + 0.5) / 400));

  // An exponential tail: every unit further is e times rarer, a little less sure for the few that show it.
  expect(tailSurprise(seen, 6)).toBeGreaterThan(5);
  expect(tailSurprise(seen, 6)).toBeLessThan(6.5);
  expect(tailSurprise(seen, 2)).toBe(0);
  expect(tailSurprise([1, 2, 3], 90)).toBe(0);
});
