import type { ErrorChart } from "../analysis.ts";
import { isoToMs } from "../time.ts";

export interface Bars {
  readonly fromMs: number;
  readonly toMs: number;
  readonly barMs: number;
  /** Bottom to top; the last may be "other services". */
  readonly layers: readonly { readonly name: string; readonly counts: readonly number[] }[];
  readonly totals: readonly number[];
}

const STEPS_MS = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400].map((s) => s * 1000);

/** The counts as stacked bars, at most `maxBars` of them: neighbours are added up where there are more buckets. */
export function barsOf(chart: ErrorChart, maxBars: number): Bars | null {
  const fromMs = isoToMs(chart.from);
  if (fromMs === null || chart.errors.length === 0) return null;
  const size = Math.ceil(chart.errors.length / maxBars);
  const totals = joined(chart.errors, size);
  const named = chart.byService.map(({ service, errors }) => ({ name: service, counts: joined(errors, size) }));
  const rest = totals.map((total, bar) => total - named.reduce((sum, { counts }) => sum + (counts[bar] ?? 0), 0));
  const hasRest = rest.some((count) => count > 0);
  const other = {
    name: named.length === 0 ? "all services" : "other services",
    counts: rest.map((n) => Math.max(0, n)),
  };
  const barMs = size * chart.bucketSeconds * 1000;
  return { fromMs, toMs: fromMs + totals.length * barMs, barMs, totals, layers: hasRest ? [...named, other] : named };
}

function joined(counts: readonly number[], size: number): readonly number[] {
  const bars = Array.from({ length: Math.ceil(counts.length / size) }, (_, bar) => bar * size);
  return bars.map((start) => counts.slice(start, start + size).reduce((sum, count) => sum + count, 0));
}

/** Round times inside the range, at most `max` of them. */
export function timeTicks(fromMs: number, toMs: number, max: number): readonly number[] {
  const step = STEPS_MS.find((ms) => (toMs - fromMs) / ms <= max) ?? 86_400_000;
  const first = Math.ceil(fromMs / step) * step;
  const count = Math.max(0, Math.floor((toMs - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}

/** Zero, a whole middle and a round top that holds the largest count with little room to spare. */
export function countTicks(largest: number): readonly number[] {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, largest)));
  const top = [1, 2, 3, 4, 6, 8, 10].map((factor) => factor * power).find((value) => value >= largest) ?? largest;
  return top % 2 === 1 ? [0, top] : [0, top / 2, top];
}

/** "10 s", "minute", "5 min": what stands after "per" in the unit of an axis. */
export function spanWords(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  return ms === 60_000 ? "minute" : `${Math.round(ms / 6000) / 10} min`;
}

const UNITS = [
  { from: 999_500_000, by: 1e9, unit: "bn" },
  { from: 999_500, by: 1e6, unit: "M" },
  { from: 10_000, by: 1e3, unit: "k" },
] as const;

/** "9500", "12.3k", "4M": a count short enough for an axis. */
export function shortCount(count: number): string {
  const fit = UNITS.find(({ from }) => count >= from);
  return fit === undefined ? String(count) : `${Math.round(count / (fit.by / 10)) / 10}${fit.unit}`;
}

/** A coordinate with one decimal: enough for the eye, short in the drawing. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** "A", "B" … for the marks in the drawing and its legend. */
export function markLetter(index: number): string {
  return String.fromCharCode(65 + (index % 26));
}
