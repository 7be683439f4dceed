import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { withClient } from "../../src/store/client.ts";
import { DRAWN_LATER } from "../../src/surfaces/slack/delivery/chart-file.ts";
import { seeded } from "../chaos/random.ts";
import { Sender } from "../chaos/sender.ts";
import { createTestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { eventually } from "../support/install.ts";
import { type RealProcess, startTraceops } from "../support/processes.ts";
import { StormSlack } from "./storm-slack.ts";

const SECRET = "a-webhook-secret-for-skewed-clocks";
const READY_WITHIN_MS = 90_000;
const SHIFT = pathToFileURL(join(import.meta.dirname, "skew-clock.ts")).href;

/** How far each process's clock is off, in minutes. */
export interface Clocks {
  readonly web: number;
  readonly workers: readonly number[];
}

export interface SkewFigures {
  /** Service, state and times of every incident, as the facts have it. */
  readonly states: readonly string[];
  /** What each card says in the end, by service, without times of day. */
  readonly cards: readonly string[];
  readonly roots: number;
  readonly doubles: readonly string[];
  readonly undone: number;
  readonly facts: number;
  readonly tookMs: number;
  readonly logs: Readonly<Record<string, string>>;
}

export interface Story {
  readonly cases: number;
  /** The same in both runs: what the sender said happened when. */
  readonly beganMs: number;
  readonly seed: number;
  readonly withinMs: number;
}

/** Runs a story through real processes whose clocks are off, and says how it ended. */
export async function runSkewed(clocks: Clocks, story: Story): Promise<SkewFigures> {
  const folder = mkdtempSync(join(tmpdir(), "traceops-skew-"));
  const database = await createTestDatabase();
  const slack = new StormSlack({ limit: null });
  const processes = new Map<string, RealProcess>();
  try {
    await slack.start();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const settings = {
      DATABASE_URL: database.connectionString,
      TRACEOPS_DATA_DIR: folder,
      TRACEOPS_SECRET: "a-master-secret-for-skewed-clocks-0123456789",
      PAGERDUTY_WEBHOOK_SECRETS: SECRET,
      PORT: String(port),
      LOG_LEVEL: "warn",
      SLACK_BOT_TOKEN: "xoxb-skew",
      SLACK_SIGNING_SECRET: "a-signing-secret-for-skewed-clocks",
      SLACK_CHANNEL: "C0INCIDENTS",
      SLACK_API_URL: slack.apiUrl,
    };
    const off = (minutes: number) => ({
      ...settings,
      NODE_OPTIONS: `--import=${SHIFT}`,
      SKEW_MS: String(minutes * 60_000),
    });
    processes.set("web", startTraceops(["serve"], off(clocks.web)));
    for (const [index, minutes] of clocks.workers.entries())
      processes.set(`worker-${index + 1}`, startTraceops(["worker"], off(minutes)));
    await eventually(
      () =>
        fetch(`${url}/readyz`).then(
          ({ ok }) => (ok ? true : null),
          () => null,
        ),
      READY_WITHIN_MS,
    );
    return await underStory({ url, connectionString: database.connectionString, slack, processes }, story);
  } finally {
    for (const { child } of processes.values()) child.kill("SIGKILL");
    await slack.stop();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Install {
  readonly url: string;
  readonly connectionString: string;
  readonly slack: StormSlack;
  readonly processes: ReadonlyMap<string, RealProcess>;
}

async function underStory(install: Install, story: Story): Promise<SkewFigures> {
  const { url, connectionString, slack, processes } = install;
  const begun = performance.now();
  const sender = new Sender({ url, secret: SECRET, overMs: 3_000, stop: new AbortController().signal });
  await sender.sendAll(deliveriesOf(story));
  const undone = () =>
    countIn(
      connectionString,
      `SELECT count(*)::int AS n FROM outbox WHERE done_at IS NULL AND (job = 'delivery.process'
         OR job = 'surface.publish' AND last_error IS DISTINCT FROM '${DRAWN_LATER}')`,
    );
  await eventually(
    async () => ((await isTold(install, story)) && (await undone()) === 0 ? true : null),
    story.withinMs,
  ).catch(() => null);
  const roots = slack.store.standing().filter(({ threadTs }) => threadTs === null);
  return {
    states: await states(connectionString),
    cards: roots.map(({ text }) => text.replaceAll(/\d\d:\d\d(?::\d\d)?/gu, "hh:mm")).toSorted(),
    roots: roots.length,
    doubles: doubles(slack),
    undone: await undone(),
    facts: await countIn(connectionString, "SELECT count(*)::int AS n FROM alert_fact"),
    tookMs: Math.round(performance.now() - begun),
    logs: Object.fromEntries([...processes].map(([name, each]) => [name, each.log()])),
  };
}

/** Every case has its card, and every resolved one says so. */
async function isTold({ slack, connectionString }: Install, { cases }: Story): Promise<boolean> {
  const roots = slack.store.standing().filter(({ threadTs }) => threadTs === null);
  const open = await countIn(
    connectionString,
    "SELECT count(*)::int AS n FROM incident WHERE status <> 'resolved' AND substring(service FROM '\\d+')::int % 3 = 0",
  );
  const resolved = roots.filter(({ text }) => /resolved/iu.test(text)).length;
  return roots.length === cases && open === 0 && resolved >= Math.ceil(cases / 3);
}

/** Every third case ends, every second is acknowledged; all events come twice, in the order of chance. */
function deliveriesOf({ cases, beganMs, seed }: Story): readonly object[] {
  const events = Array.from({ length: cases }, (_, number) => eventsOf(number, beganMs)).flat();
  return seeded(seed).shuffled([...events, ...events]);
}

function eventsOf(number: number, beganMs: number): readonly object[] {
  const at = (seconds: number) => new Date(beganMs + number * 1_000 + seconds * 1_000).toISOString();
  const told = (kind: string, seconds: number) => ({
    event: {
      id: `skew-${number}-${kind}`,
      event_type: `incident.${kind}`,
      resource_type: "incident",
      occurred_at: at(seconds),
      data: {
        id: `QSKEW${number}`,
        type: "incident",
        title: `rack-${number} is slow`,
        urgency: "high",
        status: kind,
        created_at: at(0),
        service: { id: `PRACK${number}`, summary: `rack-${number}` },
      },
    },
  });
  return [
    told("triggered", 0),
    ...(number % 2 === 0 ? [told("acknowledged", 20)] : []),
    ...(number % 3 === 0 ? [told("resolved", 40)] : []),
  ];
}

/** Messages that say the same of the same incident twice. */
function doubles({ store }: StormSlack): readonly string[] {
  const names = store.messages.filter(({ deleted }) => !deleted).map(({ metadata }) => nameOf(metadata));
  return [...Map.groupBy(names, (name) => name)].flatMap(([name, { length }]) => (length > 1 ? [name] : []));
}

function nameOf(metadata: unknown): string {
  const text = JSON.stringify(metadata);
  const [, incident = ""] = /"incident":"([^"]*)"/u.exec(text) ?? [];
  const [, kind = ""] = /"kind":"([^"]*)"/u.exec(text) ?? [];
  return `${kind} of ${incident}`;
}

async function states(connectionString: string): Promise<readonly string[]> {
  return withClient(connectionString, async (client) => {
    const { rows } = await client.query<{ t: string }>(
      `SELECT concat_ws(' ', service, status, alert_count, severity, started_at, detected_at, resolved_at, last_alert_at) AS t
       FROM incident ORDER BY 1`,
    );
    return rows.map(({ t }) => t);
  });
}

async function countIn(connectionString: string, sql: string): Promise<number> {
  return withClient(connectionString, async (client) => {
    const { rows } = await client.query<{ n: number }>(sql);
    return rows[0]?.n ?? -1;
  });
}
