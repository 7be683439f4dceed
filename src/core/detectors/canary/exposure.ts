import type { EpochMs } from "../../ids.ts";
import { median } from "../../timeline/clocks.ts";
import { type Tally, unlikeness } from "./chance.ts";
import type { Rollout } from "./rollouts.ts";
import type { Sample, Series } from "./samples.ts";

/** Failing requests below this share (one of twenty) may be the jitter of starting and stopping pods. */
const HURTS_PERCENT = 5;

/** What one call edge shows of one rollout: how often it failed on changed pods, on old ones since, and before. */
export interface Contrast {
  readonly series: Series;
  readonly changed: readonly Sample[];
  readonly unchanged: readonly Sample[];
  readonly before: readonly Sample[];
  /** Changed pods fail more than old ones at the same time and than all before, in nats. */
  readonly nats: number;
  /** Old pods fail more than before, in nats: then it is not the new version. */
  readonly oldPodsNats: number;
  readonly badIds: readonly Sample[];
  readonly oldBad: readonly Sample[];
}

/** Compares changed with old pods of one service on one edge. `intervalMs` is the distance between samples. */
export function contrast(rollout: Rollout, series: Series, intervalMs: number): Contrast {
  const { samples } = series;
  const isGone = ({ pod, atMs }: Sample) => pod !== null && atMs >= (rollout.removedPods.get(pod) ?? Infinity);
  const isNew = ({ pod }: Sample) => pod !== null && rollout.newPods.has(pod);
  const changed = onePerSlot(
    samples.filter((sample) => sample.atMs >= servesFrom(rollout) && (isNew(sample) || isGone(sample))),
    { rollout, intervalMs },
  );
  const sinceMs = (changed[0]?.atMs ?? servesFrom(rollout)) - intervalMs / 2;
  const unchanged = samples.filter((sample) => sample.atMs >= sinceMs && !isNew(sample) && !isGone(sample));
  const before = samples.filter((sample) => sample.atMs < rollout.fromMs && !isNew(sample));
  const usual = median((before.length > 0 ? before : unchanged).map(({ value }) => value));
  const isBad = ({ value }: Sample) => value - usual >= HURTS_PERCENT;
  const tally = (of: readonly Sample[]): Tally => ({ bad: of.filter(isBad).length, all: of.length });
  const [ofChanged, ofUnchanged, ofBefore] = [tally(changed), tally(unchanged), tally(before)];
  return {
    series,
    changed,
    unchanged,
    before,
    nats: contrastNats(ofChanged, ofUnchanged, ofBefore),
    oldPodsNats: rollout.shrinks ? 0 : unlikeness(ofUnchanged, ofBefore),
    badIds: changed.filter(isBad),
    oldBad: unchanged.filter(isBad),
  };
}

/** When the new version began to serve; the step itself where nobody says. */
export function servesFrom({ servesFromMs, fromMs }: Rollout): EpochMs {
  return servesFromMs ?? fromMs;
}

/**
 * Old pods that stay well at the same time show that nothing but the version differs: then they and the time before are
 * one reference. Otherwise the changed pods must stand out from both.
 */
function contrastNats(changed: Tally, unchanged: Tally, before: Tally): number {
  if (unchanged.bad === 0) return unlikeness(changed, { bad: before.bad, all: unchanged.all + before.all });
  const both = [unlikeness(changed, unchanged), ...(before.all > 0 ? [unlikeness(changed, before)] : [])];
  return Math.min(...both);
}

/**
 * A pod that was taken away can go on being reported beside the one in its place, with the same requests. Per interval no
 * more samples count than there are new pods, the worst of them.
 */
function onePerSlot(
  samples: readonly Sample[],
  { rollout, intervalMs }: { readonly rollout: Rollout; readonly intervalMs: number },
): readonly Sample[] {
  const slots = Map.groupBy(samples, ({ atMs }) => Math.floor((atMs - rollout.fromMs) / intervalMs));
  return [...slots.values()]
    .flatMap((of) => {
      const started = [...rollout.newPods.values()].filter((fromMs) => fromMs <= (of[0]?.atMs ?? 0)).length;
      return of.toSorted((a, b) => b.value - a.value || a.atMs - b.atMs).slice(0, Math.max(1, started));
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}

/** An edge as a whole, before and since some moment. */
export interface Shift {
  readonly nats: number;
  readonly bad: readonly Sample[];
  readonly since: readonly Sample[];
  readonly usual: number;
}

/** How surprising the failures of an edge since `toMs` are against those before `fromMs`. */
export function shiftOf(samples: readonly Sample[], fromMs: EpochMs, toMs: EpochMs): Shift {
  const before = samples.filter(({ atMs }) => atMs < fromMs);
  const since = samples.filter(({ atMs }) => atMs >= toMs);
  const usual = median(before.map(({ value }) => value));
  const isBad = ({ value }: Sample) => value - usual >= HURTS_PERCENT;
  const bad = since.filter(isBad);
  const nats = unlikeness(
    { bad: bad.length, all: since.length },
    { bad: before.filter(isBad).length, all: before.length },
  );
  return { nats, bad, since, usual };
}
