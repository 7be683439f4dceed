/** One row that a worker should look at. */
export interface Wake {
  readonly outboxId: string;
  /** Name of what its job writes, null for nothing; left out by who does not know it: then the row has to be read first. */
  readonly writes?: string | null;
  /** Name of its job; left out by versions that did not tell it. */
  readonly job?: string;
}

/**
 * Tells workers which outbox rows are due. It may lose, double or delay everything: the outbox is the truth, and what is
 * lost here is found again by the next sweep.
 */
export interface WakeQueue {
  readonly kind: "redis" | "postgres";
  /** Rejects within seconds when the queue is away. */
  wake(wakes: readonly Wake[]): Promise<void>;
  /** How many rows wait in it for a worker. Rejects within seconds when the queue is away. */
  waiting(): Promise<number>;
  /** Starts handing out rows, at most `concurrency` at a time. `run` must not throw. */
  work(run: (wake: Wake) => Promise<void>, concurrency: number): WakeWorker;
  close(): Promise<void>;
}

export interface WakeWorker {
  /** Takes nothing new; resolves when what was taken is over. */
  stop(): Promise<void>;
  /** Gives up at once; for a queue that is away and cannot be told that we leave. */
  abandon(): void;
}
