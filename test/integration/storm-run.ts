import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { writeBundle } from "../../src/cli/play-scenario.ts";
import { epochMs } from "../../src/core/ids.ts";
import { generateScenario } from "../../src/demo/generate-scenario.ts";
import { ChaosPostgres } from "../chaos/postgres.ts";
import { seeded } from "../chaos/random.ts";
import { ChaosRedis } from "../chaos/redis.ts";
import { Sender } from "../chaos/sender.ts";
import { freePort } from "../support/free-port.ts";
import { eventually } from "../support/install.ts";
import { type RealProcess, startTraceops } from "../support/processes.ts";
import { keepPressing, type Press, voteButton } from "./storm-presses.ts";
import { difference, processorSeconds, watchMemory } from "./storm-processes.ts";
import { StormSlack } from "./storm-slack.ts";

const SECRET = "a-webhook-secret-for-the-storm";
const SIGNING_SECRET = "a-signing-secret-for-the-storm";
const READY_WITHIN_MS = 120_000;

export interface StormOptions {
  readonly alerts: number;
  readonly services: number;
  readonly overMs: number;
  readonly workers: number;
  readonly redis: boolean;
  /** Whether the test Slack refuses posts beyond its limit, as Slack does. */
  readonly hasLimit: boolean;
  /** Whether every case finds the two-o'clock night's records, 20,000 or so, or nothing at all. */
  readonly hasEvidence: boolean;
  readonly seed: number;
  /** How long all work may take to end after the last alert. */
  readonly drainWithinMs: number;
}

export interface StormFigures {
  readonly accepted: number;
  readonly repeats: number;
  readonly refusals: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly slowestAckMs: number;
  readonly firstRootMs: number;
  /** When the last incident's first card stood, after the storm's begin. */
  readonly lastRootMs: number;
  readonly roots: number;
  /** Cards by the service that they name; more than one is a double. */
  readonly mostRootsOfOneService: number;
  readonly posts: number;
  readonly mostPostsAMinute: number;
  readonly slackRefused: number;
  readonly presses: readonly Press[];
  readonly mostRssMiB: Readonly<Record<string, number>>;
  /** Processor time since the storm began, until all work was done. */
  readonly processorSeconds: Readonly<Record<string, number>>;
  /** After the last alert was taken. */
  readonly placedAfterMs: number;
  readonly drainedAfterMs: number | null;
  readonly incidents: number;
  /** Alerts that incidents count, of services with exactly one incident. */
  readonly countedAlerts: number;
  readonly wrongCounts: readonly string[];
  readonly unread: number;
}

/** A whole install of real processes under a storm, and what happened, counted outside of the program. */
export async function runStorm(options: StormOptions): Promise<StormFigures> {
  const folder = mkdtempSync(join(tmpdir(), "traceops-storm-"));
  const postgres = new ChaosPostgres(join(folder, "postgres"), { isOurs: true });
  const redis = options.redis ? new ChaosRedis(join(folder, "redis")) : null;
  const slack = new StormSlack({ limit: options.hasLimit ? { atOnce: 3 } : null });
  const processes = new Map<string, RealProcess>();
  try {
    await Promise.all([postgres.start(), redis?.start(), slack.start()]);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const scenario = generateScenario("two-am", { startAt: epochMs(Date.now() - 10 * 60_000) });
    writeBundle(scenario, join(folder, "bundle"));
    const addresses = {
      DATABASE_URL: postgres.connectionString,
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
      SLACK_API_URL: slack.apiUrl,
      PORT: String(port),
    };
    const settings = { ...settingsIn(folder), ...addresses };
    processes.set("web", startTraceops(["serve"], settings));
    for (let worker = 1; worker <= options.workers; worker++) {
      processes.set(`worker-${worker}`, startTraceops(["worker"], settings));
    }
    await eventually(() => isReady(url), READY_WITHIN_MS);
    return await underStorm({ url, postgres, slack, processes, folder, pressed: scenario.alert }, options);
  } finally {
    for (const { child } of processes.values()) child.kill("SIGKILL");
    await slack.stop();
    await redis?.kill();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function settingsIn(folder: string): Readonly<Record<string, string>> {
  return {
    TRACEOPS_DATA_DIR: join(folder, "data"),
    TRACEOPS_BUNDLE: join(folder, "bundle"),
    TRACEOPS_SECRET: "a-master-secret-for-the-storm-0123456789",
    PAGERDUTY_WEBHOOK_SECRETS: SECRET,
    LOG_LEVEL: "warn",
    SLACK_BOT_TOKEN: "xoxb-storm",
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_CHANNEL: "C0INCIDENTS",
  };
}

interface Install {
  readonly url: string;
  readonly postgres: ChaosPostgres;
  readonly slack: StormSlack;
  readonly processes: ReadonlyMap<string, RealProcess>;
  readonly folder: string;
  /** The alert of the one incident that has causes to vote on. */
  readonly pressed: object;
}

async function underStorm(install: Install, options: StormOptions): Promise<StormFigures> {
  const { url, postgres, slack, processes } = install;
  const over = new AbortController();
  const sender = new Sender({ url, secret: SECRET, overMs: options.overMs, stop: over.signal });
  const early = new Sender({ url, secret: SECRET, overMs: 0, stop: over.signal });
  await early.sendAll([install.pressed]);
  const button = await eventually(() => voteButton(slack), READY_WITHIN_MS);
  if (!options.hasEvidence) rmSync(join(install.folder, "bundle"), { recursive: true });
  const before = slack.store.messages.length;
  const rss = watchMemory(processes, over.signal);
  const pressing = keepPressing(install, button, { signingSecret: SIGNING_SECRET, stop: over.signal });
  const usedBefore = processorSeconds(processes);
  const begunMs = Date.now();
  await sender.sendAll(alertsOf(options));
  const endMs = Date.now();
  const undone = (jobs: string) =>
    postgres.number(
      // What looks again much later, when more is known, does not count; what waits for its turn in the channel does.
      `SELECT count(*)::int AS n FROM outbox
       WHERE done_at IS NULL AND quarantined_at IS NULL ${jobs}
         AND (not_before < now() + interval '20 seconds' OR last_error LIKE 'other messages%')`,
    );
  const deadline = endMs + options.drainWithinMs;
  const emptyAfter = async (jobs: string): Promise<number | null> => {
    while ((await undone(jobs)) > 0) {
      if (Date.now() > deadline) return null;
      await wait(200);
    }
    return Date.now() - endMs;
  };
  const placedAfterMs = await emptyAfter("AND job = 'delivery.process'");
  const drainedAfterMs = await emptyAfter("");
  over.abort();
  const cards = slack.store.messages.slice(before).filter(({ threadTs }) => threadTs === null);
  const presses = await pressing;
  return {
    ...senderFigures(sender),
    firstRootMs: Math.min(...cards.map(({ atMs }) => atMs - begunMs)),
    lastRootMs: Math.max(...cards.map(({ atMs }) => atMs - begunMs)),
    roots: cards.length,
    mostRootsOfOneService: mostOfOne(cards.map(({ text }) => SHELF.exec(text)?.[0] ?? "without a name")),
    posts: slack.store.messages.length,
    mostPostsAMinute: slack.mostPostsAMinute(),
    slackRefused: slack.refused,
    presses,
    mostRssMiB: await rss,
    processorSeconds: difference(processorSeconds(processes), usedBefore),
    placedAfterMs: placedAfterMs ?? Number.POSITIVE_INFINITY,
    drainedAfterMs,
    ...(await counts(postgres, options)),
  };
}

const SHELF = /shelf-\d+/u;

/** Each alert is an incident of its own at the sender; services and alerts in the order of chance. */
function alertsOf({ alerts, services, seed }: StormOptions): readonly object[] {
  const numbers = seeded(seed).shuffled(Array.from({ length: alerts }, (_, number) => number));
  return numbers.map((number) => {
    const service = `shelf-${number % services}`;
    const at = new Date().toISOString();
    return {
      event: {
        id: `storm-${number}`,
        event_type: "incident.triggered",
        resource_type: "incident",
        occurred_at: at,
        data: {
          id: `QSTORM${number}`,
          type: "incident",
          title: `${service} is slow, seen from rack ${Math.floor(number / services)}`,
          urgency: "high",
          created_at: at,
          service: { id: `P${number % services}`, summary: service },
        },
      },
    };
  });
}

const isReady = (url: string) =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => (ok ? true : null),
    () => null,
  );

function senderFigures({ figures }: Sender) {
  const { accepted, repeats, refusals, slowestAckMs } = figures;
  const sorted = figures.ackMs.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return { accepted, repeats, refusals, slowestAckMs: Math.round(slowestAckMs), ackP50Ms: at(0.5), ackP99Ms: at(0.99) };
}

function mostOfOne(names: readonly string[]): number {
  const counted = Map.groupBy(names, (name) => name);
  return Math.max(0, ...[...counted.values()].map(({ length }) => length));
}

/** Every service has one incident, and it counts what was sent of that service. */
async function counts(postgres: ChaosPostgres, { alerts, services }: StormOptions) {
  const rows = await postgres.texts(
    `SELECT service || ' ' || count(*) || ' ' || sum(alert_count) AS t FROM incident WHERE service LIKE 'shelf-%' GROUP BY service ORDER BY service`,
  );
  const expected = new Map<string, number>();
  for (let number = 0; number < alerts; number++) {
    const service = `shelf-${number % services}`;
    expected.set(service, (expected.get(service) ?? 0) + 1);
  }
  const found = new Map(rows.map((row) => [row.split(" ")[0] ?? "", row]));
  const wrongCounts = [...expected].flatMap(([service, count]) => {
    const row = found.get(service) ?? `${service} 0 0`;
    return row === `${service} 1 ${count}` ? [] : [`${row}, sent ${count}`];
  });
  return {
    incidents: rows.reduce((sum, row) => sum + Number(row.split(" ")[1]), 0),
    countedAlerts: rows.reduce((sum, row) => sum + Number(row.split(" ")[2]), 0),
    wrongCounts,
    unread: await postgres.number("SELECT count(*)::int AS n FROM inbox WHERE state <> 'processed'"),
  };
}
