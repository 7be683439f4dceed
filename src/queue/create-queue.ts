import { createPostgresBackend, Queue, Worker, withBackend } from "bullmq";
import { Redis } from "ioredis";
import type { Logger } from "../app/ports.ts";
import { EXPENDABLE_WRITES, GuardedClient } from "./connections.ts";
import { keepWorking, type Runnable } from "./keep-working.ts";
import type { Wake, WakeQueue } from "./wake-queue.ts";
import { within } from "./within.ts";

const DEADLINE_MS = 3_000;
const START_DEADLINE_MS = 3_000;
const COMPLAIN_EVERY_MS = 10_000;
/** The outbox counts attempts and finds lost rows; the queue only has to give up a dead worker's wake-ups quickly. */
const WORKER_SETTINGS = { lockDuration: 5_000, stalledInterval: 3_000, maxStalledCount: 1_000 };
const WAKE_SETTINGS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

export interface QueueOptions {
  /** Redis 6.2 or newer with `noeviction`. Without it the queue lives in PostgreSQL. */
  readonly redisUrl?: string | undefined;
  /** The database of the store, direct: a transaction pooler loses notifications. */
  readonly connectionString: string;
  readonly logger: Logger;
  /** Names the queue, so that several installs can share one Redis. */
  readonly name?: string;
}

interface WakeJob {
  readonly name: string;
  readonly data: Wake;
  readonly opts: typeof WAKE_SETTINGS;
}

/** What this file uses of BullMQ's classes, whichever backend they are bound to. */
interface Backend {
  readonly kind: WakeQueue["kind"];
  readonly queue: Endpoint & {
    addBulk(jobs: WakeJob[]): Promise<unknown>;
    count(): Promise<number>;
  };
  makeWorker(run: (wake: Wake) => Promise<void>, concurrency: number): Endpoint & Runnable;
  disconnect(): void;
}

interface Endpoint {
  on(event: "error", listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * BullMQ on Redis when there is one, else on PostgreSQL. A queue that is away at start is no reason not to start:
 * webhooks are stored without it, and workers look into the outbox themselves until it comes back.
 */
export async function createQueue(options: QueueOptions): Promise<WakeQueue> {
  const backend = options.redisUrl === undefined ? onPostgres(options) : onRedis(options, options.redisUrl);
  const complain = makeComplainer(options, backend.kind);
  backend.queue.on("error", complain);
  await within(START_DEADLINE_MS, backend.queue.waitUntilReady()).catch(complain);
  return {
    kind: backend.kind,
    async wake(wakes) {
      const jobs = wakes.map((data) => ({ name: "wake", data, opts: WAKE_SETTINGS }));
      await within(DEADLINE_MS, backend.queue.addBulk(jobs));
    },
    waiting: () => within(DEADLINE_MS, backend.queue.count()),
    work: (run, concurrency) => {
      const makeWorker = () => {
        const worker = backend.makeWorker(run, concurrency);
        worker.on("error", complain);
        return worker;
      };
      return keepWorking(makeWorker, complain);
    },
    async close() {
      await within(DEADLINE_MS, backend.queue.close()).catch(complain);
      backend.disconnect();
    },
  };
}

function onPostgres({ connectionString, name = "traceops" }: QueueOptions): Backend {
  const bound = withBackend(createPostgresBackend);
  const connection = (max: number) => ({
    connectionString,
    migrate: true,
    max,
    options: EXPENDABLE_WRITES,
    Client: GuardedClient,
  });
  const queue = new bound.Queue<Wake>(name, { connection: connection(2), defaultJobOptions: WAKE_SETTINGS });
  return {
    kind: "postgres",
    queue,
    makeWorker(run, concurrency) {
      const worker = new bound.Worker<Wake>(name, ({ data }) => run(data), {
        ...WORKER_SETTINGS,
        connection: connection(4),
        concurrency,
        autorun: false,
      });
      return Object.assign(worker, { abandon: () => void worker.disconnect().catch(() => undefined) });
    },
    disconnect: () => undefined,
  };
}

function onRedis({ name = "traceops" }: QueueOptions, redisUrl: string): Backend {
  // The producer fails fast, so that the relay can try again; a worker waits for Redis to come back.
  const producer = connectRedis(redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  const queue = new Queue<Wake>(name, { connection: producer, defaultJobOptions: WAKE_SETTINGS });
  return {
    kind: "redis",
    queue,
    makeWorker(run, concurrency) {
      const consumer = connectRedis(redisUrl, { enableOfflineQueue: true, maxRetriesPerRequest: null });
      const worker = new Worker<Wake>(name, ({ data }) => run(data), {
        ...WORKER_SETTINGS,
        connection: consumer,
        concurrency,
        autorun: false,
      });
      // BullMQ leaves a connection that it was given open.
      worker.on("closed", () => consumer.disconnect());
      const abandon = () => {
        consumer.disconnect();
        void worker.disconnect().catch(() => undefined);
      };
      return Object.assign(worker, { abandon });
    },
    disconnect: () => producer.disconnect(),
  };
}

interface Patience {
  /** False: fail at once while there is no connection. */
  readonly enableOfflineQueue: boolean;
  /** Null: wait for the connection to come back. */
  readonly maxRetriesPerRequest: number | null;
}

function connectRedis(redisUrl: string, options: Patience): Redis {
  const redis = new Redis(redisUrl, { connectTimeout: DEADLINE_MS, ...options });
  // BullMQ reports the same errors; without a listener here they would be printed.
  redis.on("error", () => undefined);
  return redis;
}

/** A queue that is away fails many times a second; once in a while is enough to know. */
function makeComplainer({ logger }: QueueOptions, kind: WakeQueue["kind"]): (error: unknown) => void {
  const state = { saidAt: Number.NEGATIVE_INFINITY };
  return (error) => {
    if (performance.now() - state.saidAt < COMPLAIN_EVERY_MS) return;
    state.saidAt = performance.now();
    logger.warn({ queue: kind, error: nameOf(error) }, "the queue is in trouble");
  };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? `${error.name} ${error.code}` : error.name;
}
