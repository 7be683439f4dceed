import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { createLogger } from "../platform/logger.ts";
import { parseConfig } from "./config.ts";
import { startMetricsFlush } from "./metrics.ts";
import { openTracing } from "./tracing.ts";
import { wire } from "./wiring.ts";
import { startWorkHere } from "./work.ts";

/** What the thread is given: the settings as they were read, and where database and people are. */
const Order = z.object({
  env: z.record(z.string(), z.string()),
  connectionString: z.string(),
  publicUrl: z.string(),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]),
});

/** The worker on a thread of its own, so that thinking never delays the acknowledgement of a webhook or a click. */
async function main(): Promise<void> {
  const { env, connectionString, publicUrl, logLevel } = Order.parse(workerData);
  const parsed = parseConfig(env);
  if (parsed.status === "invalid") throw new TypeError(parsed.problems.join("; "));
  const logger = createLogger({ level: logLevel });
  const tracing = await openTracing(parsed.config, logger);
  const wiring = await wire({ config: parsed.config, logger, connectionString, publicUrl, tracing });
  const work = await startWorkHere(wiring, connectionString);
  const stopMetrics = startMetricsFlush({ metrics: wiring.metrics, totals: wiring.store.metricTotals, logger });
  parentPort?.postMessage("ready");
  parentPort?.once("message", () => {
    void stop(async () => {
      await work.stop();
      await stopMetrics();
      await tracing.stop();
      await wiring.store.close();
    });
  });
}

async function stop(end: () => Promise<void>): Promise<void> {
  try {
    await end();
  } finally {
    parentPort?.close();
  }
}

await main();
