import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../support/free-port.ts";
import type { Backend } from "./faults.ts";
import { Fleet } from "./fleet.ts";
import { ChaosPagerDuty } from "./pagerduty.ts";
import { ChaosPostgres } from "./postgres.ts";
import type { Random } from "./random.ts";
import { ChaosRedis } from "./redis.ts";
import { ChaosSlack, type FaultRates } from "./slack/server.ts";
import { ROUTES } from "./story.ts";

export const SIGNING_SECRET = "a-signing-secret-for-chaos";
export const WEBHOOK_SECRET = "a-webhook-secret-for-chaos";
const READY_WITHIN_MS = 90_000;
/** A program that ends this often before it is ready never will be. */
const MOST_DEATHS = 8;

export interface WorldOptions {
  readonly backend: Backend;
  readonly workers: number;
  readonly random: Random;
  readonly slackFaults: FaultRates;
  readonly preloads: readonly string[];
  /** PagerDuty takes notes; the preloads have to say where it is. */
  readonly hasNotes: boolean;
  /** More settings of every process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Everything that runs: PostgreSQL, Redis, the test Slack, and the program's processes under a supervisor. */
export interface World {
  readonly url: string;
  readonly folder: string;
  readonly slack: ChaosSlack;
  readonly postgres: ChaosPostgres;
  readonly redis: ChaosRedis | null;
  /** Null when no notes are written there. */
  readonly pagerDuty: ChaosPagerDuty | null;
  readonly fleet: Fleet;
  /** `keep`: the folder with the logs stays. */
  stop(options?: { readonly keep: boolean }): Promise<void>;
}

/** Starts a world and waits until it takes webhooks. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "traceops-chaos-"));
  const ground = groundOf(options, folder);
  const { slack, postgres, redis, pagerDuty } = ground;
  await Promise.all([slack.start(), postgres.start(), redis?.start(), pagerDuty?.start()]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...settingsOf(folder, port), ...addressesOf(options, ground), ...options.environment };
  const fleet = new Fleet({ environment, preloads: options.preloads, logFolder: folder });
  const stop: World["stop"] = async ({ keep } = { keep: false }) => {
    await fleet.stop();
    await Promise.all([slack.stop(), postgres.stop(), redis?.kill(), pagerDuty?.stop()]);
    if (!keep) rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(1)));
  }
  startProcesses(fleet, options);
  try {
    await ready(url, fleet);
  } catch (error) {
    await stop({ keep: true });
    throw error;
  }
  return { url, folder, ...ground, fleet, stop };
}

type Ground = Pick<World, "slack" | "postgres" | "redis" | "pagerDuty">;

/** What the program stands on, not started yet. */
function groundOf({ backend, random, slackFaults, hasNotes }: WorldOptions, folder: string): Ground {
  // In one process the embedded server is the program's own, as with `npm start`.
  const isOurs = backend !== "one-process";
  return {
    slack: new ChaosSlack(random.fork("slack"), slackFaults),
    postgres: new ChaosPostgres(join(folder, isOurs ? "postgres" : "data"), { isOurs }),
    redis: backend === "redis" ? new ChaosRedis(join(folder, "redis")) : null,
    pagerDuty: hasNotes ? new ChaosPagerDuty(random.fork("pagerduty")) : null,
  };
}

function addressesOf({ backend }: WorldOptions, { slack, postgres, redis, pagerDuty }: Ground) {
  return {
    ...(backend === "one-process" ? {} : { DATABASE_URL: postgres.connectionString }),
    ...(redis === null ? {} : { REDIS_URL: redis.url }),
    SLACK_API_URL: slack.apiUrl,
    ...(pagerDuty === null ? {} : notesSettings(pagerDuty)),
  };
}

function startProcesses(fleet: Fleet, { backend, workers }: WorldOptions): void {
  if (backend === "one-process") return fleet.add("worker-and-web", ["serve", "--work"]);
  fleet.add("web", ["serve"]);
  for (let number = 1; number <= workers; number++) fleet.add(`worker-${number}`, ["worker"]);
}

function notesSettings({ url }: ChaosPagerDuty): Readonly<Record<string, string>> {
  return { CHAOS_PAGERDUTY: url, PAGERDUTY_API_TOKEN: "a-key-for-chaos", PAGERDUTY_FROM_EMAIL: "ada@shop.example" };
}

function settingsOf(folder: string, port: number): Readonly<Record<string, string>> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    NODE_COMPILE_CACHE: join(tmpdir(), "traceops-chaos-compiled"),
    TRACEOPS_DATA_DIR: join(folder, "data"),
    TRACEOPS_SECRET: "a-master-secret-for-chaos-runs-only",
    PAGERDUTY_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    PORT: String(port),
    // What is at work says so.
    LOG_LEVEL: "info",
    SLACK_BOT_TOKEN: "xoxb-chaos",
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_ROUTES: ROUTES,
  };
}

async function ready(url: string, fleet: Fleet): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && fleet.deaths.length < MOST_DEATHS) {
    const isReady = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await wait(100);
  }
  throw new Error(`the program did not become ready; the logs in ${fleet.logFolder} say why`);
}
