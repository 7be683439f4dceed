import { setTimeout as wait } from "node:timers/promises";
import { DRAWN_LATER } from "../../src/surfaces/slack/delivery/chart-file.ts";
import { type Count, count, countNotes, holds } from "./count.ts";
import { explain } from "./explain.ts";
import { type Backend, planFaults, planQueueLosses } from "./faults.ts";
import { Load } from "./load.ts";
import { People } from "./people.ts";
import { seeded } from "./random.ts";
import { Sender, sendRecords } from "./sender.ts";
import { CALM, type FaultRates, ROUGH } from "./slack/server.ts";
import { type Case, deliveriesOf, SERVICE, tellStory } from "./story.ts";
import { Striker, type Struck } from "./strike.ts";
import { startWorld, WEBHOOK_SECRET, type World } from "./world.ts";

export interface ChaosOptions {
  readonly backend: Backend;
  /** Everything goes wrong, or only the queue is lost again and again. */
  readonly plan: "everything" | "queue";
  readonly seed: number;
  /** Deliveries, doubles included; about six of them are one incident. */
  readonly webhooks: number;
  /** How long the sender sends and things go wrong. */
  readonly minutes: number;
  readonly workers: number;
  readonly preloads: readonly string[];
  /** The program also writes a note to each of PagerDuty's incidents. */
  readonly hasNotes: boolean;
  /** How long each may take after the last fault: what people say, the last card and reply, the rest of the work. */
  readonly drainMs: number;
  /** The program was started with short waits: Slack's late calls then come sooner too. */
  readonly hasShortWaits: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly keepLogs: boolean;
  /** Also says what the unfinished work waits for. */
  readonly showsWaits?: boolean;
  readonly say: (line: string) => void;
}

export interface ChaosResult {
  readonly seed: number;
  readonly backend: Backend;
  readonly webhooks: number;
  readonly passed: boolean;
  readonly count: Count;
  readonly faults: Struck;
  readonly slackFaults: Readonly<Record<string, number>>;
  readonly slackCalls: Readonly<Record<string, number>>;
  readonly refusals: number;
  readonly repeats: number;
  readonly ackP99Ms: number;
  readonly starts: number;
  /** Ends of processes that nobody ordered. */
  readonly deaths: readonly string[];
  readonly sentAfterS: number;
  /** From the first webhook until nothing was left to do. */
  readonly tookS: number;
  readonly isDrained: boolean;
  /** Jobs and webhooks that used up their tries: nothing here may. */
  readonly givenUp: number;
  /** What people said during the run, and how often they had to say it. */
  readonly dismissals: { readonly said: number; readonly tries: number };
  readonly votes: { readonly said: number; readonly tries: number };
  /** From the end of the trouble until nothing was left to do. */
  readonly drainS: number;
  readonly failedFaults: readonly string[];
  /** Runnable processes per core at the busiest time. */
  readonly load: number;
  readonly logs: string | null;
}

/** Well within the short time that the program then leaves Slack. */
const SHORT_LATEST_MS = 2_000;
const DELIVERIES_PER_INCIDENT = 6.2;
const PROGRESS_EVERY_MS = 5_000;

/** One run: sends, strikes, waits until nothing is left to do, counts. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const random = seeded(options.seed);
  const incidents = Math.max(1, Math.round(options.webhooks / DELIVERIES_PER_INCIDENT));
  const cases = tellStory(random.fork("story"), { incidents, nowMs: Date.now() });
  const deliveries = deliveriesOf(random.fork("order"), cases);
  const { backend, workers, preloads, environment = {}, hasNotes, hasShortWaits } = options;
  const slackFaults: FaultRates = { ...ROUGH, ...(hasShortWaits ? { latestMs: SHORT_LATEST_MS } : {}) };
  const world = await startWorld({ backend, workers, random, preloads, environment, slackFaults, hasNotes });
  let isKept = options.keepLogs;
  try {
    const result = await play(options, world, { cases, deliveries });
    isKept ||= !result.passed;
    return { ...result, logs: isKept ? world.folder : null };
  } finally {
    await world.stop({ keep: isKept });
  }
}

interface Plot {
  readonly cases: readonly Case[];
  readonly deliveries: readonly object[];
}

async function play(options: ChaosOptions, world: World, plot: Plot): Promise<Omit<ChaosResult, "logs">> {
  const { seed, minutes } = options;
  const stop = new AbortController();
  const sender = new Sender({ url: world.url, secret: WEBHOOK_SECRET, overMs: minutes * 54_000, stop: stop.signal });
  const striker = new Striker(world, seeded(seed).fork("targets"), (line) => {
    if (options.showsWaits === true) options.say(line);
  });
  const parts = { world, sender, striker, speakers: new People(world), load: new Load(), plot };
  const watching = showProgress(options, parts, stop.signal);
  await sendRecords(
    world.url,
    plot.cases.map(({ records }) => records),
  );
  const times = await trouble(options, parts, stop.signal);
  stop.abort();
  await watching;
  const { messages } = world.slack.store;
  const found = {
    ...count(parts.speakers.outcome(plot.cases), messages),
    ...countNotes(plot.cases, world.pagerDuty?.notes ?? null),
  };
  await explainAll(options, world, found);
  const givenUp = await world.postgres.number(GIVEN_UP);
  const result = resultOf(options, parts, { times, found, givenUp });
  return { ...result, passed: isPassed(options, result) };
}

interface Parts {
  readonly world: World;
  readonly sender: Sender;
  readonly striker: Striker;
  readonly speakers: People;
  readonly load: Load;
  readonly plot: Plot;
}

type Times = Pick<ChaosResult, "sentAfterS" | "tookS" | "drainS" | "isDrained">;

/** Sends and strikes, then lets everything come right by itself. */
async function trouble(
  { seed, backend, plan, minutes, webhooks, drainMs }: ChaosOptions,
  { world, sender, striker, speakers, plot }: Parts,
  stop: AbortSignal,
): Promise<Times> {
  const begunMs = performance.now();
  const since = () => Math.round((performance.now() - begunMs) / 100) / 10;
  const patience = AbortSignal.timeout(minutes * 60_000 + Math.min(drainMs, PEOPLE_PATIENCE_MS));
  const people = speakers.sayAll(plot.cases, AbortSignal.any([stop, patience]));
  const sending = sender.sendAll(plot.deliveries).then(since);
  const all = planFaults(seeded(seed).fork("faults"), { backend, minutes, webhooks });
  await striker.strikeAll(plan === "queue" ? planQueueLosses({ backend, minutes }) : all, stop);
  const sentAfterS = await sending;
  await people;
  const overS = since();
  await everythingSaid(world, plot.cases, Math.min(drainMs, SAID_WITHIN_MS));
  world.slack.rates = CALM;
  if (world.pagerDuty !== null) world.pagerDuty.writeFaults = [];
  const isDrained = await drained(world, drainMs);
  const tookS = since();
  return { sentAfterS, tookS, isDrained, drainS: Math.round(10 * (tookS - overS - QUIET_MS / 1000)) / 10 };
}

function resultOf(
  { seed, backend }: ChaosOptions,
  { world, sender, striker, speakers, load, plot }: Parts,
  { times, found, givenUp }: { readonly times: Times; readonly found: Count; readonly givenUp: number },
): Omit<ChaosResult, "logs" | "passed"> {
  const { refusals, repeats, ackMs } = sender.figures;
  return {
    seed,
    backend,
    webhooks: plot.deliveries.length,
    count: found,
    faults: striker.struck,
    slackFaults: Object.fromEntries(world.slack.faults),
    slackCalls: Object.fromEntries(world.slack.calls),
    refusals,
    repeats,
    ackP99Ms: Math.round(ackMs.toSorted((a, b) => a - b)[Math.floor(ackMs.length * 0.99)] ?? 0),
    starts: world.fleet.starts,
    deaths: world.fleet.deaths,
    ...times,
    givenUp,
    dismissals: { said: speakers.dismissals.answered.size, tries: speakers.dismissals.tries },
    votes: { said: speakers.votes.answered.size, tries: speakers.votes.tries },
    failedFaults: striker.failed,
    load: load.factor,
  };
}

function isPassed({ plan }: ChaosOptions, result: Omit<ChaosResult, "logs" | "passed">): boolean {
  const isWhole = holds(result.count) && result.isDrained;
  const isOrderly = result.refusals === 0 && result.givenUp === 0 && result.failedFaults.length === 0;
  const isQuick = result.repeats === 0 && result.drainS <= QUEUE_DRAIN_S * result.load;
  return isWhole && isOrderly && (plan === "everything" || isQuick);
}

/** While only the queue is lost every webhook is taken at once, and this long after its return all is done. */
const QUEUE_DRAIN_S = 60;
const MOST_EXPLAINED = 5;

async function explainAll({ say }: ChaosOptions, { slack, postgres }: World, { problems }: Count): Promise<void> {
  const services = new Set(problems.flatMap((problem) => SERVICE.exec(problem)?.[0] ?? []));
  for (const service of [...services].slice(0, MOST_EXPLAINED)) {
    for (const line of await explain(service, slack.store.messages, postgres)) say(`  ${line}`);
  }
}

const SAID_WITHIN_MS = 120_000;

/** Slack stays rough until every card and reply was posted once, on a busy machine long after the last webhook. */
async function everythingSaid({ slack }: World, cases: readonly Case[], patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const { lost, missingReplies } = count(cases, slack.store.messages);
    if (lost + missingReplies === 0) return;
    await wait(500);
  }
}

/** On a busy machine the first cards come late. */
const PEOPLE_PATIENCE_MS = 240_000;
const QUIET_MS = 4_000;
/** Later looks at what is still open, and later drawings of a chart, are planned; everything else has to be done. */
const LEFT = `SELECT count(*)::int AS n FROM outbox WHERE done_at IS NULL AND quarantined_at IS NULL
  AND (job <> 'incident.investigate' OR not_before < now() + interval '30 seconds')
  AND (last_error IS DISTINCT FROM '${DRAWN_LATER}' OR not_before < now() + interval '1 second')`;

export const GIVEN_UP = `SELECT (SELECT count(*) FROM outbox WHERE quarantined_at IS NOT NULL)::int
  + (SELECT count(*) FROM inbox WHERE state = 'quarantined')::int AS n`;

/** What the rest waits for, the most frequent first. */
const WAITS = `SELECT count(*) || ' × ' || job || ', attempt ' || max(attempts) || ', due in ' ||
    round(extract(epoch FROM max(not_before) - now())) || ' s: ' || COALESCE(last_error, 'nothing yet') AS t
  FROM outbox WHERE done_at IS NULL AND quarantined_at IS NULL GROUP BY job, last_error ORDER BY count(*) DESC LIMIT 6`;

/** Waits until nothing is left to do and Slack is not called any more. False when that takes too long. */
export async function drained(world: World, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  let quietSinceMs: number | null = null;
  while (Date.now() < deadline) {
    const left = await world.postgres.number(LEFT).catch(() => -1);
    const isQuiet = left === 0 && Date.now() - world.slack.lastCallMs > QUIET_MS / 2;
    if (!isQuiet) quietSinceMs = null;
    else quietSinceMs ??= Date.now();
    if (quietSinceMs !== null && Date.now() - quietSinceMs > QUIET_MS) return true;
    await wait(250);
  }
  return false;
}

async function showProgress(options: ChaosOptions, parts: Parts, stop: AbortSignal): Promise<void> {
  const { world, sender, striker, load, plot } = parts;
  const { cases, deliveries } = plot;
  const begunMs = performance.now();
  while (!stop.aborted) {
    await wait(PROGRESS_EVERY_MS, null, { signal: stop }).catch(() => undefined);
    load.look();
    const left = await world.postgres.number(LEFT).catch(() => "?");
    const seconds = Math.round((performance.now() - begunMs) / 1000);
    const { lost, missingReplies } = count(cases, world.slack.store.messages);
    options.say(
      `${String(seconds).padStart(4)} s · ${sender.figures.accepted} of ${deliveries.length} accepted · ${striker.total} faults · ` +
        `${cases.length - lost} of ${cases.length} cards · ${missingReplies} replies missing · ${left} jobs left`,
    );
    if (options.showsWaits === true)
      for (const waiting of await world.postgres.texts(WAITS).catch(() => [])) options.say(`       ${waiting}`);
  }
}
