import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IncidentAnswer } from "../../src/app/verbs.ts";
import { DEFAULT_TENANT, incidentId } from "../../src/core/ids.ts";
import { PostOffice } from "../support/fake-slack/post-office.ts";
import { anAnswer, investigatingView } from "../support/fake-slack/sample-answers.ts";

const INCIDENTS = 30;
const MINUTE_MS = 60_000;
const MOST_RUNS = 1000;
let office: PostOffice;

beforeEach(async () => {
  office = new PostOffice();
  await office.start();
});
afterEach(() => office.stop());

const slack = () => office.fake.workspace;
const incident = (number: number): IncidentAnswer =>
  anAnswer({ incident: { ...anAnswer().incident, id: incidentId(`INC-${number}`) } });

interface Job {
  readonly answer: IncidentAnswer;
  readonly notBeforeMs: number;
}

/** The jobs of these incidents, each at the time it asks for, until nothing is left to do; how often any ran. */
async function publishAll(answers: readonly IncidentAnswer[]): Promise<number> {
  let jobs: Job[] = answers.map((answer) => ({ answer, notBeforeMs: office.clock.nowMs() }));
  for (let runs = 0; runs < MOST_RUNS; runs++) {
    const [first, ...others] = jobs.toSorted((a, b) => a.notBeforeMs - b.notBeforeMs);
    if (first === undefined) return runs;
    office.clock.advance(Math.max(0, first.notBeforeMs - office.clock.nowMs()));
    const outcome = await office.publish(first.answer);
    jobs = outcome.status === "done" ? others : [...others, { ...first, notBeforeMs: outcome.notBeforeMs }];
  }
  throw new Error("publishing does not end");
}

const posts = () =>
  slack().messages.map(({ ts, threadTs }) => ({ atMs: Number(ts) * 1000, isCard: threadTs === null }));

function most(withinMs: number): number {
  const times = posts().map(({ atMs }) => atMs);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + withinMs).length));
}

describe(`${INCIDENTS} incidents at once in one channel`, () => {
  test("get one card each with its thread, cards first, at the pace that Slack takes", async () => {
    const runs = await publishAll(Array.from({ length: INCIDENTS }, (_, number) => incident(number)));

    expect(slack().roots()).toHaveLength(INCIDENTS);
    for (const { ts } of slack().roots()) expect(slack().replies(ts)).toHaveLength(2);
    expect(most(MINUTE_MS)).toBeLessThanOrEqual(60);
    expect(most(900)).toBeLessThanOrEqual(3);
    // The first incident finds a quiet channel and is told whole.
    const kinds = posts().map(({ isCard }) => isCard);
    expect(kinds.slice(0, INCIDENTS + 2).filter((isCard) => isCard)).toHaveLength(INCIDENTS);
    expect(runs).toBeLessThan(INCIDENTS * 8);
  });

  test("of which one comes while the replies of the others wait: its card stands within five seconds", async () => {
    const numbers = Array.from({ length: 10 }, (_, number) => number);
    await publishAll(numbers.map((number) => ({ ...incident(number), view: investigatingView(), analysis: null })));
    const begun = numbers.map(incident);
    for (const answer of begun) await office.publish(answer);
    expect(slack().roots()).toHaveLength(10);
    expect(posts().length).toBeLessThan(15);
    const cameMs = office.clock.nowMs();

    await publishAll([...begun, incident(99)]);

    const row = await office.messages.ofIncident(DEFAULT_TENANT, incidentId("INC-99"), "slack");
    const card = row.find(({ key }) => key.kind === "root");
    expect(Number(card?.remote?.id) * 1000 - cameMs).toBeLessThan(5000);
  });
});

test("a card whose channel changes while it waits stands in the new one, without waiting for the old one's line", async () => {
  for (let number = 0; number < 12; number++) await office.publish(incident(number));
  office.channel = "C0PAYMENTS";

  await office.publish(incident(11));

  expect(slack().roots("C0PAYMENTS")).toHaveLength(1);
});
