import { createPostgresBackend, Queue, Worker, withBackend } from "bullmq";
import { Redis } from "ioredis";
import type { Logger } from "../app/ports.ts";
import { EXPENDABLE_WRITES, GuardedClient } from "./connections.ts";
import type { WakeQueue, WakeWorker } from "./wake-queue.ts";
import { within } from "./within.ts";

const DEADLINE_MS = 3_000;
const START_DEADLINE_MS = 10_000;
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

interface Wake {
  readonly outboxId: string;
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
  makeWorker(run: (outboxId: string) => Promise<void>, concurrency: number): Endpoint & { run(): Promise<void> };
  disconnect(): Promise<void>;
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
  const complain = (error: unknown) => {
    options.logger.warn({ queue: backend.kind, error: nameOf(error) }, "the queue is in trouble");
  };
  backend.queue.on("error", complain);
  await within(START_DEADLINE_MS, backend.queue.waitUntilReady()).catch(complain);
  return {
    kind: backend.kind,
    async wake(outboxIds) {
      const jobs = outboxIds.map((outboxId) => ({ name: "wake", data: { outboxId }, opts: WAKE_SETTINGS }));
      await within(DEADLINE_MS, backend.queue.addBulk(jobs));
    },
    async ping() {
      await within(DEADLINE_MS, backend.queue.count());
    },
    work: (run, concurrency) => startWorking(backend, { run, concurrency, complain }),
    async close() {
      await within(DEADLINE_MS, backend.queue.close()).catch(complain);
      await backend.disconnect();
    },
  };
}

async function startWorking(
  backend: Backend,
  work: {
    readonly run: (outboxId: string) => Promise<void>;
    readonly concurrency: number;
    readonly complain: (error: unknown) => void;
  },
): Promise<WakeWorker> {
  const worker = backend.makeWorker(work.run, work.concurrency);
  worker.on("error", work.complain);
  await within(START_DEADLINE_MS, worker.waitUntilReady()).catch(work.complain);
  // Resolves when the worker is closed; what goes wrong inside comes as "error" events.
  const running = worker.run().catch(work.complain);
  return {
    async stop() {
      await worker.close();
      await running;
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
    makeWorker: (run, concurrency) =>
      new bound.Worker<Wake>(name, ({ data }) => run(data.outboxId), {
        ...WORKER_SETTINGS,
        connection: connection(4),
        concurrency,
        autorun: false,
      }),
    disconnect: () => queue.close(),
  };
}

function onRedis({ name = "traceops" }: QueueOptions, redisUrl: string): Backend {
  // The producer fails fast, so that the relay can try again; a worker waits for Redis to come back.
  const producer = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: DEADLINE_MS,
  });
  const consumer = new Redis(redisUrl, { maxRetriesPerRequest: null, lazyConnect: true, connectTimeout: DEADLINE_MS });
  for (const redis of [producer, consumer]) redis.on("error", () => undefined);
  const queue = new Queue<Wake>(name, { connection: producer, defaultJobOptions: WAKE_SETTINGS });
  return {
    kind: "redis",
    queue,
    makeWorker: (run, concurrency) =>
      new Worker<Wake>(name, ({ data }) => run(data.outboxId), {
        ...WORKER_SETTINGS,
        connection: consumer,
        concurrency,
        autorun: false,
      }),
    disconnect() {
      producer.disconnect();
      consumer.disconnect();
      return Promise.resolve();
    },
  };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? `${error.name} ${error.code}` : error.name;
}
