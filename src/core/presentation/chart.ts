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

/** The drawn history: counts, the rows worth a mark, and a text that says what the drawing shows. Null without counts. */
export function chartView(chart: ErrorChart, rows: readonly TimelineRowView[]): IncidentView["chart"] {
  const from = isoToMs(chart.from);
  if (from === null || chart.errors.length === 0) return null;
  const to = from + chart.errors.length * chart.bucketSeconds * 1000;
  const marks = rows.flatMap(markOf).filter(({ atMs }) => atMs >= from && atMs <= to);
  const shown = mostTelling(marks);
  return { ...chart, marks: shown, alt: altText(chart, from, shown) };
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

function altText(chart: ErrorChart, from: EpochMs, marks: readonly ChartMark[]): Safe {
  const { errors, bucketSeconds } = chart;
  const at = (bucket: number) => clockTime(epochMs(from + bucket * bucketSeconds * 1000));
  const span = safe`Errors per ${duration(bucketSeconds * 1000)} from ${at(0)} to ${at(errors.length)}`;
  const peak = Math.max(...errors);
  if (peak === 0) return joinSafe([safe`${span}: none at any time.`, ...markSentence(marks)], " ");
  const rise = errors.findIndex((count) => count >= peak * RISE);
  const before = rise === 0 ? safe`` : safe`${atMost(Math.max(...errors.slice(0, rise)))} until ${at(rise)}, then `;
  const last = errors.findLastIndex((count) => count > 0);
  const end = last < errors.length - 1 ? safe`, none after ${at(last + 1)}` : safe``;
  const shape = safe`${span}: ${before}up to ${grouped(peak)} at ${at(errors.indexOf(peak))}${end}.`;
  return joinSafe([shape, ...serviceSentence(chart), ...markSentence(marks)], " ");
}

function atMost(count: number): Safe {
  return count === 0 ? safe`none` : safe`at most ${grouped(count)}`;
}

function serviceSentence(chart: ErrorChart): readonly Safe[] {
  const totals = chart.byService.map(({ service, errors }) => {
    const total = errors.reduce((sum, count) => sum + count, 0);
    return safe`${service} ${grouped(total)}`;
  });
  return totals.length > 0 ? [safe`By service: ${joinSafe(totals, ", ")}.`] : [];
}

function markSentence(marks: readonly ChartMark[]): readonly Safe[] {
  const parts = marks.map(({ atMs, kind, label }) => safe`${clockTime(atMs)} ${literal(kind)}, ${label}`);
  return parts.length > 0 ? [safe`Marked: ${joinSafe(parts, "; ")}.`] : [];
}
