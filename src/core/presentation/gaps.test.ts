import fc from "fast-check";
import { expect, test } from "vitest";
import { text } from "../../../test/support/sample-incident.ts";
import { GAPS_LENGTH, gapSentences, gapsLine } from "./gaps.ts";

const away = (source: string) => ({
  source: text(source),
  status: "not-configured" as const,
  detail: text("set A_TOKEN"),
});

const failed = (source: string, detail: string) => ({
  source: text(source),
  status: "failed" as const,
  detail: text(detail),
});

test("what nobody connected is one sentence; what failed keeps its own with its reason", () => {
  const told = gapSentences([away("CloudWatch Logs"), failed("GitHub", "timed out after 10 s"), away("PagerDuty")]);

  expect(told).toEqual([
    "not checked: GitHub (timed out after 10 s)",
    "not connected: CloudWatch Logs, PagerDuty. traceops doctor says how to connect each",
  ]);
});

test("a single source that is not connected says at once how to connect it", () => {
  expect(gapSentences([away("PagerDuty")])).toEqual(["not checked: PagerDuty (not connected: set A_TOKEN)"]);
});

const statuses = ["failed", "partial", "not-configured"] as const;
/** Sources whose names are no part of one another, so that finding one is finding that one. */
const someGaps = (count: { readonly min: number; readonly max: number }) =>
  fc
    .array(
      fc.record({
        status: fc.constantFrom(...statuses),
        length: fc.integer({ min: 4, max: 24 }),
        detail: fc.string({ unit: "grapheme", maxLength: 400 }),
      }),
      { minLength: count.min, maxLength: count.max },
    )
    .map((drawn) =>
      drawn.map(({ status, length, detail }, index) => ({
        source: text(`<${String(index).padStart(length - 2, "0")}>`),
        status,
        detail: text(detail.replaceAll(/[<>]/gu, "")),
      })),
    );

test("each of up to 20 sources is named in the card's line, however long the reasons are", () => {
  fc.assert(
    fc.property(someGaps({ min: 1, max: 20 }), (gaps) => {
      const line = gapsLine(gaps) ?? "";
      const namesAlone = gapsLine(gaps.map((gap) => ({ ...gap, detail: text("x".repeat(400)) }))) ?? "";

      expect(gaps.filter(({ source }) => !line.includes(source))).toEqual([]);
      expect(line.length).toBeLessThanOrEqual(Math.max(260, namesAlone.length));
      expect(line.length).toBeLessThanOrEqual(GAPS_LENGTH);
    }),
  );
});

test("of more than 20 sources the first 20 are named and the others counted", () => {
  fc.assert(
    fc.property(someGaps({ min: 21, max: 200 }), (gaps) => {
      const line = gapsLine(gaps) ?? "";

      expect(gaps.filter(({ source }) => line.includes(source))).toHaveLength(20);
      expect(line).toMatch(new RegExp(`; and ${gaps.length - 20} more not read in full$`, "u"));
      expect(line.length).toBeLessThanOrEqual(GAPS_LENGTH);
    }),
  );
});

test("reasons share the line: the longest are cut first, and at a word", () => {
  const words = "could not be asked because the line was closed before anything was answered at all ";
  const asked = [failed("GitHub", words.repeat(2)), failed("Files", words), failed("Metrics", words.repeat(3))];

  expect(gapsLine([...asked, failed("PagerDuty", "answered 503")])).toBe(
    "not checked: GitHub (could not be asked because the line was closed before anything…), Files (could not be asked because the line was closed before anything…), Metrics (could not be asked because the line was closed before anything…), PagerDuty (answered 503)",
  );
});
