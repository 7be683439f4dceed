import type { Wake } from "./wake-queue.ts";

export interface TurnsOptions {
  /** How many run at once. */
  readonly limit: number;
  /** Must not throw. */
  readonly run: (wake: Wake) => Promise<void>;
  /** Gives the row back to the outbox, so that it is told of again after this long. Must not throw. */
  readonly putOff: (wake: Wake, pauseMs: number) => Promise<void>;
}

/** Rows of heavy jobs, a few at a time. Whoever waits holds nothing: no hand, no lock, and its time does not run. */
export interface Turns {
  /** Runs it now, keeps it as one of the next, or puts it off. Resolves without waiting for the run. */
  offer(wake: Wake): Promise<void>;
  running(): number;
  /** Starts nothing more; what was kept as next is put off. */
  close(): Promise<void>;
}

/** Kept behind each turn, so that none is empty until those that were put off come again. */
const NEXT_PER_TURN = 2;
/** However many wait, about forty of them come a second. */
const PAUSE_PER_WAITING_MS = 25;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** Who has not come again this long after its time is somewhere else by now. */
const FORGOTTEN_AFTER_MS = 30_000;

/**
 * The oldest goes first: rows are numbered as they are asked for, and whoever comes takes the place of a younger one among
 * the next. So everybody is in time the oldest that waits, and nobody is overtaken for ever by those who keep coming.
 */
export function takeTurns({ limit, run, putOff }: TurnsOptions): Turns {
  const running = new Set<string>();
  const next: Wake[] = [];
  /** When each row that was put off comes again, in the order in which they were. */
  const waiting = new Map<string, number>();
  const state = { closed: false };

  const start = (wake: Wake) => {
    running.add(wake.outboxId);
    void run(wake).finally(() => {
      running.delete(wake.outboxId);
      startNext();
    });
  };
  const startNext = () => {
    while (!state.closed && running.size < limit) {
      const wake = next.shift();
      if (wake === undefined) return;
      start(wake);
    }
  };
  const putOffFor = (wake: Wake, pauseMs: number) => {
    waiting.set(wake.outboxId, performance.now() + pauseMs);
    return putOff(wake, pauseMs);
  };

  return {
    async offer(wake) {
      if (state.closed) return putOff(wake, 0);
      waiting.delete(wake.outboxId);
      // Rows are told of again while they run or wait here.
      if (running.has(wake.outboxId) || next.some(({ outboxId }) => outboxId === wake.outboxId)) return;
      const place = next.findIndex((other) => isOlder(wake, other));
      next.splice(place < 0 ? next.length : place, 0, wake);
      startNext();
      const youngest = next.length > limit * NEXT_PER_TURN ? next.pop() : undefined;
      if (youngest === undefined) return;
      forget(waiting, performance.now() - FORGOTTEN_AFTER_MS);
      await putOffFor(youngest, pauseFor(waiting.size + next.length));
    },
    running: () => running.size,
    async close() {
      state.closed = true;
      await Promise.all(next.splice(0).map((wake) => putOff(wake, 0)));
    },
  };
}

function isOlder(left: Wake, right: Wake): boolean {
  return BigInt(left.outboxId) < BigInt(right.outboxId);
}

function pauseFor(waiting: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, waiting * PAUSE_PER_WAITING_MS));
}

function forget(waiting: Map<string, number>, beforeMs: number): void {
  for (const [id, comesAtMs] of waiting) {
    if (comesAtMs >= beforeMs) return;
    waiting.delete(id);
  }
}
