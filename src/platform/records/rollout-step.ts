import { z } from "zod";
import type { RolloutStep } from "../../core/event.ts";
import { nsToMs } from "../../core/time.ts";
import { instantNs } from "./instants.ts";

const MAX_PODS = 300;
const pods = z.array(z.string().min(1).max(253)).max(MAX_PODS).default([]);
const count = z.int().min(0).max(1_000_000);

/** One step of a gradual rollout, as a deploying tool tells it: which pods are new, and how many run which version now. */
export const ToldRollout = z.object({
  newPods: pods,
  removedPods: pods,
  oldReplicas: count,
  newReplicas: count,
  completedAt: z.union([z.string(), z.number()]).nullish(),
});
export type ToldRollout = z.infer<typeof ToldRollout>;

/** The step in our form; a time of completion that cannot be read counts as "not completed". */
export function rolloutStepOf({ completedAt, ...told }: ToldRollout): RolloutStep<string> {
  const completedNs = instantNs(completedAt);
  return { ...told, completedAtMs: completedNs === null ? null : nsToMs(completedNs) };
}
