import type { ErrorChart } from "../analysis.ts";
import { type EpochMs, epochMs } from "../ids.ts";
import { cutSafe, joinSafe, type Safe, safe } from "../safe.ts";
import { clockTime, duration, isoToMs } from "../time.ts";
import type { ChartMark, IncidentView, TimelineRowView } from "./view.ts";
import { grouped, literal } from "./words.ts";

const LABEL_LENGTH = 72;
/** Below this share of the peak the errors are a day's noise, above it they are the incident. */
const RISE = 0.05;
const MAX_MARKS = 8;
/** Long enough to know a service by; with it the text for the ear stays below the 2,000 characters of an image. */
const NAME_LENGTH = 50;
const ALT_LENGTH = 2000;
/** A rise is more than this many times the level before, and by more than a handful. */
const CLEAR = 4;
/** Shorter than this the drawing only ends, the errors did not. */
const QUIET_SECONDS = 120;

/**
 * The drawn history: counts, the rows worth a mark, and a text of at most 2,000 characters that says everything the
 * drawing shows to people who cannot see it. Null without counts.
 */
export function chartView(chart: ErrorChart, rows: readonly TimelineRowView[]): IncidentView["chart"] {
  const from = isoToMs(chart.from);
  if (from === null || chart.errors.length === 0) return null;
  const to = from + chart.errors.length * chart.bucketSeconds * 1000;
  const marks = rows.flatMap(markOf).filter(({ atMs }) => atMs >= from && atMs <= to);
  const shown = mostTelling(marks);
  const shape = shapeOf(chart, from);
  const summary = joinSafe([shape, ...serviceSentence(chart)], " ");
  const left = marks.length - shown.length;
  const told = [safe`Bar chart, times in UTC.`, shape, ...seriesSentences(chart, from), ...markSentence(shown, left)];
  return { ...chart, marks: shown, summary, alt: cutSafe(joinSafe(told, " "), ALT_LENGTH) };
}

function markOf(row: TimelineRowView): readonly ChartMark[] {
  const { role, atMs } = row;
  if (role !== "change" && role !== "alert" && role !== "recovery") return [];
  const isNamed = row.service === null || row.text.includes(row.service);
  const words = isNamed ? row.text : safe`${row.service}: ${row.text}`;
  return [{ atMs, kind: role, label: cutSafe(words, LABEL_LENGTH) }];
}

/** Changes and the recovery say more than the fifth alert of a storm. */
function mostTelling(marks: readonly ChartMark[]): readonly ChartMark[] {
  const kept = [...marks.filter(({ kind }) => kind !== "alert"), ...marks.filter(({ kind }) => kind === "alert")];
  return kept.slice(0, MAX_MARKS).toSorted((a, b) => a.atMs - b.atMs);
}

function shapeOf(chart: ErrorChart, from: EpochMs): Safe {
  const { errors, bucketSeconds } = chart;
  const at = clockOf(chart, from);
  const span = safe`Errors per ${duration(bucketSeconds * 1000)} from ${at(0)} to ${at(errors.length)}`;
  return safe`${span}: ${courseOf(errors, at, bucketSeconds)}.`;
}

/** How a series of counts went: "at most 4 until 01:06:00Z, then rising to 40 at 01:07:00Z, none after 01:09:00Z". */
function courseOf(errors: readonly number[], at: (bucket: number) => Safe, bucketSeconds: number): Safe {
  const peak = Math.max(...errors);
  if (peak === 0) return safe`none at any time`;
  const level = usualLevel(errors);
  const rise = level === null ? 0 : riseOf(errors, level);
  const top = safe`${grouped(peak)} at ${at(errors.indexOf(peak))}`;
  const before = safe`${atMost(Math.max(...errors.slice(0, rise)))}`;
  const over = errors.findLastIndex((count) => count > (level ?? 0)) + 1;
  const isQuiet = (errors.length - over) * bucketSeconds >= QUIET_SECONDS;
  const end = isQuiet ? safe`, ${atMost(Math.max(...errors.slice(over)))} after ${at(over)}` : safe``;
  const shape = rise === 0 ? safe`up to ${top}` : safe`${before} until ${at(rise)}, then rising to ${top}`;
  return safe`${shape}${end}`;
}

/** The clock at the beginning of a bucket. */
function clockOf(chart: ErrorChart, from: EpochMs): (bucket: number) => Safe {
  return (bucket) => clockTime(epochMs(from + bucket * chart.bucketSeconds * 1000));
}

/** What counts as a day's noise before the errors rose; null when they never rose far above it. */
function usualLevel(errors: readonly number[]): number | null {
  const peak = Math.max(...errors);
  const earlier = errors.slice(0, firstHigh(errors)).toSorted((a, b) => a - b);
  const usual = earlier[Math.floor(earlier.length / 2)] ?? 0;
  const isSteady = usual > 0 && peak < CLEAR * usual + CLEAR;
  return isSteady ? null : Math.max(peak * RISE, usual * 2);
}

function firstHigh(errors: readonly number[]): number {
  const peak = Math.max(...errors);
  return errors.findIndex((count) => count * 2 >= peak);
}

/** The bucket in which the errors left their usual level; 0 when they were as high from the start. */
function riseOf(errors: readonly number[], level: number): number {
  const high = firstHigh(errors);
  // Back from the first high bucket to the last that was still at the usual level.
  return errors.findLastIndex((count, index) => index < high && count <= level) + 1;
}

function atMost(count: number): Safe {
  return count === 0 ? safe`none` : safe`at most ${grouped(count)}`;
}

function serviceSentence(chart: ErrorChart): readonly Safe[] {
  const totals = chart.byService.map(({ service, errors }) => {
    return safe`${service} ${grouped(sumOf(errors))}`;
  });
  return totals.length > 0 ? [safe`By service: ${joinSafe(totals, ", ")}.`] : [];
}

/** What the layers of the bars show: for each service how much, and how it went. */
function seriesSentences(chart: ErrorChart, from: EpochMs): readonly Safe[] {
  const at = clockOf(chart, from);
  const total = sumOf(chart.errors);
  if (total === 0) return [];
  const services = chart.byService.flatMap(({ service, errors }) => {
    const own = sumOf(errors);
    if (own === 0) return [];
    // One error now and then is a day's noise; "rising to 1" would sound like a part of the incident.
    const course = Math.max(...errors) === 1 ? safe`never more than 1` : courseOf(errors, at, chart.bucketSeconds);
    return [safe`${cutSafe(service, NAME_LENGTH)} ${grouped(own)} (${course})`];
  });
  const rest = total - chart.byService.reduce((sum, { errors }) => sum + sumOf(errors), 0);
  const others = rest > 0 && services.length > 0 ? [safe`other services ${grouped(rest)}`] : [];
  const lastCount = chart.errors.at(-1) ?? 0;
  const end = lastCount > 0 ? [safe`The last bar shows ${grouped(lastCount)}.`] : [];
  const parts = joinSafe([...services, ...others], "; ");
  return [safe`${grouped(total)} in all.`, ...(parts.length > 0 ? [safe`By service: ${parts}.`] : []), ...end];
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function markSentence(marks: readonly ChartMark[], left: number): readonly Safe[] {
  const parts = marks.map(({ atMs, kind, label }) => safe`${clockTime(atMs)} ${literal(kind)}, ${label}`);
  const more = left > 0 ? [safe`${grouped(left)} more without a mark`] : [];
  return parts.length > 0 ? [safe`Marked: ${joinSafe([...parts, ...more], "; ")}.`] : [];
}
