import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binomialSurprise, burstStart, countBetween, scan } from "./surprise.ts";

describe("the surprise of counts", () => {
  test("is the exact tail when nothing was seen outside", () => {
    expect(binomialSurprise(10, 0, 0.75)).toBeCloseTo(-10 * Math.log(0.75), 9);
  });

  test("is the exact binomial tail for small counts", () => {
    // P(X ≥ 3) for n = 4, p = 1/2 is 5/16.
    expect(binomialSurprise(3, 1, 0.5)).toBeCloseTo(-Math.log(5 / 16), 9);
  });

  test("is zero for what is not more than its share, and never negative", () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), fc.double({ min: 0, max: 1, noNaN: true }), (inside, outside, part) => {
        const nats = binomialSurprise(inside, outside, part);
        const isMore = inside > (inside + outside) * part;

        expect(nats).toBeGreaterThanOrEqual(0);
        expect(isMore || nats === 0).toBe(true);
      }),
    );
  });

  test("does not jump where the exact sum gives way to the ratio", () => {
    const [exact, ratio] = [binomialSurprise(600, 1400, 0.25), binomialSurprise(601, 1400, 0.25)];

    expect(Math.abs(ratio - exact)).toBeLessThan(3);
  });
});

test("fault-free counts are rarely called a surprise", () => {
  let surprises = 0;
  let state = 42;
  const random = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  for (let run = 0; run < 400; run++) {
    const seconds = [...new Set(Array.from({ length: 60 }, () => Math.floor(random() * 9600)))].toSorted(
      (a, b) => a - b,
    );
    if (scan({ seconds, from: 0, windowFrom: 7200, to: 9599 }).surprise >= 3) surprises += 1;
  }

  // One in twenty is what three nats promise.
  expect(surprises / 400).toBeLessThanOrEqual(0.05);
});

test("the scan finds the dense stretch of the window", () => {
  const burst = Array.from({ length: 60 }, (_, index) => 9000 + index);
  const found = scan({ seconds: [100, 3000, 6000, ...burst], from: 0, windowFrom: 7200, to: 9599 });

  expect(found.surprise).toBeGreaterThan(12);
  expect(found.from).toBeLessThanOrEqual(9000);
  expect(found.to).toBeGreaterThanOrEqual(9000);
});

describe("the start of a burst", () => {
  test("is its first second, lonely seconds long before it apart", () => {
    expect(burstStart([100, 2000, 2003, 2004, 2005, 2006, 2007], 0.0001, 0.2)).toBe(2000);
  });

  test("is where a steady series grew denser", () => {
    const steady = Array.from({ length: 100 }, (_, index) => index * 30);
    const burst = Array.from({ length: 100 }, (_, index) => 3000 + index);

    expect(Math.abs((burstStart([...steady, ...burst], 1 / 30, 1) ?? 0) - 3000)).toBeLessThan(60);
  });

  test("is null where there is nothing", () => {
    expect(burstStart([], 0.1, 1)).toBeNull();
  });
});

test("counting between bounds takes the first and leaves the last", () => {
  expect(countBetween([1, 2, 2, 3, 9], 2, 9)).toBe(3);
});
