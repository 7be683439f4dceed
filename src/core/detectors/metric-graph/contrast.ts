import { median } from "../../timeline/clocks.ts";
import type { Cells } from "./series.ts";

/**
 * The course of the alerted series as a question to every other one: do you go up and down with it? The weights sum to
 * zero, so whatever was different all along (another month, another release) cancels.
 */
export interface Contrast {
  readonly weights: readonly number[];
  /** True when the rows around the alert are all alike, so that only the level of the normal rows can be compared. */
  readonly isLevel: boolean;
}

/** Fewer normal stretches than this to compare with cannot make anything surprising. */
const MIN_STRETCHES = 19;
/** Two rows are a line through anything. */
const MIN_CELLS = 3;
/** Of the weight of the question, this much must meet a measured row. */
const MIN_COVER = 0.5;

/** What the alerted series asks, and how surprising its own course is (a probability); null when it cannot be told. */
export function contrastOf({ now, before }: { now: Cells; before: Cells }): { contrast: Contrast; p: number } | null {
  const mean = meanOf(now);
  const range = rangeOf(now);
  if (mean === null || range === null) return null;
  const usual = middleOf(before);
  const starts = stretches(before, now.length);
  const shape = rank(
    range,
    starts.map((start) => rangeOf(before.slice(start, start + now.length))),
  );
  const level = rank(
    mean,
    starts.map((start) => meanOf(before.slice(start, start + now.length))),
  );
  if (shape === null || level === null || usual === null) return null;
  // Two looks; where both see as much, the course is the safer one, because levels drift over weeks.
  const isLevel = level < shape;
  const weights = isLevel ? now.map(() => 1 / now.length) : now.map((value) => (value === null ? 0 : value - mean));
  return { contrast: { weights, isLevel }, p: Math.min(1, 2 * Math.min(shape, level)) };
}

/** How far a series follows the question, and how many of the normal stretches follow it as far by chance. */
export interface Answer {
  readonly response: number;
  /** Never below one in (stretches + 1): that is all that so many normal stretches can tell. */
  readonly p: number;
  readonly stretches: number;
}

/** Asks a series; null when too little of it was measured to tell. */
export function ask(
  { weights, isLevel }: Contrast,
  { now, before, canDrift }: { now: Cells; before: Cells; canDrift: boolean },
): Answer | null {
  const usual = middleOf(before);
  if (usual === null) return null;
  const centre = isLevel ? usual : null;
  const response = respond(weights, now, { start: 0, centre });
  if (response === null) return null;
  // What takes six times as long as in the recording also varies six times as much.
  const drift = canDrift && !isLevel && usual > 0 ? Math.max(1, (middleOf(now) ?? usual) / usual) : 1;
  const normal = stretches(before, now.length).map((start) => {
    const value = respond(weights, before, { start, centre });
    return value === null ? null : value * drift;
  });
  const p = rank(response, normal);
  return p === null ? null : { response, p, stretches: normal.filter((value) => value !== null).length };
}

function respond(
  weights: readonly number[],
  cells: Cells,
  { start, centre }: { start: number; centre: number | null },
): number | null {
  let [sum, count, weight, met, total] = [0, 0, 0, 0, 0];
  for (const [row, each] of weights.entries()) {
    weight += Math.abs(each);
    const value = cells[start + row] ?? null;
    if (value === null) continue;
    met += Math.abs(each);
    total += value;
    count++;
  }
  if (count < MIN_CELLS || met < MIN_COVER * weight) return null;
  const middle = centre ?? total / count;
  for (const [row, each] of weights.entries()) {
    const value = cells[start + row] ?? null;
    if (value !== null) sum += each * (value - middle);
  }
  return sum;
}

function stretches(before: Cells, length: number): readonly number[] {
  return Array.from({ length: Math.max(0, before.length - length + 1) }, (_, start) => start);
}

/** The share of normal values that reach this one, the one itself included. */
function rank(value: number, normal: readonly (number | null)[]): number | null {
  let [known, reached] = [0, 0];
  for (const each of normal) {
    if (each === null) continue;
    known++;
    // Rounding must not decide between equals.
    if (each >= value - 1e-12 * Math.abs(value)) reached++;
  }
  return known < MIN_STRETCHES ? null : (1 + reached) / (known + 1);
}

function measured(cells: Cells): readonly number[] {
  return cells.filter((value): value is number => value !== null);
}

/** The mean of the measured rows; null when too few were measured to tell. */
export function meanOf(cells: Cells): number | null {
  const values = measured(cells);
  return values.length < MIN_CELLS ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The middle of the measured rows; null when none was. */
export function middleOf(cells: Cells): number | null {
  const values = measured(cells);
  return values.length === 0 ? null : median(values);
}

function rangeOf(cells: Cells): number | null {
  const values = measured(cells);
  return values.length < MIN_CELLS ? null : Math.max(...values) - Math.min(...values);
}
