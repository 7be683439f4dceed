import { median } from "./clocks.ts";
import type { Point } from "./metric-series.ts";
import { MAX_SURPRISE } from "./surprise.ts";

export interface Growth {
  /** How much it grew over the stretch, as a share of its usual value. */
  readonly share: number;
  readonly overMs: number;
  /** Evidence that this is a trend, in nats. */
  readonly nats: number;
}

/** Growth below half of the usual value fits into what memory does on a normal day. */
const MIN_SHARE = 0.5;
/** With a known limit, growth that reaches it within this time matters even when it is small so far. */
const SOON_MS = 60 * 60_000;
const MIN_SHARE_WITH_LIMIT = 0.2;
const MIN_POINTS = 6;
/** Slopes are taken between all pairs of points; more points than this only cost time. */
const MAX_POINTS = 100;

/** A steady rise inside the window that the baseline did not show; null when there is none. */
export function growthOf(all: readonly Point[], inside: readonly Point[]): Growth | null {
  const before = all.slice(0, all.length - inside.length);
  const [first, last] = [inside[0], inside.at(-1)];
  if (inside.length < MIN_POINTS || first === undefined || last === undefined) return null;
  const overMs = last.observed.atMs - first.observed.atMs;
  const usual = median((before.length >= MIN_POINTS ? before : inside).map(({ value }) => value));
  const slope = theilSen(inside);
  const usualSlope = before.length >= MIN_POINTS ? theilSen(before) : 0;
  const share = usual <= 0 ? 0 : (slope * overMs) / usual;
  // A series that always grew like this (a cache warming, a counter) is no news.
  if (share <= 0 || usualSlope > slope / 3 || share < neededShare(last, slope)) return null;
  return { share, overMs, nats: agreement(inside) };
}

function neededShare({ value, share }: Point, slopePerMs: number): number {
  if (share === null || share <= 0) return MIN_SHARE;
  const limit = value / share;
  return (limit - value) / slopePerMs <= SOON_MS ? MIN_SHARE_WITH_LIMIT : MIN_SHARE;
}

/** The middle of the slopes between all pairs of points, per ms: single outliers do not move it. */
function theilSen(points: readonly Point[]): number {
  const chosen = thin(points);
  const slopes: number[] = [];
  for (const [at, a] of chosen.entries()) {
    for (const b of chosen.slice(at + 1)) {
      const dx = b.observed.atMs - a.observed.atMs;
      if (dx > 0) slopes.push((b.value - a.value) / dx);
    }
  }
  return median(slopes);
}

/** The Mann-Kendall statistic as evidence: how many pairs rise against how many would by chance. */
function agreement(points: readonly Point[]): number {
  const chosen = thin(points);
  const n = chosen.length;
  let score = 0;
  for (const [at, a] of chosen.entries()) {
    for (const b of chosen.slice(at + 1)) score += Math.sign(b.value - a.value);
  }
  const z = score / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  return z <= 0 ? 0 : Math.min(MAX_SURPRISE, (z * z) / 2);
}

function thin(points: readonly Point[]): readonly Point[] {
  const step = Math.ceil(points.length / MAX_POINTS);
  return step <= 1 ? points : points.filter((_, index) => index % step === 0);
}
