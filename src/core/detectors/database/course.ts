import type { TimeWindow } from "../../evidence.ts";
import type { EpochMs } from "../../ids.ts";
import type { Rule } from "./rules.ts";
import type { Reading, Series } from "./servers.ts";

/** When and how badly a number hurt. */
export interface Course {
  readonly series: Series;
  /** The readings inside the window that hurt, by time. */
  readonly hurting: readonly Reading[];
  /** The worst of them. */
  readonly worst: Reading;
  readonly lastsStill: boolean;
  /** How far beyond the level, in nats: the logarithm of the ratio. */
  readonly severity: number;
  /** How unlikely this order of readings is when the time made no difference, in nats. */
  readonly surprise: number;
}

/** One or two readings over a level are a hiccup of the measurement or a job that ended. */
const LEAST_HURTING = 3;
/** A state lasts while most of this many last readings show it. */
const LAST_READINGS = 3;
/** Fewer readings than this do not show what is usual. */
const LEAST_BASELINE = 10;
/** A ratio of twenty says as much as one of twenty million. */
const MAX_SEVERITY = 3;
const MAX_SURPRISE = 4;

/** The course of one number against a level that hurts; null when it did not hurt, or as ever. */
export function courseOf(series: Series, { side, level, mayBeUsual }: Rule, window: TimeWindow): Course | null {
  const hurts = ({ value }: Reading) => (side === "above" ? value >= level : value <= level);
  return hurtingCourse(series, { hurts, mayBeUsual, window, severityOf: (value) => beyond(value, level, side) });
}

function beyond(value: number, level: number, side: Rule["side"]): number {
  const ratio = side === "above" ? value / level : level / Math.max(value, level / 100);
  return Math.min(MAX_SEVERITY, Math.max(0, Math.log(ratio)));
}

/** Storage that will be used up within an hour at the rate of the last readings needs a person now. */
const SOON_MS = 60 * 60_000;
/** A rate is read from this many readings that all fall. */
const FALLING_READINGS = 5;
/** And they must take this share of what was left: less is a usual day's work. */
const LEAST_FALL = 0.1;

/** The course of something that runs out: it hurts where the rate of the readings before it reaches nothing within an hour. */
export function runningOut(series: Series, window: TimeWindow): Course | null {
  const ending = new Set(series.readings.filter((_, at) => endsSoon(series.readings, at)));
  return hurtingCourse(series, {
    hurts: (reading) => ending.has(reading),
    mayBeUsual: false,
    window,
    // How soon it ends says it all; the lowest reading is the worst.
    severityOf: (value) => -value,
  });
}

function endsSoon(readings: readonly Reading[], at: number): boolean {
  const some = readings.slice(Math.max(0, at - FALLING_READINGS + 1), at + 1);
  const [first, last] = [some[0], some.at(-1)];
  if (first === undefined || last === undefined || some.length < FALLING_READINGS) return false;
  const isFalling = some.every(({ value }, nth) => nth === 0 || value < (some[nth - 1]?.value ?? 0));
  const fall = first.value - last.value;
  if (!isFalling || fall < first.value * LEAST_FALL) return false;
  return (last.value / fall) * (last.atMs - first.atMs) <= SOON_MS;
}

interface Look {
  readonly hurts: (reading: Reading) => boolean;
  readonly mayBeUsual: boolean;
  readonly window: TimeWindow;
  readonly severityOf: (value: number) => number;
}

function hurtingCourse(series: Series, { hurts, mayBeUsual, window, severityOf }: Look): Course | null {
  const before = series.readings.filter(({ atMs }) => atMs < window.fromMs);
  const inside = series.readings.filter(({ atMs }) => atMs >= window.fromMs);
  const hurting = inside.filter(hurts);
  const [first] = hurting;
  if (first === undefined || hurting.length < LEAST_HURTING) return null;
  const hurtBefore = before.filter(hurts).length;
  const isUsual = before.length >= LEAST_BASELINE && hurtBefore * 2 >= before.length;
  if (mayBeUsual && isUsual) return null;
  const worst = hurting.reduce((a, b) => (severityOf(b.value) > severityOf(a.value) ? b : a));
  const last = inside.slice(-LAST_READINGS);
  return {
    series,
    hurting,
    worst,
    lastsStill: last.filter(hurts).length * 2 > last.length,
    severity: Math.max(0, severityOf(worst.value)),
    surprise: hurtBefore > 0 ? 0 : orderSurprise(series.readings.length, series.readings.indexOf(first)),
  };
}

/** −ln of the chance that the calm readings are just the first ones: one in all ways to choose as many of them. */
function orderSurprise(all: number, calm: number): number {
  const few = Math.min(calm, all - calm);
  let nats = 0;
  for (let k = 1; k <= few; k++) nats += Math.log((all - few + k) / k);
  return Math.min(MAX_SURPRISE, nats);
}

/** A load that grew fivefold is none of the ups and downs of a day. */
const SURGE = 5;
const CALM_READINGS = 3;

export interface Surge {
  readonly series: Series;
  readonly times: number;
  readonly firstAtMs: EpochMs;
  readonly shown: readonly Reading[];
}

/** How many times its calm level a number has at the end, when that is no usual rise; null otherwise. */
export function surgeOf(series: Series, window: TimeWindow): Surge | null {
  const { readings } = series;
  const before = readings.filter(({ atMs }) => atMs < window.fromMs);
  const known = before.length >= LEAST_BASELINE ? before : readings.slice(0, CALM_READINGS);
  const calm =
    before.length >= LEAST_BASELINE
      ? middle(known)
      : known.reduce((least, { value }) => Math.min(least, value), Infinity);
  const now = readings.slice(-LAST_READINGS);
  const times = middle(now) / calm;
  if (readings.length < CALM_READINGS + LAST_READINGS || calm <= 0 || times < SURGE) return null;
  const first = readings.find(({ value, atMs }) => atMs >= window.fromMs && value >= calm * SURGE);
  const [from, to] = [known.at(0), now.at(-1)];
  if (first === undefined || from === undefined || to === undefined) return null;
  return { series, times, firstAtMs: first.atMs, shown: [from, first, to] };
}

function middle(readings: readonly Reading[]): number {
  const sorted = readings.map(({ value }) => value).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
