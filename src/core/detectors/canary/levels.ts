import type { EpochMs } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import { median } from "../../timeline/clocks.ts";
import { type Tally, unlikeness } from "./chance.ts";
import type { Rollout } from "./rollouts.ts";
import type { Measure, Measured, Sample, Series } from "./samples.ts";

/** A changed pod whose level stands out from all its peers. */
export interface Odd extends Level {
  readonly measure: Measure;
  readonly nats: number;
}

/** Twice what its peers show in the middle: more than unequal balancing makes of equal pods. */
const FACTOR = 2;
/** Below these differences nobody suffers, whatever the ratio: 10 ms, a tenth of a request or limit. */
const FLOOR: Readonly<Record<string, number>> = { ms: 10, s: 0.01, "%": 10, "1": 0.1 };
const MIN_PEERS = 2;

interface Level {
  readonly pod: Safe;
  readonly unit: Safe;
  readonly isOdd: boolean;
  readonly value: number;
  readonly usual: number;
  readonly samples: readonly Sample[];
}

const MEASURES = ["latency", "cpu", "memory"] as const;

/** What changed pods are compared with, derived once for all rollouts. */
export interface LevelReference {
  readonly moving: ReadonlyMap<Safe, EpochMs>;
  readonly measures: readonly {
    readonly measure: Measure;
    readonly series: readonly Series[];
    /** How many unchanged pods stand out from their own peers: what pods usually differ by is no news. */
    readonly unchanged: Tally;
  }[];
}

/** Judges all pods while no rollout touches them, each against its own peers. Pods are the units: their samples are one fact. */
export function levelReference(all: readonly Rollout[], seen: Measured): LevelReference {
  const moving = new Map(all.flatMap(({ newPods, removedPods }) => [...newPods, ...removedPods]));
  const measures = MEASURES.map((measure) => {
    const told = ownOnly(seen.byPods.filter((each) => each.measure === measure));
    const series = told.map((each) => ({ ...each, samples: onePerMinute(each.samples) }));
    const unchanged = tally(onePerPod(series.flatMap((each) => levelsOf(each, { moving, asked: null }))));
    return { measure, series, unchanged };
  });
  return { moving, measures };
}

/** The changed pod that stands out most in latency, processor or memory; null when none does. */
export function oddestPod(rollout: Rollout, { moving, measures }: LevelReference): Odd | null {
  const found = measures.flatMap(({ measure, series, unchanged }): readonly Odd[] => {
    const mine = series.filter(({ service }) => service === rollout.service);
    const changed = onePerPod(mine.flatMap((each) => levelsOf(each, { moving, asked: rollout.newPods })));
    const [worst] = changed.filter(({ isOdd }) => isOdd).toSorted((a, b) => timesUsual(b) - timesUsual(a));
    return worst === undefined ? [] : [{ ...worst, measure, nats: unlikeness(tally(changed), unchanged) }];
  });
  return found.toSorted((a, b) => b.nats - a.nats || timesUsual(b) - timesUsual(a))[0] ?? null;
}

/** What pods of several services report alike to the last digit is of what they share, a node perhaps, not their own. */
function ownOnly(series: readonly Series[]): readonly Series[] {
  const told = new Map<string, Safe | null>();
  for (const { service, samples } of series) {
    for (const sample of samples) {
      const key = reading(sample);
      const known = told.get(key);
      told.set(key, known === undefined || known === service ? service : null);
    }
  }
  return series.map((each) => ({
    ...each,
    samples: each.samples.filter((sample) => told.get(reading(sample)) !== null),
  }));
}

const reading = (sample: Sample): string => `${minuteOf(sample)}\u0000${sample.value}`;

const timesUsual = ({ value, usual }: Level): number => value / Math.max(usual, Number.EPSILON);

function tally(levels: readonly Level[]): Tally {
  return { bad: levels.filter(({ isOdd }) => isOdd).length, all: levels.length };
}

/** The same pod on several edges is one pod; it is odd when it is on any. */
function onePerPod(levels: readonly Level[]): readonly Level[] {
  const pods = Map.groupBy(levels, ({ pod }) => pod);
  return [...pods.values()].flatMap((of) => of.find(({ isOdd }) => isOdd) ?? of[0] ?? []);
}

interface Asked {
  /** Since when a pod is started or taken away by a rollout: from then on no reference for anybody. */
  readonly moving: ReadonlyMap<Safe, EpochMs>;
  /** Pods to judge; null for all, while they do not move. */
  readonly asked: ReadonlyMap<Safe, EpochMs> | null;
}

function levelsOf({ samples, unit }: Series, { moving, asked }: Asked): readonly Level[] {
  const steady = samples.filter(({ pod, atMs }) => pod !== null && atMs < (moving.get(pod) ?? Infinity));
  const byMinute = Map.groupBy(steady, minuteOf);
  const judged = asked === null ? steady : samples.filter(({ pod }) => pod !== null && asked.has(pod));
  const pods = Map.groupBy(judged, ({ pod }) => pod);
  return [...pods].flatMap(([pod, all]): readonly Level[] => {
    // The first sample of a new pod shows caches filling and code warming up.
    const own = asked === null ? all : all.slice(1);
    const others = steady.filter((peer) => peer.pod !== pod);
    const peers = own.map((sample) => {
      const beside = (byMinute.get(minuteOf(sample)) ?? []).filter((peer) => peer.pod !== pod);
      // Where hardly an old pod is left, the time before must do.
      return beside.length >= MIN_PEERS ? beside : others;
    });
    // One sample may be a hiccup: alone it must stand out as far again.
    const factor = own.length === 1 ? FACTOR ** 2 : FACTOR;
    const odd = own.filter((sample, index) => isAbove(sample, peers[index] ?? [], { unit, factor }));
    if (pod === null || own.length === 0 || peers.every(({ length }) => length < MIN_PEERS)) return [];
    const isOdd = odd.length * 2 > own.length;
    const usual = median(peers.flat().map(({ value }) => value));
    return [{ pod, unit, isOdd, value: median(own.map(({ value }) => value)), usual, samples: odd }];
  });
}

/** A pod's own level may be told once for each of its calls: that is one sample. */
function onePerMinute(samples: readonly Sample[]): readonly Sample[] {
  const found = Map.groupBy(samples, (sample) => `${sample.pod ?? ""}\u0000${minuteOf(sample)}`);
  return [...found.values()].flatMap((of) => of.toSorted((a, b) => b.value - a.value).slice(0, 1));
}

interface Bar {
  readonly unit: Safe;
  readonly factor: number;
}

function isAbove({ value }: Sample, peers: readonly Sample[], { unit, factor }: Bar): boolean {
  const usual = median(peers.map((peer) => peer.value));
  return peers.length >= MIN_PEERS && value > factor * usual && value - usual >= (FLOOR[unit] ?? 0);
}

const MINUTE_MS = 60_000;
const minuteOf = ({ atMs }: Sample): number => Math.round(atMs / MINUTE_MS);
