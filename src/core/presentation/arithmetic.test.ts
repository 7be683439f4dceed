import fc from "fast-check";
import { expect, test } from "vitest";
import { confidences } from "../hypotheses/confidence.ts";
import { pointsThatDouble, showArithmetic, signedPoints } from "./arithmetic.ts";

const tenths = (shown: string) => Math.round(Number(shown.replace("−", "-")) * 10);

test("the lines shown add up to the score shown, and none is off by a whole tenth", () => {
  const points = fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 12 });
  fc.assert(
    fc.property(points, points, (plus, minus) => {
      const supporting = plus.map((value) => ({ points: value }));
      const against = minus.map((value) => ({ points: -value }));

      const shown = showArithmetic({ supporting, against });

      const lines = [...shown.supporting, ...shown.against].map(tenths);
      expect(lines.reduce((sum, value) => sum + value, 0)).toBe(tenths(shown.score));
      [...supporting, ...against].forEach((line, index) => {
        expect(Math.abs(line.points / 10 - (lines[index] ?? 0))).toBeLessThan(1);
      });
    }),
  );
});

test("points are shown with sign and one decimal", () => {
  expect([244, -49, 0].map(signedPoints)).toEqual(["+2.4", "−0.5", "+0.0"]);
});

test("the unit told to people is the one that the confidence is made with", () => {
  const [before = 0, after = 0] = [0, 104]
    .map((more) => confidences([300 + more, 300], [])[0] ?? 0)
    .map((p) => p / (1 - p));

  expect(pointsThatDouble()).toBe("+1.0");
  expect(after / before).toBeCloseTo(2, 1);
});
