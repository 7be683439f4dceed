import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";

/** Longer than this at a time nobody else waits, webhooks least of all. */
const TURN_MS = 8;

/** Lets a long piece of work be done in turns with everything else of this process. Undefined while its turn lasts. */
export function createTurns(): { letOthersWork(): Promise<void> | undefined } {
  const state = { since: performance.now() };
  const nextTurn = async () => {
    await setImmediate();
    state.since = performance.now();
  };
  return { letOthersWork: () => (performance.now() - state.since < TURN_MS ? undefined : nextTurn()) };
}
