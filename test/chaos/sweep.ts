import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Count, count, countNotes, holds } from "./count.ts";
import type { Backend } from "./faults.ts";
import { Load } from "./load.ts";
import { withEdits } from "./mutants.ts";
import { FAIL_POINTS, type FailPoint, isOutage, type Needs, type Outage } from "./names.ts";
import { People } from "./people.ts";
import { type Random, seeded } from "./random.ts";
import { drained, GIVEN_UP } from "./run.ts";
import { Sender, sendRecords } from "./sender.ts";
import { CALM } from "./slack/server.ts";
import { type Case, type Opinions, SERVICE, tellWhole } from "./story.ts";
import { OUTAGES, TROUBLE } from "./trouble.ts";
import { startWorld, WEBHOOK_SECRET, type World } from "./world.ts";

export interface SweepOptions {
  readonly backend: Backend;
  /** At each fail point a process dies, or it stands still, loses its locks, and wakes when others have done its work. */
  readonly act: "kill" | "stop";
  /** Names of edits besides the waits: mutants. */
  readonly edits?: readonly string[];
  readonly seed: number;
  readonly names: readonly FailPoint[];
  readonly hits: readonly number[];
  /** False: Slack's own pace, where the outcome of a lost answer is known after 30 to 40 s. */
  readonly shortWaits: boolean;
  readonly say: (line: string) => void;
}

export interface SweptPoint {
  readonly name: FailPoint;
  readonly hit: number;
  readonly wasHit: boolean;
  /** From the death until a new webhook was taken and its card stood in Slack; null when that did not happen. */
  readonly recoveryMs: number | null;
}

export interface SweepResult {
  readonly seed: number;
  readonly points: readonly SweptPoint[];
  readonly count: Count;
  readonly isDrained: boolean;
  readonly givenUp: number;
  readonly slowestRecoveryMs: number;
  /** What recovery may take here: 15 s, more on a machine that is busy with other things. */
  readonly limitMs: number;
  readonly passed: boolean;
  readonly tookS: number;
}

const RECOVERY_LIMIT_MS = 15_000;
/** Long enough for a lost answer to be looked for, twice, at the short waits. */
const CHANCE_MS = 12_000;
const HIT_WITHIN_MS = 120_000;
const PROBE_WITHIN_MS = 120_000;
/** What a dead or lost process had begun is told again after eight seconds. */
const DONE_BY_OTHERS_MS = 30_000;
const DRAIN_MS = 240_000;
const NOTED_WITHIN_MS = 30_000;
/** Longer than it takes until workers look into the outbox by themselves. */
const OUTAGE_MS = 9_000;
const BETWEEN_OUTAGES_MS = 2_000;

/** Kills a process at each fail point, at each of these hits, one after the other, in one running system. */
export async function runSweep(options: SweepOptions): Promise<SweepResult> {
  const folder = mkdtempSync(join(tmpdir(), "traceops-orders-"));
  const orders = join(folder, "orders");
  writeFileSync(orders, "");
  const random = seeded(options.seed);
  const waits = options.shortWaits ? ["short-waits"] : [];
  const edits = withEdits("pagerduty-here", ...waits, ...(options.edits ?? []));
  const world = await startWorld({
    backend: options.backend,
    workers: 2,
    random,
    slackFaults: CALM,
    hasNotes: true,
    preloads: [join(import.meta.dirname, "preload-failpoints.ts"), ...edits.preloads],
    environment: { ...edits.environment, FP_FILE: orders, FP_SEED: String(options.seed) },
  });
  try {
    return await new Sweep(options, { world, orders, random }).run();
  } finally {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly world: World;
  readonly orders: string;
  readonly random: Random;
}

class Sweep {
  readonly #options: SweepOptions;
  readonly #place: Place;
  readonly #cases: Case[] = [];
  readonly #points: SweptPoint[] = [];
  readonly #people: People;
  readonly #stop = new AbortController();
  readonly #begunMs = Date.now();
  readonly #load = new Load();

  constructor(options: SweepOptions, place: Place) {
    this.#options = options;
    this.#place = place;
    this.#people = new People(place.world);
  }

  async run(): Promise<SweepResult> {
    const { names, hits, say, seed } = this.#options;
    for (const name of names) {
      for (const hit of hits) {
        const point = await (this.#options.act === "kill" ? this.#killAt(name, hit) : this.#stopAt(name, hit));
        this.#points.push(point);
        this.#load.look();
        say(`${point.wasHit ? "hit" : "NEVER REACHED"} ${name}@${hit}, recovered after ${point.recoveryMs ?? "-"} ms`);
      }
    }
    const { world } = this.#place;
    const isDrained = await drained(world, DRAIN_MS);
    this.#stop.abort();
    const found = this.#count();
    const givenUp = await world.postgres.number(GIVEN_UP);
    const slowestRecoveryMs = Math.max(...this.#points.map(({ recoveryMs }) => recoveryMs ?? Number.POSITIVE_INFINITY));
    const limitMs = Math.round(RECOVERY_LIMIT_MS * this.#load.factor);
    const areAllHit = this.#points.every(({ wasHit }) => wasHit);
    return {
      seed,
      points: this.#points,
      count: found,
      isDrained,
      givenUp,
      slowestRecoveryMs,
      limitMs,
      passed: holds(found) && isDrained && givenUp === 0 && areAllHit && slowestRecoveryMs <= limitMs,
      tookS: Math.round((Date.now() - this.#begunMs) / 1000),
    };
  }

  #count(): Count {
    const { slack, pagerDuty } = this.#place.world;
    const cases = this.#people.outcome(this.#cases);
    return { ...count(cases, slack.store.messages), ...countNotes(cases, pagerDuty?.notes ?? null) };
  }

  async #killAt(name: FailPoint, hit: number): Promise<SweptPoint> {
    const { orders } = this.#place;
    const needs = FAIL_POINTS[name];
    const dead = `${orders}.${name}-kill-${hit}.dead`;
    const isDead = () => existsSync(dead);
    this.#trouble(needs);
    writeFileSync(orders, `${name}:kill@${hit}`);
    const working = isOutage(needs) ? this.#inOutages(needs, isDead) : this.#sendUntil(isDead, hit, needs);
    const wasHit = await happens(isDead, HIT_WITHIN_MS);
    writeFileSync(orders, "");
    this.#trouble("work");
    const recoveryMs = wasHit ? await this.#recovery(markAt(dead).atMs) : null;
    await working;
    return { name, hit, wasHit, recoveryMs };
  }

  /** Everything that changes the incident comes while one process stands still in the middle of it. */
  async #stopAt(name: FailPoint, hit: number): Promise<SweptPoint> {
    const { world, orders } = this.#place;
    const needs = FAIL_POINTS[name];
    const mark = `${orders}.${name}-stop-${hit}.dead`;
    this.#trouble(needs);
    writeFileSync(orders, `${name}:stop@${hit}`);
    const told = Array.from({ length: hit }, () => this.#next({ isWhole: true, ...SILENT }));
    await this.#deliver(told.flatMap(({ deliveries }) => deliveries.slice(0, -2)));
    if (needs === "note-edits") await this.#endAfterNotes(told);
    const isHit = () => existsSync(mark);
    const more = this.#sendUntilStopped(isHit, needs);
    const wasHit = await happens(isHit, HIT_WITHIN_MS);
    writeFileSync(orders, "");
    await more;
    this.#trouble("work");
    if (wasHit) await world.postgres.endLockSessions();
    await this.#deliver(told.flatMap(({ deliveries }) => deliveries.slice(-2)));
    if (!wasHit) return { name, hit, wasHit, recoveryMs: null };
    const { atMs, pid } = markAt(mark);
    const recoveryMs = await this.#recovery(atMs);
    const isDone = () => told.every(({ service, expected }) => this.#people.stateOn(service) === expected.state);
    await happens(isDone, DONE_BY_OTHERS_MS);
    process.kill(pid, "SIGCONT");
    return { name, hit, wasHit, recoveryMs };
  }

  #trouble(needs: Needs): void {
    const { slack, pagerDuty } = this.#place.world;
    const { ofSlack = CALM, ofPagerDuty = [] } = TROUBLE[needs] ?? {};
    slack.rates = ofSlack;
    if (pagerDuty !== null) pagerDuty.writeFaults = ofPagerDuty;
  }

  /** The queue goes away again and again, each time with work to do: most of this is hit once in each outage. */
  async #inOutages(needs: Outage, isOver: () => boolean): Promise<void> {
    const { redis } = this.#place.world;
    if (redis === null)
      throw new Error("only Redis can be taken away alone: sweep these fail points with --backend redis");
    const { begin, end } = OUTAGES[needs];
    const deadline = Date.now() + HIT_WITHIN_MS;
    while (!isOver() && Date.now() < deadline) {
      await begin(redis);
      await this.#send(1, SILENT);
      await happens(isOver, OUTAGE_MS);
      await end(redis);
      await wait(BETWEEN_OUTAGES_MS);
    }
  }

  async #sendUntilStopped(isHit: () => boolean, needs: Needs): Promise<void> {
    if (TROUBLE[needs] !== undefined && !(await happens(isHit, CHANCE_MS))) await this.#sendUntil(isHit, 1, needs);
  }

  /** Whether Slack goes wrong in the way that is wanted is a matter of chance: more incidents come until it did. */
  async #sendUntil(isOver: () => boolean, hit: number, needs: Needs): Promise<void> {
    const deadline = Date.now() + HIT_WITHIN_MS;
    await this.#send(hit, { isDismissed: needs === "people", isConfirmed: needs === "votes" }, needs);
    while (TROUBLE[needs] !== undefined && !(await happens(isOver, CHANCE_MS)) && Date.now() < deadline) {
      await this.#send(1, SILENT);
    }
  }

  /** New incidents with every kind of event, as many as the hit needs. */
  async #send(incidents: number, opinions: Opinions, needs: Needs = "work"): Promise<void> {
    const { url } = this.#place.world;
    const told = Array.from({ length: incidents }, () => this.#next({ isWhole: true, ...opinions }));
    await sendRecords(
      url,
      told.map(({ records }) => records),
    );
    const speaking = this.#people.sayAll(
      told,
      AbortSignal.any([this.#stop.signal, AbortSignal.timeout(HIT_WITHIN_MS)]),
    );
    const isInTwo = needs === "note-edits";
    const first = told.flatMap(({ deliveries }) => (isInTwo ? deliveries.slice(0, -1) : deliveries));
    await this.#deliver([...first, ...told.flatMap(({ deliveries }) => deliveries.slice(0, 1))]);
    if (isInTwo) await this.#endAfterNotes(told);
    await speaking;
  }

  #deliver(deliveries: readonly object[]): Promise<void> {
    const { world, random } = this.#place;
    const sender = new Sender({ url: world.url, secret: WEBHOOK_SECRET, overMs: 300, stop: this.#stop.signal });
    return sender.sendAll(random.shuffled(deliveries));
  }

  /** What ends an incident changes its note. */
  async #endAfterNotes(told: readonly Case[]): Promise<void> {
    const { pagerDuty } = this.#place.world;
    const stands = (id: string) => pagerDuty?.notes.some(({ incident }) => incident === id) === true;
    await happens(() => told.every(({ externalId }) => stands(externalId)), NOTED_WITHIN_MS);
    await this.#deliver(told.flatMap(({ deliveries }) => deliveries.slice(-1)));
  }

  /** How long after the death a new webhook has its card. */
  async #recovery(diedMs: number): Promise<number | null> {
    const { world } = this.#place;
    const probe = this.#next({ isWhole: false, ...SILENT });
    const sender = new Sender({ url: world.url, secret: WEBHOOK_SECRET, overMs: 0, stop: this.#stop.signal });
    void sender.sendAll(probe.deliveries);
    const { messages } = world.slack.store;
    const hasCard = () =>
      messages.some(({ text, threadTs }) => threadTs === null && SERVICE.exec(text)?.[0] === probe.service);
    return (await happens(hasCard, PROBE_WITHIN_MS)) ? Date.now() - diedMs : null;
  }

  #next(how: Opinions & { readonly isWhole: boolean }): Case {
    const told = tellWhole(this.#place.random, { index: this.#cases.length, nowMs: this.#begunMs, ...how });
    this.#cases.push(told);
    return told;
  }
}

const SILENT: Opinions = { isDismissed: false, isConfirmed: false };

/** When and who. */
function markAt(file: string): { readonly atMs: number; readonly pid: number } {
  const [atMs = 0, pid = 0] = readFileSync(file, "utf8").split(" ").map(Number);
  return { atMs, pid };
}

async function happens(look: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    if (look()) return true;
    await wait(25);
  }
  return false;
}
