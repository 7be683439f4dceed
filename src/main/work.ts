import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { LogLevel } from "../platform/logger.ts";
import { createQueue } from "../queue/create-queue.ts";
import { startRelay } from "../queue/relay.ts";
import { startWorker } from "../queue/worker.ts";
import { connectionOfEveryTenant } from "../store/databases.ts";
import type { Config } from "./config.ts";
import type { Wiring } from "./wiring.ts";

export interface RunningWorker {
  /** Lets running jobs end within their time, then closes queue and connections. */
  stop(): Promise<void>;
}

const STOP_WITHIN_MS = 30_000;

/** Relay, queue and worker over the database on this thread, on Redis when the settings name one. */
export async function startWorkHere(wiring: Wiring, connectionString: string): Promise<RunningWorker> {
  const { config, logger, clock, handlers, redactor } = wiring;
  const { REDIS_URL: redisUrl, WORKER_CONCURRENCY: concurrency } = config.core;
  const describeError = (error: unknown) =>
    redactor.text(error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 1_000);
  const queue = await createQueue({ redisUrl, connectionString, logger });
  wiring.queueCheck.ping = async () => void (await queue.waiting());
  // One outbox for all tenants: its rows are claimed and settled whoever they belong to. What a job does is its tenant's.
  const rows = { connectionString: await connectionOfEveryTenant(connectionString), queue, logger, clock };
  const worker = await startWorker({
    ...rows,
    handlers,
    concurrency,
    describeError,
  });
  const relay = await startRelay(rows);
  return {
    stop: async () => {
      await relay.stop();
      await worker.stop();
      await queue.close();
    },
  };
}

export interface WorkOrder {
  readonly config: Config;
  readonly connectionString: string;
  readonly publicUrl: string;
  readonly logLevel: LogLevel;
}

/** The same on a thread of its own. A thread that dies takes the process with it: a supervisor starts both again. */
export async function startWorkOnThread(order: WorkOrder): Promise<RunningWorker> {
  const { config, ...rest } = order;
  const thread = new Worker(new URL("./work-thread.ts", import.meta.url), { workerData: { ...rest, env: config.env } });
  const ended = new Promise<void>((resolve) => thread.once("exit", () => resolve()));
  // `once` lets go of the thread when it is ready: an error after that has no listener and ends the process, as it should.
  await once(thread, "message");
  return {
    stop: async () => {
      thread.postMessage("stop");
      const timer = setTimeout(() => void thread.terminate(), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
