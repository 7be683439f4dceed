import { startLoop } from "./loop.ts";
import type { WakeQueue } from "./wake-queue.ts";

const PING_EVERY_MS = 1_000;
/** A queue that is silent this long is away. */
const AWAY_AFTER_MS = 5_000;

/** Knows whether the queue answers, without anybody having to wait for it. */
export interface QueueHealth {
  isAway(): boolean;
  stop(): Promise<void>;
}

/** Asks the queue for a sign of life once a second. */
export function watchQueue(queue: WakeQueue): QueueHealth {
  const state = { answeredAt: performance.now() };
  const loop = startLoop(async () => {
    try {
      await queue.waiting();
      state.answeredAt = performance.now();
    } catch {
      // How long it has been silent is what counts.
    }
    return PING_EVERY_MS;
  });
  return {
    isAway: () => performance.now() - state.answeredAt > AWAY_AFTER_MS,
    stop: () => loop.stop(),
  };
}
