/** Why lines were not delivered. */
export type DropReason =
  /** The queue had no room. */
  | "queue-full"
  /** TraceOps read the request and took only a part of it. */
  | "refused"
  /** The limit of attempts was reached. */
  | "gave-up"
  /** Written after `close`, or still waiting when its deadline came. */
  | "closed"
  /** Whoever reads the output is gone. */
  | "output-gone"
  /** Written while another record was being written (a getter that logs), or by the sender's own request. */
  | "own-record"
  /** The record could not be written as JSON at all. */
  | "unwritable";

/** What became of the lines of one way out. */
export interface SinkStats {
  /** Waiting or under way. */
  readonly queued: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly droppedBecause: Readonly<Partial<Record<DropReason, number>>>;
  readonly retries: number;
  /** What went wrong last, in a sentence; null when nothing has. */
  readonly lastFailure: string | null;
}

/** Counts of one way out. */
export class SinkCounts {
  delivered = 0;
  retries = 0;
  lastFailure: string | null = null;
  readonly #dropped = new Map<DropReason, number>();
  readonly #unreported = new Map<DropReason, number>();

  drop(reason: DropReason, count = 1): void {
    if (count <= 0) return;
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + count);
    this.#unreported.set(reason, (this.#unreported.get(reason) ?? 0) + count);
  }

  get hasUnreported(): boolean {
    return this.#unreported.size > 0;
  }

  /** The drops that nobody has been told of; from now on they count as told. */
  takeUnreported(): readonly (readonly [DropReason, number])[] {
    const taken = [...this.#unreported];
    this.#unreported.clear();
    return taken;
  }

  stats(queued: number): SinkStats {
    return {
      queued,
      delivered: this.delivered,
      dropped: [...this.#dropped.values()].reduce((sum, count) => sum + count, 0),
      droppedBecause: Object.fromEntries(this.#dropped),
      retries: this.retries,
      lastFailure: this.lastFailure,
    };
  }
}
