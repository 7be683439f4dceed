import type { MetricEvent } from "../../event.ts";
import { type EpochMs, type EventId, epochMs } from "../../ids.ts";
import type { Incident } from "../../incident.ts";
import type { Safe } from "../../safe.ts";
import { median } from "../../timeline/clocks.ts";
import type { Observations, Observed } from "../../timeline/observations.ts";
import { type Measure, measureOf } from "./quantity.ts";

/** One value per row of the common grid; null where nothing was measured, which is not zero. */
export type Cells = readonly (number | null)[];

/** One measured thing of one service: the rows around the alert, and the normal rows before them. */
export interface Series {
  readonly service: Safe;
  readonly what: Measure["what"];
  readonly statistic: string;
  readonly now: Cells;
  readonly before: Cells;
  /** The records behind the rows around the alert. */
  readonly ids: readonly (EventId | null)[];
}

/** The grid that all series share. */
export interface Frame {
  readonly fromMs: EpochMs;
  readonly stepMs: number;
  readonly rows: number;
  readonly beforeMs: EpochMs;
  readonly beforeRows: number;
}

/** Alert rules look back five minutes or so; twice that shows how it was just before. */
const LEAD_MS = 10 * 60_000;
const LEAD_ROWS = 3;
/** More rows than this around the alert are put together: their course is told by a dozen. */
const MAX_ROWS = 12;
/** Two weeks of five minutes. */
const MAX_BEFORE_ROWS = 4032;

interface Point {
  readonly observed: Observed<MetricEvent>;
  readonly measure: Measure;
}

/** All series about requests on one grid, sorted by service; null when the alerted service has none. */
export function readSeries(seen: Observations, incident: Incident): { frame: Frame; all: readonly Series[] } | null {
  const points = measured(seen);
  const own = points.filter(({ observed }) => observed.event.service === incident.service);
  const frame = frameOf(own, { seen, incident });
  if (frame === null) return null;
  const groups = Map.groupBy(points, ({ observed: { event }, measure }) =>
    [event.service, measure.what, statisticOf(event)].join("\u0000"),
  );
  const all = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, group]) => toSeries(group, frame));
  return { frame, all };
}

function measured({ metrics }: Observations): readonly Point[] {
  const known = new Map<string, Measure | null>();
  return metrics.flatMap((observed) => {
    const { event } = observed;
    const key = `${event.name}\u0000${event.unit}`;
    const measure = known.has(key) ? (known.get(key) ?? null) : measureOf(event);
    known.set(key, measure);
    return measure === null || event.service === null || !Number.isFinite(event.value) ? [] : [{ observed, measure }];
  });
}

function statisticOf({ attributes }: MetricEvent): string {
  return String(attributes["statistic"] ?? attributes["quantile"] ?? "").toLowerCase();
}

function frameOf(own: readonly Point[], place: { seen: Observations; incident: Incident }): Frame | null {
  const times = [...new Set(own.map(({ observed }) => observed.atMs))].toSorted((a, b) => a - b);
  const stepMs = Math.max(1000, median(times.slice(1).map((at, index) => at - (times[index] ?? at))));
  const { startedAtMs, detectedAtMs } = place.incident;
  const earliestMs = Math.min(startedAtMs, detectedAtMs) - Math.max(LEAD_MS, LEAD_ROWS * stepMs);
  const around = times.filter((at) => at >= Math.max(earliestMs, place.seen.window.fromMs));
  const [firstMs, lastMs, oldestMs] = [around[0], around.at(-1), times[0]];
  if (firstMs === undefined || lastMs === undefined || oldestMs === undefined) return null;
  const wide = stepMs * Math.ceil((Math.round((lastMs - firstMs) / stepMs) + 1) / MAX_ROWS);
  const beforeRows = Math.min(MAX_BEFORE_ROWS, Math.floor((firstMs - oldestMs) / wide));
  return {
    fromMs: epochMs(firstMs),
    stepMs: wide,
    rows: Math.floor((lastMs - firstMs) / wide + 0.5) + 1,
    beforeMs: epochMs(firstMs - beforeRows * wide),
    beforeRows,
  };
}

function toSeries(group: readonly Point[], frame: Frame): readonly Series[] {
  const [first] = group;
  if (first === undefined || first.observed.event.service === null) return [];
  const { what } = first.measure;
  const now = gridOf(group, { fromMs: frame.fromMs, stepMs: frame.stepMs, rows: frame.rows });
  const before = gridOf(group, { fromMs: frame.beforeMs, stepMs: frame.stepMs, rows: frame.beforeRows });
  return [
    {
      service: first.observed.event.service,
      what,
      statistic: statisticOf(first.observed.event),
      now: now.cells,
      before: before.cells,
      ids: now.ids,
    },
  ];
}

interface Cell {
  sum: number;
  count: number;
  readonly id: EventId;
}

/** Shares and times of one row are averaged over the places that measured them; counts are summed. */
function gridOf(group: readonly Point[], grid: { fromMs: number; stepMs: number; rows: number }) {
  const found = new Map<number, Cell>();
  for (const { observed, measure } of group) {
    const row = Math.round((observed.atMs - grid.fromMs) / grid.stepMs);
    if (row < 0 || row >= grid.rows) continue;
    const value = observed.event.value * measure.factor;
    const cell = found.get(row) ?? { sum: 0, count: 0, id: observed.event.id };
    cell.sum += measure.isSuccess ? 1 - value : value;
    cell.count++;
    found.set(row, cell);
  }
  const what = group[0]?.measure.what;
  const isCount = what === "load" || what === "failures";
  const rows = Array.from({ length: grid.rows }, (_, row) => found.get(row) ?? null);
  return {
    cells: rows.map((cell) => (cell === null ? null : cell.sum / (isCount ? 1 : cell.count))),
    ids: rows.map((cell) => cell?.id ?? null),
  };
}
