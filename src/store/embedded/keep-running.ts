import { setTimeout as wait } from "node:timers/promises";

const LOOK_EVERY_MS = 1_000;

export interface Watched {
  readonly isAlive: () => boolean;
  /** Starts it again; may reject, and is then called again at the next look. */
  readonly revive: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Looks once a second whether the server is alive and starts it again when it is not: killed for want of memory, or by a
 * hand that meant something else. Without this the program would answer 503 until somebody restarted it.
 */
export function keepRunning({ isAlive, revive, onFailure }: Watched): { stop(): Promise<void> } {
  const ending = new AbortController();
  const look = async () => {
    while (!ending.signal.aborted) {
      await wait(LOOK_EVERY_MS, undefined, { signal: ending.signal, ref: false });
      if (!isAlive()) await revive().catch(onFailure);
    }
  };
  // Only the end of the waiting rejects here.
  const looking = look().catch(() => undefined);
  return {
    async stop() {
      ending.abort();
      await looking;
    },
  };
}
