import { type EventId, epochMs, stableHash } from "../ids.ts";
import { countLines, type Failures, type Occurrence, type RecordGroup } from "./failures.ts";
import type { Symptom } from "./observations.ts";
import type { Coverage } from "./place.ts";
import { burstStart, countBetween, MAX_SURPRISE, scan, type Watched } from "./surprise.ts";

const BUCKET_MS = 10_000;
/** A failure that was not seen for this long has stopped. */
export const ENDED_AFTER_MS = 120_000;
/** A failure that comes and goes has stopped when it stays away this many times its longest pause so far. */
const PAUSES = 2.5;
/** One chance in twenty, after counting all places looked at. */
export const SIGNIFICANT = 3;
/** Without a baseline nothing is new; failures in this many different seconds are taken for trouble, just so. */
const ENOUGH_WITHOUT_BASELINE = 3;
/** A baseline shorter than this shows nothing. */
const MIN_BASELINE_S = 60;
const MAX_BUCKETS = 8640;

/** A symptom and what only this folder needs to know of it. */
export interface Found {
  readonly symptom: Symptom;
  readonly kind: RecordGroup["kind"] | "metric";
  /** Its failing records inside the window; empty for what is no failing record. */
  readonly records: readonly Occurrence[];
}

/** The course of every failing group: what is new, what burst, what is steady noise. */
export function symptomsOf(failures: Failures, cover: Coverage): readonly Found[] {
  const failing = failures.groups.filter((group) => group.meaning.isFailure);
  return failing.flatMap((group) => {
    const symptom = toSymptom(group, cover, failing.length);
    return symptom === null ? [] : [{ symptom, kind: group.kind, records: inWindow(group, cover) }];
  });
}

function toSymptom(group: RecordGroup, cover: Coverage, looks: number): Symptom | null {
  const inside = inWindow(group, cover);
  const before = countLines(group.records) - countLines(inside);
  const [firstInside] = inside;
  if (firstInside === undefined) return null;
  const watched = watchedBy(group, cover);
  const found = scan(watched);
  const baselineS = watched.windowFrom - watched.from;
  const quiet =
    Math.max(0.5, countBetween(watched.seconds, watched.from, watched.windowFrom)) /
    Math.max(MIN_BASELINE_S, baselineS);
  const hasBaseline = cover.hasBaseline && baselineS >= MIN_BASELINE_S;
  const surprise = surpriseOf(found.surprise - Math.log(Math.max(1, looks)), hasBaseline, inside);
  const course = courseOf(before, hasBaseline, surprise);
  const insideSeconds = watched.seconds.filter((second) => second >= watched.windowFrom);
  const start = course === "steady" ? null : burstStart(insideSeconds, quiet, found.rate);
  const first = inside.find(({ atMs }) => start !== null && atMs >= start * 1000) ?? firstInside;
  return {
    id: `s${stableHash(`${group.kind}\u0000${group.service}\u0000${group.meaning.category}\u0000${group.meaning.peer ?? ""}\u0000${group.template}`)}`,
    service: group.service,
    template: group.template,
    meaning: group.meaning,
    course,
    firstAtMs: epochMs(first.atMs),
    lastAtMs: epochMs(inside.at(-1)?.atMs ?? first.atMs),
    count: countAll(inside),
    baselineCount: before,
    surprise,
    buckets: bucketsOf(inside, cover),
    sampleIds: samplesOf(inside, first, cover),
    traces: new Set(inside.flatMap(({ trace }) => (trace === null ? [] : [trace]))).size,
    ended: course !== "steady" && hasEnded(group, watched.seconds, { quiet, cover }),
  };
}

function inWindow({ records }: RecordGroup, { window }: Coverage): readonly Occurrence[] {
  return records.filter(({ atMs }) => atMs >= window.fromMs);
}

/** A service that began inside the window was watched only since then. */
function watchedBy(group: RecordGroup, cover: Coverage): Watched {
  const from = Math.floor(Math.max(0, cover.since(group.service)) / 1000);
  const windowFrom = Math.max(from, Math.floor(cover.window.fromMs / 1000));
  return { seconds: secondsOf(group.records), from, windowFrom, to: Math.floor(cover.lastMs / 1000) };
}

function surpriseOf(nats: number, hasBaseline: boolean, inside: readonly Occurrence[]): number {
  const least = hasBaseline ? 0 : SIGNIFICANT * Math.min(1, secondsOf(inside).length / ENOUGH_WITHOUT_BASELINE);
  return Math.round(Math.min(MAX_SURPRISE, Math.max(0, nats, least)) * 100) / 100;
}

function courseOf(before: number, hasBaseline: boolean, surprise: number): Symptom["course"] {
  if (before === 0 && hasBaseline) return "novel";
  return surprise > 0 ? "burst" : "steady";
}

/** Distinct seconds with at least one record: lines come in clumps, and a clump is one fact. */
function secondsOf(records: readonly Occurrence[]): readonly number[] {
  const seconds: number[] = [];
  for (const { atMs } of records) {
    const second = Math.floor(atMs / 1000);
    if (seconds.at(-1) !== second) seconds.push(second);
  }
  return seconds;
}

function countAll(records: readonly Occurrence[]): number {
  return records.reduce((sum, { count }) => sum + count, 0);
}

function bucketsOf(inside: readonly Occurrence[], { window }: Coverage): readonly number[] {
  const size = Math.min(MAX_BUCKETS, Math.max(1, Math.ceil((window.toMs - window.fromMs) / BUCKET_MS)));
  const buckets = Array.from({ length: size }, () => 0);
  for (const { atMs, count } of inside) {
    const at = Math.min(size - 1, Math.floor((atMs - window.fromMs) / BUCKET_MS));
    buckets[at] = (buckets[at] ?? 0) + count;
  }
  return buckets;
}

/** The first record of the burst, the next, the first of the loudest ten seconds, the last. */
function samplesOf(inside: readonly Occurrence[], first: Occurrence, cover: Coverage): readonly EventId[] {
  const from = inside.indexOf(first);
  const buckets = bucketsOf(inside, cover);
  const loudest = cover.window.fromMs + buckets.indexOf(Math.max(...buckets)) * BUCKET_MS;
  const peak = inside.find(({ atMs }) => atMs >= loudest);
  const next = inside.slice(from + 1).find(({ id }) => id !== first.id);
  const chosen = [first, next, peak, inside.at(-1)];
  return [...new Set(chosen.flatMap((record) => (record === undefined ? [] : [record.id])))];
}

interface Ending {
  readonly quiet: number;
  readonly cover: Coverage;
}

/** Stopped means: back to no more than its usual rate, while the service goes on logging. */
function hasEnded(group: RecordGroup, seconds: readonly number[], { quiet, cover }: Ending): boolean {
  const since = cover.lastMs - Math.max(ENDED_AFTER_MS, PAUSES * longestPauseMs(group.records, cover));
  const serviceLast = cover.lastOf(group.service);
  if (since < cover.window.fromMs || (serviceLast !== null && serviceLast < since)) return false;
  const usual = (quiet * (cover.lastMs - since)) / 1000;
  const recent = countBetween(seconds, Math.floor(since / 1000), Number.MAX_SAFE_INTEGER);
  const isUsual = group.records.some(({ atMs }) => atMs < cover.window.fromMs);
  return isUsual ? recent <= usual + 2 * Math.sqrt(usual) : recent === 0;
}

function longestPauseMs(records: readonly Occurrence[], { window }: Coverage): number {
  const inside = records.filter(({ atMs }) => atMs >= window.fromMs);
  return inside.reduce((longest, { atMs }, at) => Math.max(longest, atMs - (inside[at - 1]?.atMs ?? atMs)), 0);
}
