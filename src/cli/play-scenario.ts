import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import type { Actor } from "../app/actor.ts";
import { AppError } from "../app/errors.ts";
import type { IncidentAnswer, Verbs } from "../app/verbs.ts";
import { DEFAULT_TENANT, type EpochMs, epochMs } from "../core/ids.ts";
import { own, ownWords } from "../core/safe.ts";
import type { Scenario } from "../demo/scenario.ts";
import { deliverSigned, renamed, retold, senderIncidentId } from "./deliver.ts";

export interface Target {
  readonly url: string;
  readonly secret: string;
  readonly verbs: Verbs;
  /** Where the bundle source looks. */
  readonly folder: string;
}

export interface Played {
  readonly answer: IncidentAnswer;
  /** From sending the first webhook to reading the stored answer. */
  readonly webhookToAnswerMs: number;
}

const DAY_MS = 24 * 60 * 60_000;
const ANSWER_WITHIN_MS = 60_000;
const DELIVER_WITHIN_MS = 10_000;
const POLL_MS = 50;
const STORY_RUNS_ON_MS = 15 * 60_000;

export const COMMAND_LINE_ACTOR: Actor = {
  kind: "cli",
  tenant: DEFAULT_TENANT,
  id: "cli",
  name: ownWords(own("command line")),
};

/** The last time that the clock showed the scenario's alert time, and its story is over. */
export function latestTelling(alertAtMs: EpochMs, nowMs: number): EpochMs {
  const timeOfDay = alertAtMs % DAY_MS;
  const latest = Math.floor((nowMs - STORY_RUNS_ON_MS - timeOfDay) / DAY_MS) * DAY_MS + timeOfDay;
  return epochMs(latest);
}

/** Writes the scenario's records where the bundle source reads them, in place of an earlier scenario. */
export function writeBundle(scenario: Scenario, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of scenario.files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Replays a scenario through the real pipeline: signed webhooks in, the stored answer out. Earlier demo incidents are resolved first. */
export async function playScenario(target: Target, scenario: Scenario): Promise<Played> {
  writeBundle(scenario, target.folder);
  const run = `R${Date.now().toString(36).toUpperCase()}`;
  await endEarlierRuns(target, scenario);
  const startedAt = performance.now();
  for (const alert of scenario.alerts) await deliver(target, retold(alert, run));
  const answer = await awaitAnswer(target, renamed(senderIncidentId(scenario.alert), run));
  return { answer, webhookToAnswerMs: Math.round(performance.now() - startedAt) };
}

/** As a sender does: a 503 means "later", anything else is final. */
async function deliver(target: Target, body: object): Promise<void> {
  const deadline = Date.now() + DELIVER_WITHIN_MS;
  let status = await deliverSigned(target, body);
  while (status === 503 && Date.now() < deadline) {
    await wait(POLL_MS);
    status = await deliverSigned(target, body);
  }
  if (status !== 202) throw new AppError("conflict", `The demo's webhook was answered with ${status} instead of 202.`);
}

/** What `renamed` makes of a scenario's ids: longer than any id of a real sender, whose incidents are not ours to end. */
const RETOLD_ID = /^Q[0-9A-Z]{11}R[0-9A-Z]{8,}$/u;

/** Open incidents of earlier runs would take the new alert in, as they should: it is the same service. */
async function endEarlierRuns({ verbs, ...target }: Target, scenario: Scenario): Promise<void> {
  const open = await verbs.listIncidents(COMMAND_LINE_ACTOR, { status: "open", limit: 200 });
  const told = open.flatMap((incident) =>
    incident.external.filter(({ source, externalId }) => source === "pagerduty" && RETOLD_ID.test(externalId)),
  );
  for (const { externalId } of told) await deliver({ verbs, ...target }, resolvedNow(scenario.alert, externalId));
  const ids = new Set(told.map(({ externalId }) => externalId));
  await until(async () => {
    const left = await verbs.listIncidents(COMMAND_LINE_ACTOR, { status: "open", limit: 200 });
    return left.some(({ external }) => external.some(({ externalId }) => ids.has(externalId))) ? null : true;
  }, "An earlier demo incident could not be ended.");
}

const Body = z.looseObject({ event: z.looseObject({ data: z.looseObject({}) }) });

function resolvedNow(alert: object, externalId: string): object {
  const { event } = Body.parse(alert);
  return {
    event: {
      ...event,
      id: `${externalId}-ended`,
      event_type: "incident.resolved",
      occurred_at: new Date().toISOString(),
      data: { ...event.data, id: externalId, status: "resolved" },
    },
  };
}

function awaitAnswer({ verbs }: Target, externalId: string): Promise<IncidentAnswer> {
  return until(async () => {
    const incidents = await verbs.listIncidents(COMMAND_LINE_ACTOR, { limit: 50 });
    const mine = incidents.find(({ external }) => external.some((each) => each.externalId === externalId));
    const answer = mine ? await verbs.getIncident(COMMAND_LINE_ACTOR, mine.id) : null;
    return answer !== null && answer.analysis !== null ? answer : null;
  }, "No answer came.");
}

/** Asks again until there is an answer; a clear error after the time that any answer may take. */
async function until<T>(ask: () => Promise<T | null>, problem: string): Promise<T> {
  const deadline = Date.now() + ANSWER_WITHIN_MS;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== null) return answer;
    await wait(POLL_MS);
  }
  throw new AppError("conflict", `${problem} Waited ${ANSWER_WITHIN_MS / 1000} s; the log lines say what went wrong.`);
}
