// All receivers of webhooks in a process of their own, on a real PostgreSQL: what it dies of is seen from outside.
import { createHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { z } from "zod";
import { systemClock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { createStore } from "../../src/store/create-store.ts";
import { startReceiver } from "./receiver.ts";
import { slackApp } from "./slack-app.ts";

const Order = z.object({
  databaseUrl: z.string(),
  topic: z.string(),
  certificate: z.string(),
  certificateUrl: z.string(),
  slackApiUrl: z.string(),
});
const delay = monitorEventLoopDelay({ resolution: 10 });
/** Time of the processor between two turns of the loop: how long it was really busy, however many others share the machine. */
const busy = createHistogram();
const TICK_MS = 10;
const state = { cpuMicros: 0 };
setInterval(() => {
  const { user, system } = process.threadCpuUsage();
  busy.record(Math.max(1, Math.round(user + system - state.cpuMicros)));
  state.cpuMicros = user + system;
}, TICK_MS);
let unhandled = 0;
process.on("unhandledRejection", () => unhandled++);
process.on("disconnect", () => process.exit(0));
process.once("message", (message) => {
  void start(Order.parse(message));
});

async function start({ databaseUrl, slackApiUrl, ...sns }: z.infer<typeof Order>): Promise<void> {
  const store = await createStore(databaseUrl, { clock: systemClock });
  const slack = await slackApp(slackApiUrl, { clock: systemClock, logger: createLogger({ level: "silent" }) });
  const receiver = await startReceiver({ inbox: store.inbox, clock: systemClock, sns, slack });
  delay.enable();
  process.on("message", () => {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const delayP999Ms = delay.percentile(99.9) / 1e6 - 10;
    const delayMaxMs = delay.max / 1e6 - 10;
    const busyP999Ms = busy.percentile(99.9) / 1000;
    const busyMaxMs = busy.max / 1000;
    const { taken, problems } = receiver;
    process.send?.({
      rss,
      heapUsed,
      cpuMs: (user + system) / 1000,
      delayP999Ms,
      delayMaxMs,
      busyP999Ms,
      busyMaxMs,
      unhandled,
      taken,
      problems,
    });
    delay.reset();
    busy.reset();
  });
  process.send?.({ port: receiver.port });
}
