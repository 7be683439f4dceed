// A worker that never finishes its job, for tests that kill it. Arguments: connection string, queue name, Redis URL or "".
import { epochMs } from "../../src/core/ids.ts";
import { createQueue } from "../../src/queue/create-queue.ts";
import { startWorker } from "../../src/queue/worker.ts";

const [connectionString = "", name = "", redisUrl = ""] = process.argv.slice(2);
const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const hang = async () => {
  process.stdout.write("started\n");
  return new Promise<never>(() => undefined);
};

const queue = await createQueue({ connectionString, name, logger, redisUrl: redisUrl === "" ? undefined : redisUrl });
await startWorker({
  connectionString,
  queue,
  logger,
  clock: { nowMs: () => epochMs(Date.now()) },
  handlers: {
    "delivery.process": hang,
    "incident.investigate": hang,
    "surface.publish": hang,
    "feedback.learn": hang,
  },
});
