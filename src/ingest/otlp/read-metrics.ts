import { RECORD_FORMAT, RECORD_KIND } from "../../core/columns/record-batch.ts";
import { type ReadingState, refuse, startRow } from "./rows.ts";
import { FIXED64, LENGTH, msOfNanosAt } from "./wire.ts";

/** gauge, sum, histogram, exponential histogram, summary. */
const DATA = new Set([5, 7, 9, 10, 11].map((number) => number * 8 + LENGTH));
const POINT = 1 * 8 + LENGTH;
const POINT_TIME = 3 * 8 + FIXED64;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
/** A row has one time. Points of one collection lie within it; those of a longer stretch are split into rows before. */
export const MAX_SPREAD_MS = 10_000;

/** Thrown when the points of one metric lie too far apart for one row. */
export class SpreadPoints extends Error {}

/** One Metric with all of its points as a row. Points are what a sender counts. */
export function readMetric(state: ReadingState, from: number, to: number): void {
  const { wire } = state;
  let points = 0;
  let earliestMs = Number.POSITIVE_INFINITY;
  let latestMs = 0;
  while (wire.at < to) {
    const tag = wire.tag(to);
    if (!DATA.has(tag)) {
      wire.skip(tag, to);
      continue;
    }
    const end = wire.ending(to);
    while (wire.at < end) {
      const inner = wire.tag(end);
      if (inner !== POINT) {
        wire.skip(inner, end);
        continue;
      }
      points += 1;
      const timeMs = readPoint(state, wire.ending(end));
      earliestMs = Math.min(earliestMs, timeMs);
      latestMs = Math.max(latestMs, timeMs);
    }
  }
  // A metric without points says nothing, and counts as nothing.
  if (points === 0) return;
  if (points > MAX_POINTS) return refuse(state, `a metric has more than ${MAX_POINTS} points`, points);
  if (latestMs - earliestMs > MAX_SPREAD_MS) throw new SpreadPoints();
  const { rows } = state;
  const row = startRow(state, from, to);
  rows.formats[row] = RECORD_FORMAT.otlpMetric;
  rows.kinds[row] = RECORD_KIND.metric;
  rows.timesMs[row] = earliestMs;
  state.accepted += points;
}

const MAX_POINTS = 2_000;

/** The time of a point; that of its arrival when it has none. */
function readPoint({ wire, receivedAtMs }: ReadingState, end: number): number {
  let timeMs = 0;
  while (wire.at < end) {
    const tag = wire.tag(end);
    if (tag === POINT_TIME) timeMs = msOfNanosAt(wire.bytes, wire.fixed64(end));
    else wire.skip(tag, end);
  }
  return timeMs >= EARLIEST_MS && timeMs < LATEST_MS ? timeMs : receivedAtMs;
}
