import { createQueue } from "../queue/create-queue.ts";
import { startRelay } from "../queue/relay.ts";
import { startWorker } from "../queue/worker.ts";
import type { Wiring } from "./wiring.ts";

export interface RunningWorker {
  /** Lets running jobs end within their time, then closes queue and connections. */
  stop(): Promise<void>;
}

/** Relay, queue and worker over the database, on Redis when the settings name one. */
export async function startWork(wiring: Wiring, connectionString: string): Promise<RunningWorker> {
  const { config, logger, clock, handlers, redactor } = wiring;
  const { REDIS_URL: redisUrl, WORKER_CONCURRENCY: concurrency } = config.core;
  const describeError = (error: unknown) =>
    redactor.text(error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 1_000);
  const queue = await createQueue({ redisUrl, connectionString, logger });
  const worker = await startWorker({ connectionString, queue, handlers, logger, clock, concurrency, describeError });
  const relay = await startRelay({ connectionString, queue, logger, clock });
  return {
    stop: async () => {
      await relay.stop();
      await worker.stop();
      await queue.close();
    },
  };
}
