import { expect, test } from "vitest";
import { corrected, MAX_NATS, unlikeness } from "./chance.ts";

test("bad samples on one side only are as unlikely as drawing just these from all", () => {
  // Two of two bad beside eighteen good ones: one draw of the 190 pairs.
  expect(unlikeness({ bad: 2, all: 2 }, { bad: 0, all: 18 })).toBeCloseTo(Math.log(190), 9);
});

test("one bad sample can never say more than how many there are to compare with", () => {
  expect(unlikeness({ bad: 1, all: 1 }, { bad: 0, all: 19 })).toBeCloseTo(Math.log(20), 9);
});

test("samples as bad as their reference say nothing", () => {
  expect(unlikeness({ bad: 3, all: 3 }, { bad: 9, all: 9 })).toBe(0);
  expect(unlikeness({ bad: 1, all: 4 }, { bad: 3, all: 12 })).toBeLessThan(0.5);
});

test("without samples on both sides nothing is compared", () => {
  expect(unlikeness({ bad: 3, all: 3 }, { bad: 0, all: 0 })).toBe(0);
  expect(unlikeness({ bad: 0, all: 0 }, { bad: 0, all: 20 })).toBe(0);
});

test("the best of several places counts less, and never more than the cap", () => {
  expect(corrected(3, 4)).toBeCloseTo(3 - Math.log(4), 9);
  expect(corrected(1, 10)).toBe(0);
  expect(corrected(50, 1)).toBe(MAX_NATS);
});

test("a great many samples still give a finite number", () => {
  expect(unlikeness({ bad: 3000, all: 3000 }, { bad: 0, all: 3000 })).toBeCloseTo(4154, -1);
});
