import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aNight, condense, linesOfStreams } from "../../../test/support/condensed-logs.ts";
import { at } from "../../../test/support/observations.ts";
import { seen } from "../../../test/support/timeline-records.ts";
import type { LogEvent } from "../event.ts";
import { linesOf } from "./repeats.ts";

const secondOf = (atMs: number) => Math.floor(atMs / 1000);

/** What an answer rests on. Counted lines have the second that they were written in, not its part. */
function answer(records: readonly LogEvent[]) {
  const { symptoms, onset } = seen(records);
  const told = symptoms.map(({ id, course, count, baselineCount, surprise, buckets, ended, firstAtMs, lastAtMs }) => ({
    id,
    course,
    count,
    baselineCount,
    surprise,
    buckets,
    ended,
    first: secondOf(firstAtMs),
    last: secondOf(lastAtMs),
  }));
  return {
    symptoms: told.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    onset: onset === null ? null : secondOf(onset.atMs),
  };
}

const kindsIn = (records: readonly LogEvent[]) => records.filter(({ repeats }) => repeats !== undefined);

describe("condensed and whole logs", () => {
  test("give the same courses, onset, bursts and counts", () => {
    fc.assert(
      fc.property(aNight, fc.integer({ min: 5, max: 200 }), (lines, maxKept) => {
        const few = condense(lines, { maxKept });

        expect(few.reduce((sum, line) => sum + linesOf(line), 0)).toBe(lines.length);
        expect(
          kindsIn(few).every(({ repeats }) => repeats?.withinSeconds === undefined || repeats.withinSeconds > 2),
        ).toBe(true);
        expect(answer(few)).toEqual(answer(lines));
      }),
      { seed: 5, numRuns: 25 },
    );
  });

  test("give the same when a failure never pauses and only its rate tells the burst", () => {
    const lines = linesOfStreams([
      { service: "basket", text: "basket opened", severity: "info", everyMs: 2_000, burst: null },
      {
        service: "payments",
        text: "card refused by bank",
        severity: "error",
        everyMs: 3_000,
        burst: { fromMs: at("01:31:07"), lengthMs: 900_000, everyMs: 400 },
      },
    ]);

    const few = condense(lines, { maxKept: 20 });

    const onset = answer(lines).onset ?? 0;
    expect(Math.abs(onset - secondOf(at("01:31:07")))).toBeLessThan(5);
    expect(answer(few)).toEqual(answer(lines));
  });

  test("do not depend on the order in which kinds are numbered, even when cells are short", () => {
    fc.assert(
      fc.property(aNight, fc.constantFrom(200, 800, 3_000), (lines, maxCells) => {
        const places = (numberOf: (kind: number) => number) => condense(lines, { maxKept: 60, maxCells, numberOf });
        const forwards = places((kind) => kind);

        expect(places((kind) => 9 - kind)).toEqual(forwards);
        expect(places((kind) => (kind * 7) % 11)).toEqual(forwards);
      }),
      { seed: 5, numRuns: 25 },
    );
  });

  test("too short cells are told with the counts, and never move a counted line or an onset before its time", () => {
    fc.assert(
      fc.property(aNight, fc.constantFrom(100, 400), (lines, maxCells) => {
        const few = condense(lines, { maxKept: 30, maxCells });

        const whole = answer(lines).onset ?? Number.NEGATIVE_INFINITY;
        const short = answer(few).onset ?? Number.POSITIVE_INFINITY;
        expect(few.reduce((sum, line) => sum + linesOf(line), 0)).toBe(lines.length);
        expect(short).toBeGreaterThanOrEqual(whole);
      }),
      { seed: 5, numRuns: 25 },
    );
  });
});
