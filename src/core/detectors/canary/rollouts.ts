import type { ChangeEvent } from "../../event.ts";
import { type EpochMs, type EventId, epochMs } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import type { Observations, Observed } from "../../timeline/observations.ts";

/** The steps that bring one version of one service out, as one thing. */
export interface Rollout {
  readonly service: Safe;
  readonly version: Safe;
  /** By time; at least one. */
  readonly steps: readonly Observed<ChangeEvent>[];
  readonly stepIds: readonly EventId[];
  readonly fromMs: EpochMs;
  /** When the first step was done, so that the new version served; null while it is not. */
  readonly servesFromMs: EpochMs | null;
  /** Since when a pod runs the new version. */
  readonly newPods: ReadonlyMap<Safe, EpochMs>;
  /** Since when a pod is meant to be gone. */
  readonly removedPods: ReadonlyMap<Safe, EpochMs>;
  /** Fewer pods than before have to bear the load: then old pods suffer from it too. */
  readonly shrinks: boolean;
}

type Steps = readonly [Observed<ChangeEvent>, ...Observed<ChangeEvent>[]];

/** Changes by time, with all steps of one rollout as one group; any other change is a group of its own. */
export function foldSteps(changes: readonly Observed<ChangeEvent>[]): readonly Steps[] {
  const groups: [Observed<ChangeEvent>, ...Observed<ChangeEvent>[]][] = [];
  for (const change of changes) {
    const known = groups.find(([first]) => isSameRollout(first.event, change.event));
    if (known === undefined) groups.push([change]);
    else known.push(change);
  }
  return groups;
}

function isSameRollout(a: ChangeEvent, b: ChangeEvent): boolean {
  const [one, other] = [a.change, b.change];
  if (one.rollout === undefined || other.rollout === undefined || one.version === "") return false;
  return (
    a.service === b.service &&
    one.kind === other.kind &&
    one.status === other.status &&
    one.version === other.version &&
    one.previousVersion === other.previousVersion &&
    one.environment === other.environment
  );
}

/** More rollouts at once than this are a redeployment of everything, and comparing each with each tells nothing. */
const MAX_ROLLOUTS = 40;

/** The gradual rollouts of the window, by time of their first step; the newest stay when there are too many. */
export function rolloutsOf({ changes }: Observations): readonly Rollout[] {
  const deployed = changes.filter(({ event }) => event.change.status === "deployed" && event.change.rollout);
  return foldSteps(deployed)
    .slice(-MAX_ROLLOUTS)
    .flatMap((steps) => toRollout(steps));
}

function toRollout(steps: Steps): readonly Rollout[] {
  const [{ event, atMs }] = steps;
  if (event.service === null) return [];
  const done = event.change.rollout?.completedAtMs ?? null;
  const podsOf = (which: "newPods" | "removedPods") =>
    new Map(steps.flatMap((step) => (step.event.change.rollout?.[which] ?? []).map((pod) => [pod, step.atMs])));
  const [newPods, removedPods] = [podsOf("newPods"), podsOf("removedPods")];
  return [
    {
      service: event.service,
      version: event.change.version,
      steps,
      stepIds: steps.map((step) => step.event.id),
      fromMs: atMs,
      servesFromMs: done === null ? null : epochMs(done),
      newPods,
      removedPods,
      shrinks: removedPods.size > newPods.size,
    },
  ];
}
