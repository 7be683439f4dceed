import type { ErrorChart } from "../analysis.ts";
import { type EpochMs, epochMs } from "../ids.ts";
import { cutSafe, joinSafe, type Safe, safe } from "../safe.ts";
import { clockTime, duration, isoToMs } from "../time.ts";
import type { ChartMark, IncidentView, TimelineRowView } from "./view.ts";
import { counted, literal } from "./words.ts";

const LABEL_LENGTH = 48;
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
  return [{ atMs, kind: role, label: cutSafe(row.text, LABEL_LENGTH) }];
}

/** Changes and the recovery say more than the fifth alert of a storm. */
function mostTelling(marks: readonly ChartMark[]): readonly ChartMark[] {
  const kept = [...marks.filter(({ kind }) => kind !== "alert"), ...marks.filter(({ kind }) => kind === "alert")];
  return kept.slice(0, MAX_MARKS).toSorted((a, b) => a.atMs - b.atMs);
}

function altText(chart: ErrorChart, from: EpochMs, marks: readonly ChartMark[]): Safe {
  const at = (bucket: number) => epochMs(from + bucket * chart.bucketSeconds * 1000);
  const span = safe`Errors from ${clockTime(from)} to ${clockTime(at(chart.errors.length))}`;
  const peak = Math.max(...chart.errors);
  if (peak === 0) return joinSafe([safe`${span}: none at any time.`, ...markSentence(marks)], " ");
  const first = chart.errors.findIndex((count) => count > 0);
  const last = chart.errors.findLastIndex((count) => count > 0);
  const peakAt = chart.errors.indexOf(peak);
  const start = first === 0 ? safe`from the beginning` : safe`none until ${clockTime(at(first))}`;
  const top = safe`peak of ${counted(peak, "line", "lines")} within ${duration(chart.bucketSeconds * 1000)} from ${clockTime(at(peakAt))}`;
  const end = last < chart.errors.length - 1 ? safe`, none after ${clockTime(at(last + 1))}` : safe``;
  return joinSafe([safe`${span}: ${start}, ${top}${end}.`, ...serviceSentence(chart), ...markSentence(marks)], " ");
}

function serviceSentence(chart: ErrorChart): readonly Safe[] {
  const totals = chart.byService.map(({ service, errors }) => {
    const total = errors.reduce((sum, count) => sum + count, 0);
    return safe`${service} ${literal(String(total))}`;
  });
  return totals.length > 0 ? [safe`By service: ${joinSafe(totals, ", ")}.`] : [];
}

function markSentence(marks: readonly ChartMark[]): readonly Safe[] {
  const parts = marks.map(({ atMs, kind, label }) => safe`${clockTime(atMs)} ${literal(kind)}, ${label}`);
  return parts.length > 0 ? [safe`Marked: ${joinSafe(parts, "; ")}.`] : [];
}
