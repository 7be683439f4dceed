import { expect, test } from "vitest";
import { text } from "../../../test/support/sample-incident.ts";
import { chartView } from "./chart.ts";

const shapeOf = (errors: readonly number[]) =>
  chartView({ from: text("2026-11-21T01:00:00Z"), bucketSeconds: 60, errors, byService: [] }, [])?.summary;

test("errors rise against the noise of the day before them, however steady that was", () => {
  expect(shapeOf([3, 2, 4, 3, 3, 2, 30, 40, 38])).toBe(
    "Errors per 1 min from 01:00:00Z to 01:09:00Z: at most 4 until 01:06:00Z, then rising to 40 at 01:07:00Z.",
  );
});

test("noise that never rose is not told as a rise", () => {
  expect(shapeOf([1, 2, 1, 4, 1, 2, 1, 3])).toBe("Errors per 1 min from 01:00:00Z to 01:08:00Z: up to 4 at 01:03:00Z.");
});

test("what stays quiet for a while has ended; a drawing that stops has not", () => {
  expect(shapeOf([0, 0, 50, 60, 0, 0, 0])).toContain("rising to 60 at 01:03:00Z, none after 01:04:00Z.");
  expect(shapeOf([2, 2, 2, 50, 60, 2, 3])).toContain("at most 3 after 01:05:00Z.");
  expect(shapeOf([0, 0, 50, 60, 0])).toContain("rising to 60 at 01:03:00Z.");
});
