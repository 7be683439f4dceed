import { describe, expect, test } from "vitest";
import { at, BASELINE } from "../../../test/support/observations.ts";
import { badNight, repeated, seen, usualDay } from "../../../test/support/timeline-records.ts";
import { createCondenser } from "../columns/condenser.ts";
import type { LogEvent } from "../event.ts";
import { mask } from "../log-templates/mask.ts";
import { nsToMs } from "../time.ts";
import { linesOf, repeatsOf } from "./repeats.ts";
import { buildTimeline } from "./timeline.ts";
import { troubleMoment } from "./trouble-moment.ts";

function kindOf({ service, severity, body }: LogEvent): string {
  return `${service} ${severity} ${mask(body)}`;
}

/** The same lines with most of them counted instead of kept. */
function condensed(lines: readonly LogEvent[], maxKept: number): readonly LogEvent[] {
  const kinds = new Map<string, number>();
  for (const line of lines) if (!kinds.has(kindOf(line))) kinds.set(kindOf(line), kinds.size);
  const loud = new Set(lines.flatMap((line) => (line.severity === "error" ? [kinds.get(kindOf(line))] : [])));
  const condenser = createCondenser({ isLoud: (kind) => loud.has(kind) });
  for (const [place, line] of lines.entries())
    condenser.add(kinds.get(kindOf(line)) ?? 0, nsToMs(line.atNs), { place, trace: 0 });
  return condenser.finish(maxKept).flatMap(({ place, repeats }) => {
    const line = lines[place];
    return line === undefined ? [] : [repeats === null ? line : { ...line, repeats }];
  });
}

const lines: readonly LogEvent[] = [...usualDay, ...badNight];
const few = condensed(lines, 40);

/** The rows; numbers in their words differ, for the second line that is shown is the second that was kept. */
function rows(records: readonly LogEvent[]) {
  return buildTimeline(seen(records)).rows.map(({ role, service, text, count }) => ({
    role,
    service,
    text: text.replaceAll(/\d+/gu, "0"),
    count,
  }));
}

function told(records: readonly LogEvent[]) {
  return seen(records).symptoms.map(({ id, service, course, count, baselineCount, surprise, buckets, ended }) => ({
    id,
    service,
    course,
    count,
    baselineCount,
    surprise,
    buckets,
    ended,
  }));
}

function vanished(records: readonly LogEvent[]) {
  const found = seen(records).symptoms.filter(({ course }) => course === "vanished");
  return found.map(({ service, baselineCount, firstAtMs }) => ({ service, baselineCount, firstAtMs }));
}

describe("lines that were counted instead of kept", () => {
  test("stand for all lines that were written", () => {
    expect(few.length).toBeLessThan(lines.length / 4);
    expect(few.reduce((sum, line) => sum + linesOf(line), 0)).toBe(lines.length);
  });

  test("give the same symptoms, courses and counts as the lines themselves", () => {
    expect(told(few)).toEqual(told(lines));
  });

  test("give the same onset and the same counts in the rows", () => {
    expect(seen(few).onset).toEqual(seen(lines).onset);
    expect(rows(few)).toEqual(rows(lines));
    expect(troubleMoment(few)).toBe(troubleMoment(lines));
  });

  test("count where the line that stands for them lies before the stretch that is looked at", () => {
    const steady = repeated("web", "could not send receipt", { from: BASELINE.fromMs - 600_000, severity: "error" });
    const early = condensed(steady, 1);

    const [symptom] = seen([...repeated("web", "handled request"), ...early]).symptoms;

    expect(early.length).toBeLessThan(50);
    expect(symptom).toMatchObject({ count: 40 * 6, baselineCount: 120 * 6 });
  });

  test("a vanished kind is noticed though most of its lines were counted only", () => {
    const all = [...usualDay, ...repeated("web", "cache refreshed", { to: at("01:30:00") })];

    expect(vanished(all)).toHaveLength(1);
    expect(vanished(condensed(all, 200))).toEqual(vanished(all));
  });

  test("take the correction of their clock and never stand before their record", () => {
    const [line] = badNight;
    if (line === undefined) throw new Error("no line");
    const second = Math.floor(nsToMs(line.atNs) / 1000);
    const event = { ...line, repeats: { seconds: [second, second + 5], counts: [2, 3] } };
    const atMs = at("01:47:20");

    expect(repeatsOf({ event, atMs, correctedMs: 0 }).map((repeat) => repeat.atMs - atMs)).toEqual([0, 5000]);
  });
});
