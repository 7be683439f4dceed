import type { JobHandlers } from "../app/jobs/catalog.ts";
import type { Clock, Logger } from "../app/ports.ts";
import { failpoint } from "../platform/failpoint.ts";
import { openPool } from "./connections.ts";
import { createLocks } from "./locks.ts";
import { startLoop } from "./loop.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { type QueueHealth, watchQueue } from "./queue-health.ts";
import { runRow } from "./run-row.ts";
import { isHeavy, wakeOf } from "./specs.ts";
import { takeTurns } from "./turns.ts";
import type { Wake, WakeQueue } from "./wake-queue.ts";
import { within } from "./within.ts";

const CHECK_MS = 1_000;
const AWAY_CHECK_MS = 250;
/** A due row that nothing has happened to for this long was lost on its way. */
const LOST_AFTER_MS = 5_000;
const DRAIN_MS = 25_000;
const CLOSE_MS = 3_000;
const DEFAULT_CONCURRENCY = 10;

export interface WorkerOptions {
  readonly connectionString: string;
  readonly queue: WakeQueue;
  readonly handlers: JobHandlers;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Rows at a time, a third of them heavy ones and the others the rest; 10 unless told. */
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
  const start = (wake: Wake): Promise<void> => {
    const work = runRow(deps, wake).finally(() => running.delete(work));
    running.add(work);
    return work;
  };
  const { heavy, light } = handsOf(concurrency);
  const turns = takeTurns({ limit: heavy, run: start, putOff: putOffBy({ outbox, clock, logger }) });
  const run = (wake: Wake) => (isHeavy(wake) ? turns.offer(wake) : start(wake));
  const free = () => light - (running.size - turns.running());
  const health = watchQueue(queue);
  const watching = startLoop(fallback({ outbox, health, logger, free, run }));
  const waker = queue.work(run, light);
  return {
    async stop() {
      const closing = Promise.all([turns.close(), health.stop(), watching.stop(), waker.stop()]);
      await within(options.drainMs ?? DRAIN_MS, drain(running)).catch(() => {
        logger.warn({ running: running.size }, "jobs did not end in time and will run again");
        stopping.abort(new Error("the process is stopping"));
      });
      await drain(running);
      await within(CLOSE_MS, closing).catch(() => waker.abandon());
      await locks.close();
      await pool.end();
    },
  };
}

/** Heavy jobs have hands of their own: however many of them wait, what people wait for finds a free one. */
function handsOf(concurrency: number): { readonly heavy: number; readonly light: number } {
  const heavy = Math.max(1, Math.floor(concurrency / 3));
  return { heavy, light: Math.max(1, concurrency - heavy) };
}

type PutOffDeps = Pick<WorkerOptions, "clock" | "logger"> & { readonly outbox: Outbox };

function putOffBy({ outbox, clock, logger }: PutOffDeps) {
  return async ({ outboxId }: Wake, pauseMs: number): Promise<void> => {
    const notBeforeMs = clock.nowMs() + pauseMs;
    try {
      await outbox.postpone(outboxId, { notBeforeMs, attempt: "was-not-begun", error: null });
    } catch (error) {
      // It is told of again anyway, some seconds later.
      logger.warn({ outboxId, error: nameOf(error) }, "a row could not be put off");
    }
  };
}

/** Waits for what runs, and for what was begun meanwhile. */
async function drain(running: ReadonlySet<Promise<void>>): Promise<void> {
  while (running.size > 0) await Promise.allSettled(running);
}

interface FallbackDeps {
  readonly outbox: Outbox;
  readonly health: QueueHealth;
  readonly logger: Logger;
  readonly free: () => number;
  readonly run: (wake: Wake) => Promise<void>;
}

/**
 * The same claim as the relay's, made by the worker itself for as much as it has hands for. While the queue answers, it
 * takes only rows that waited too long; when the queue is away, everything that is due.
 */
function fallback({ outbox, health, logger, free, run }: FallbackDeps): () => Promise<number> {
  return async () => {
    const limit = free();
    if (limit <= 0) return CHECK_MS;
    const isAway = health.isAway();
    try {
      const rows = await outbox.claim({ dueForMs: isAway ? 0 : LOST_AFTER_MS, toldBeforeMs: LOST_AFTER_MS, limit });
      if (rows.length > 0) failpoint("worker.after-own-claim");
      if (rows.length > 0) logger.info({ rows: rows.length, isAway }, "the worker took rows without the queue");
      const runs = rows.map((row) => run(wakeOf(row)));
      // More may be waiting: look again as soon as a hand is free.
      if (rows.length === limit) {
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
