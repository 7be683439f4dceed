/** A task that runs again and again, never twice at once. */
export interface Loop {
  /** Runs the task as soon as the current run is over. */
  nudge(): void;
  /** Resolves when the current run is over. */
  stop(): Promise<void>;
}

/** Runs `task` now and then after the number of milliseconds that it returns. The task must not throw. */
export function startLoop(task: () => Promise<number>): Loop {
  const state = { stopped: false, nudged: false, wake: () => {} };
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      state.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const running = (async () => {
    while (!state.stopped) {
      state.nudged = false;
      const pauseMs = await task();
      if (!state.stopped && !state.nudged) await rest(pauseMs);
    }
  })();
  return {
    nudge() {
      state.nudged = true;
      state.wake();
    },
    stop() {
      state.stopped = true;
      state.wake();
      return running;
    },
  };
}
