/** Runs a task when it is its turn. Rejects when `signal` ends before that. */
export type Turns = <Result>(signal: AbortSignal, task: () => Promise<Result>) => Promise<Result>;

/** At most so many tasks run at once; the others wait in the order in which they came. */
export function atMost(limit: number): Turns {
  const waiting = new Set<() => void>();
  const state = { running: 0 };
  const leave = () => {
    state.running -= 1;
    const [next] = waiting;
    next?.();
  };
  return async (signal, task) => {
    signal.throwIfAborted();
    // Whoever is let in counts at once, so that nobody who comes in between takes the place.
    if (state.running < limit) state.running += 1;
    else await turn(waiting, { state, signal });
    try {
      return await task();
    } finally {
      leave();
    }
  };
}

interface Line {
  readonly state: { running: number };
  readonly signal: AbortSignal;
}

async function turn(waiting: Set<() => void>, { state, signal }: Line): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const enter = () => {
    waiting.delete(enter);
    state.running += 1;
    resolve();
  };
  const give = () => {
    waiting.delete(enter);
    reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
  };
  waiting.add(enter);
  signal.addEventListener("abort", give, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", give);
  }
}
