import fc from "fast-check";
import { expect, test } from "vitest";
import { words } from "../../../test/support/observations.ts";
import type { Gap } from "../analysis.ts";
import { confidences } from "./confidence.ts";

const gap = (status: Gap["status"]): Gap => ({ source: words("x"), status, detail: words("no") });

test("a clear lead is near certain, a tie is not, and nothing is ever certain", () => {
  expect(confidences([1200, 300], [])).toEqual([0.95, 0]);
  expect(confidences([600, 600], [])[0]).toBeLessThan(0.5);
  expect(confidences([100], [])[0]).toBeLessThan(0.3);
});

test("what could not be looked at lowers confidence, a failure more than a missing setting", () => {
  const [seen = 0] = confidences([1200], []);
  const [missing = 0] = confidences([1200], [gap("not-configured")]);
  const [failed = 0] = confidences([1200], [gap("failed")]);

  expect(seen).toBeGreaterThan(missing);
  expect(missing).toBeGreaterThan(failed);
});

test("a higher score never has a lower confidence, and all together stay below one", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 2000 }), { minLength: 1, maxLength: 12 }), (scores) => {
      const sorted = scores.toSorted((a, b) => b - a);
      const sure = confidences(sorted, []);

      expect(sure).toEqual(sure.toSorted((a, b) => b - a));
      expect(sure.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1.05);
    }),
  );
});
