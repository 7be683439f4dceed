import type { Safe } from "../../safe.ts";
import { servesFrom } from "./exposure.ts";
import type { Rollout } from "./rollouts.ts";
import type { Measured } from "./samples.ts";

/** New pods that ought to be measured by now, and are not. */
export interface Silent {
  readonly pods: readonly Safe[];
  readonly missed: number;
  readonly forMs: number;
  readonly nats: number;
}

/** About one new pod in twenty misses its second round of measurement although it works: 1.5 nats a round … */
const NATS_PER_ROUND = 1.5;
const MIN_ROUNDS = 2;
/** … and a collector can lose a pod for reasons of its own, so rounds in a row are one fact. */
const MAX_SILENCE_NATS = 3;

/**
 * New pods of the first step that serve since some time but that no metric comes from, although pods are measured one by
 * one. Null when they are heard, when it is too early to tell, or when no new pod of any rollout is ever heard.
 */
export function silentPods(rollout: Rollout, all: readonly Rollout[], seen: Measured): Silent | null {
  const [first] = rollout.steps;
  const started = first?.event.change.rollout?.newPods ?? [];
  const heard = heardPods(seen);
  const pods = started.filter((pod) => !heard.has(pod));
  if (pods.length === 0 || rollout.servesFromMs === null || !isMeasured(rollout, all, seen)) return null;
  const forMs = seen.newestMs - servesFrom(rollout);
  const missed = Math.floor(forMs / seen.intervalMs);
  if (missed < MIN_ROUNDS) return null;
  const nats = Math.min(MAX_SILENCE_NATS, missed * NATS_PER_ROUND) * (pods.length / started.length);
  return { pods, missed, forMs, nats };
}

function heardPods(seen: Measured): ReadonlySet<Safe> {
  return new Set(seen.byPods.flatMap(({ samples }) => samples.flatMap(({ pod }) => pod ?? [])));
}

/** Silence means something only where old pods of the service are still heard and new pods in general come to be. */
function isMeasured(rollout: Rollout, all: readonly Rollout[], seen: Measured): boolean {
  const heard = heardPods(seen);
  const others = all.filter((other) => other !== rollout);
  const someNewIsHeard =
    others.length === 0 || others.some(({ newPods }) => [...newPods.keys()].some((pod) => heard.has(pod)));
  const oldIsHeard = seen.byPods.some(
    ({ service, samples }) =>
      service === rollout.service &&
      samples.some(({ pod, atMs }) => atMs > servesFrom(rollout) && pod !== null && !rollout.newPods.has(pod)),
  );
  return someNewIsHeard && oldIsHeard;
}
