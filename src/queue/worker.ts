import type { JobHandlers } from "../app/jobs/catalog.ts";
import type { Clock, Logger } from "../app/ports.ts";
import { openPool } from "./connections.ts";
import { createLocks } from "./locks.ts";
import { startLoop } from "./loop.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { runRow } from "./run-row.ts";
import type { WakeQueue } from "./wake-queue.ts";
import { within } from "./within.ts";

const CHECK_MS = 1_000;
const AWAY_CHECK_MS = 250;
/** A queue that is silent this long is away, and a due row that is untouched this long was lost: then we look ourselves. */
const AWAY_AFTER_MS = 5_000;
const DRAIN_MS = 25_000;
const DEFAULT_CONCURRENCY = 10;

export interface WorkerOptions {
  readonly connectionString: string;
  readonly queue: WakeQueue;
  readonly handlers: JobHandlers;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Rows at a time; 10 unless told. */
  readonly concurrency?: number;
  /** Makes an error fit to be stored and logged; only its name is kept unless told. */
  readonly describeError?: (error: unknown) => string;
  /** How long running jobs may take to end after `stop`; 25 s unless told. */
  readonly drainMs?: number;
}

/** Runs outbox rows as the queue names them, and finds them by itself when the queue is away or has lost them. */
export async function startWorker(options: WorkerOptions): Promise<{ stop(): Promise<void> }> {
  const { connectionString, queue, logger, clock, handlers } = options;
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  const pool = openPool(connectionString, { max: Math.min(concurrency, 5), name: "traceops worker" });
  const outbox = createOutbox(pool, clock);
  const locks = createLocks(connectionString);
  const stopping = new AbortController();
  const describeError = options.describeError ?? nameOf;
  const deps = { outbox, locks, handlers, logger, clock, describeError, stopping: stopping.signal };
  const running = new Set<Promise<void>>();
  const run = (outboxId: string): Promise<void> => {
    const work = runRow(deps, outboxId).finally(() => running.delete(work));
    running.add(work);
    return work;
  };
  const free = () => concurrency - running.size;
  const watching = startLoop(fallback({ outbox, queue, logger, free, run }));
  const waker = await queue.work(run, concurrency);
  return {
    async stop() {
      const drained = Promise.all([watching.stop(), waker.stop(), ...running]);
      await within(options.drainMs ?? DRAIN_MS, drained).catch(() => {
        logger.warn({ running: running.size }, "jobs did not end in time and will run again");
        stopping.abort(new Error("the process is stopping"));
      });
      await Promise.allSettled(running);
      await locks.close();
      await pool.end();
    },
  };
}

interface FallbackDeps {
  readonly outbox: Outbox;
  readonly queue: WakeQueue;
  readonly logger: Logger;
  readonly free: () => number;
  readonly run: (outboxId: string) => Promise<void>;
}

/**
 * The same claim as the relay's, made by the worker itself for as much as it has hands for. While the queue answers, it
 * takes only rows that waited too long; when the queue is away, everything that is due.
 */
function fallback({ outbox, queue, logger, free, run }: FallbackDeps): () => Promise<number> {
  const state = { answeredAt: performance.now() };
  return async () => {
    try {
      await queue.ping();
      state.answeredAt = performance.now();
    } catch {
      // How long it has been away is what counts, and that is below.
    }
    const isAway = performance.now() - state.answeredAt > AWAY_AFTER_MS;
    const limit = free();
    if (limit <= 0) return CHECK_MS;
    try {
      const ids = await outbox.claim({ dueForMs: isAway ? 0 : AWAY_AFTER_MS, toldBeforeMs: AWAY_AFTER_MS, limit });
      if (ids.length > 0) logger.info({ rows: ids.length, isAway }, "the worker took rows without the queue");
      const runs = ids.map(run);
      // More may be waiting: look again as soon as a hand is free.
      if (ids.length === limit) {
        await Promise.race(runs);
        return 0;
      }
    } catch (error) {
      logger.warn({ error: nameOf(error) }, "the outbox could not be read");
    }
    return isAway ? AWAY_CHECK_MS : CHECK_MS;
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
