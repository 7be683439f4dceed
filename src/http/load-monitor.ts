import { performance } from "node:perf_hooks";

export interface LoadMonitor {
  /** True while this process answers later than allowed: new work is better sent elsewhere, or later. */
  readonly isOverloaded: () => boolean;
  /** How late timers fire, in milliseconds. */
  readonly delayMs: () => number;
  readonly stop: () => void;
}

const TICK_MS = 250;

/** Watches how late timers fire, which is how long every request waits. Keeps no process alive. */
export function startLoadMonitor(maxDelayMs: number, nowMs: () => number = () => performance.now()): LoadMonitor {
  const state = { lastTickMs: nowMs(), delayMs: 0 };
  const timer = setInterval(() => {
    state.delayMs = nowMs() - state.lastTickMs - TICK_MS;
    state.lastTickMs = nowMs();
  }, TICK_MS).unref();
  // Right after a block the tick has not run yet, so the time since the last one counts too.
  const delayMs = () => Math.max(0, state.delayMs, nowMs() - state.lastTickMs - TICK_MS);
  return {
    isOverloaded: () => delayMs() > maxDelayMs,
    delayMs,
    stop: () => clearInterval(timer),
  };
}
