import { createServer } from "node:net";
import type { Logger } from "../app/ports.ts";
import type { LogLevel } from "../platform/logger.ts";
import type { Config } from "./config.ts";
import { type Database, openDatabase } from "./database.ts";
import { startJanitor } from "./janitor.ts";
import { localUrl } from "./local-url.ts";
import { startMetricsFlush } from "./metrics.ts";
import { startPagerDutyPolling } from "./polling.ts";
import { startIntake } from "./segments.ts";
import { openTracing } from "./tracing.ts";
import { type RunningServer, startWeb } from "./web.ts";
import { type Wiring, wire } from "./wiring.ts";
import { startWorkHere, startWorkOnThread } from "./work.ts";

export type Role = "api" | "worker" | "both";

export interface Program {
  /** Where this process answers; null for a worker. */
  readonly url: string | null;
  readonly wiring: Wiring;
  /** In order: no new requests, work in progress ends, surfaces, database. */
  stop(): Promise<void>;
}

/** Starts the roles on their database. What fails to start stops what had started and throws one clear error. */
export async function startProgram(options: {
  readonly config: Config;
  readonly role: Role;
  readonly logger: Logger;
  /** How much the worker's thread says. Null runs the work on this thread, for tests that stand in for vendors in this process. */
  readonly threadLogLevel: LogLevel | null;
}): Promise<Program> {
  const { config, role, logger } = options;
  const port = role === "worker" ? 0 : await choosePort(config);
  const database = await openDatabase(config, logger);
  const url = localUrl(config.core.HOST, port);
  const publicUrl = (config.core.PUBLIC_URL ?? url).replace(/\/+$/u, "");
  const undo: (() => Promise<void>)[] = [() => database.close()];
  try {
    const tracing = await openTracing(config, logger);
    undo.push(() => tracing.stop());
    const wiring = await wire({ config, logger, connectionString: database.connectionString, publicUrl, tracing });
    undo.push(() => wiring.store.close());
    undo.push(startMetricsFlush({ metrics: wiring.metrics, totals: wiring.store.metricTotals, logger }));
    const work = { threadLogLevel: role === "both" ? options.threadLogLevel : null, publicUrl };
    await startParts({ wiring, role, port, database, work }, undo);
    return { url: role === "worker" ? null : url, wiring, stop: () => stopAll(undo, logger) };
  } catch (error) {
    await stopAll(undo, logger);
    throw error;
  }
}

interface Parts {
  readonly wiring: Wiring;
  readonly role: Role;
  readonly port: number;
  readonly database: Database;
  readonly work: { readonly threadLogLevel: LogLevel | null; readonly publicUrl: string };
}

async function startParts({ wiring, role, port, database, work }: Parts, undo: (() => Promise<void>)[]): Promise<void> {
  if (role !== "api") {
    const { threadLogLevel: logLevel, publicUrl } = work;
    const { connectionString } = database;
    const worker =
      logLevel === null
        ? await startWorkHere(wiring, connectionString)
        : await startWorkOnThread({ config: wiring.config, connectionString, publicUrl, logLevel });
    undo.push(() => worker.stop());
    undo.push(startJanitor(wiring), startPagerDutyPolling(wiring));
  }
  if (role === "worker") return;
  for (const [name, surface] of wiring.surfaces) {
    await surface.start?.();
    wiring.logger.debug({ surface: name }, "surface started");
    undo.push(async () => surface.stop?.());
  }
  const intake = await startIntake(wiring);
  undo.push(() => intake.stop());
  const server: RunningServer = await startWeb(wiring, intake, port);
  undo.push(() => server.stop());
}

/** Last started, first stopped. One part that cannot stop keeps none of the others from it. */
async function stopAll(undo: readonly (() => Promise<void>)[], logger: Logger): Promise<void> {
  for (const stop of undo.toReversed()) {
    try {
      await stop();
    } catch (error) {
      logger.error({ err: error }, "a part did not stop cleanly");
    }
  }
}

/** The port of the settings; when nobody chose one and the usual one is taken, a free one. */
async function choosePort(config: Config): Promise<number> {
  const { HOST, PORT } = config.core;
  const wanted = await tryPort(HOST, PORT);
  if (wanted !== null) return wanted;
  const free = config.env["PORT"] === undefined ? await tryPort(HOST, 0) : null;
  if (free !== null) return free;
  throw new Error(`Port ${PORT} on ${HOST} is taken. Stop what uses it, or set PORT to another one.`);
}

function tryPort(host: string, port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(null));
    probe.listen(port, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
