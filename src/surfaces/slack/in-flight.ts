import { setTimeout as sleep } from "node:timers/promises";

const STOP_MS = 5000;

/** Counts the work that goes on after an acknowledgement, so that a stop can let it end. */
export class InFlight {
  readonly #running = new Set<Promise<void>>();

  /** Runs work and keeps it in view until it ends. */
  async run(work: () => Promise<void>): Promise<void> {
    const running = work();
    this.#running.add(running);
    try {
      await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Waits until everything ended, five seconds at most. */
  async drain(): Promise<void> {
    const timer = new AbortController();
    await Promise.race([Promise.allSettled(this.#running), sleep(STOP_MS, null, { signal: timer.signal, ref: false })]);
    timer.abort();
  }
}
