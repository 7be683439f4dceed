import { expect, test } from "vitest";
import { text } from "../../../test/support/sample-incident.ts";
import { epochMs } from "../ids.ts";
import { chartView } from "./chart.ts";
import type { TimelineRowView } from "./view.ts";

const ROW: TimelineRowView = {
  id: text("row"),
  atMs: epochMs(0),
  lastAtMs: epochMs(0),
  role: "change",
  service: null,
  text: text("a change"),
  count: 1,
  source: text("sample"),
  skewCorrectedMs: 0,
  editedBy: null,
  evidenceIds: [],
};

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

test("the text for those who cannot see the picture fits an image's 2,000 characters, however long the names are", () => {
  const long = text("n".repeat(4000));
  const errors = Array.from({ length: 120 }, (_, bucket) => (bucket > 60 && bucket < 100 ? 9_000_000 : 1));
  const byService = Array.from({ length: 5 }, () => ({ service: long, errors }));
  const from = text("2026-11-21T01:00:00Z");
  const rows = Array.from({ length: 30 }, (_, index) => ({
    ...ROW,
    service: long,
    text: text("m".repeat(4000)),
    atMs: epochMs(Date.UTC(2026, 10, 21, 1, index)),
  }));

  const alt = chartView({ from, bucketSeconds: 60, errors, byService }, rows)?.alt ?? "";

  expect(alt.length).toBeGreaterThan(1000);
  expect(alt.length).toBeLessThanOrEqual(2000);
  expect(alt).toContain("22 more without a mark");
});

test("the text tells for each service when it began, its peak and whether it had stopped", () => {
  const errors = [0, 5, 9, 0, 0];
  const byService = [
    { service: text("basket"), errors: [0, 5, 7, 0, 0] },
    { service: text("mailer"), errors: [0, 0, 1, 0, 0] },
  ];

  const alt = chartView({ from: text("2026-11-21T01:00:00Z"), bucketSeconds: 60, errors, byService }, [])?.alt;

  expect(alt).toContain(
    "14 in all. By service: basket 12 (none until 01:01:00Z, then rising to 7 at 01:02:00Z, none after 01:03:00Z); mailer 1 (never more than 1); other services 1.",
  );
});
