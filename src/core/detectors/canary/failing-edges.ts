import type { EpochMs } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import { type Shift, servesFrom, shiftOf } from "./exposure.ts";
import type { Rollout } from "./rollouts.ts";
import type { Measured, Sample } from "./samples.ts";

/** A call edge that fails more than before, and still does. */
export interface FailingEdge {
  readonly client: Safe;
  readonly server: Safe;
  readonly nats: number;
  readonly usual: number;
  readonly bad: readonly Sample[];
  /** The last sample that was still as usual, before the first bad one; null when there is none. */
  readonly wellAtMs: EpochMs | null;
  readonly firstBadMs: EpochMs;
}

/** One in ten quiet edges shows as much by chance; what stays below is no symptom. */
const MIN_NATS = Math.log(10);

/** Every edge that began to fail with some rollout or after it and has not stopped, in the order of the metrics. */
export function failingEdges(rollouts: readonly Rollout[], seen: Measured): readonly FailingEdge[] {
  return seen.edges.flatMap(({ client, server, samples }): readonly FailingEdge[] => {
    if (client === null || server === null) return [];
    const shifts = rollouts.map((rollout) => shiftOf(samples, rollout.fromMs, servesFrom(rollout)));
    // A version may serve some while before it is asked for what it does wrong.
    const late = shifts.flatMap(({ bad: [first] }) =>
      first === undefined ? [] : [shiftOf(samples, first.atMs, first.atMs)],
    );
    const [best] = [...shifts, ...late].toSorted((a, b) => b.nats - a.nats);
    const first = best?.bad[0];
    if (best === undefined || first === undefined || best.nats < MIN_NATS || !isLasting(best)) return [];
    const well = samples.findLast(({ atMs }) => atMs < first.atMs);
    const { nats, usual, bad } = best;
    return [{ client, server, nats, usual, bad, wellAtMs: well?.atMs ?? null, firstBadMs: first.atMs }];
  });
}

/** Most samples since the first bad one are bad: a hiccup while pods were exchanged has passed. */
export function isLasting({ bad, since }: Shift): boolean {
  const [first] = bad;
  return first !== undefined && bad.length * 2 > since.filter(({ atMs }) => atMs >= first.atMs).length;
}

/** When the trouble began to show: between these two moments. */
interface Onset {
  readonly wellAtMs: EpochMs | null;
  readonly badAtMs: EpochMs;
}

/** Where these edges began to fail; the alarm where none does. Edges ten times less sure than the surest are no clock. */
export function onsetOf(edges: readonly FailingEdge[], alarmMs: EpochMs): Onset {
  const most = Math.max(0, ...edges.map(({ nats }) => nats));
  const [first] = edges
    .filter(({ nats }) => nats >= most - MIN_NATS)
    .toSorted((a, b) => a.firstBadMs - b.firstBadMs || (a.wellAtMs ?? 0) - (b.wellAtMs ?? 0));
  return first === undefined
    ? { wellAtMs: alarmMs, badAtMs: alarmMs }
    : { wellAtMs: first.wellAtMs, badAtMs: first.firstBadMs };
}
