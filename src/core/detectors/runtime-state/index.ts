import type { Observations } from "../../timeline/observations.ts";
import { openState } from "../cluster/open-state.ts";
import type { Finding } from "../finding.ts";
import { crashLoops } from "./crash-loops.ts";
import { lostNodes } from "./lost-nodes.ts";
import { stalledRollouts } from "./stalled-rollouts.ts";
import { stuckPods } from "./stuck-pods.ts";

/**
 * What the reported state alone says, where nothing declared was read that would explain it: nodes that are gone, pods
 * that crash again and again, rollouts that stand still. Only what is so now counts; what was, is silence.
 */
export function runtimeState(observations: Observations): readonly Finding[] {
  const state = openState(observations);
  if (state === null) return [];
  const crashes = crashLoops(state);
  const stuck = stuckPods(state);
  return [...lostNodes(state), ...crashes, ...stuck, ...stalledRollouts(state, [...crashes, ...stuck])];
}
