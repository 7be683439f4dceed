import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/fakes.ts";
import { eventually } from "../../test/support/install.ts";
import { janitorPace, startJanitor } from "./janitor.ts";

const DAY_MS = 24 * 60 * 60_000;
const SOON = { firstMs: 1, everyMs: 1 };

/** What a janitor asks of a store that only notes it. */
function aJanitor({ webhookDays = 30, failing = "" } = {}) {
  const asked = new Map<string, unknown>();
  const logged: unknown[] = [];
  const errors: unknown[] = [];
  const step =
    (name: string, answer: number) =>
    async (before?: unknown): Promise<number> => {
      asked.set(name, before);
      if (name === failing) throw new Error("the statement was cancelled");
      return answer;
    };
  const clock = new ManualClock();
  const deps = {
    store: {
      pushedEvents: { prune: step("events", 1) },
      logCounts: { prune: step("counts", 2) },
      serviceEdges: { prune: step("edges", 3) },
      pruneDoneJobs: step("jobs", 4),
      pastTime(before: unknown) {
        asked.set("past", before);
        const [rawWebhooks, givenUp] = [step("rawWebhooks", 5), step("givenUp", 6)];
        return { rawWebhooks, givenUp, inputs: step("inputs", 7), oldAnswers: step("oldAnswers", 8) };
      },
    },
    clock,
    config: { core: { EVENT_RETENTION_HOURS: 48, WEBHOOK_RETENTION_DAYS: webhookDays, ANSWER_RETENTION_DAYS: 90 } },
    logger: { info: (facts: unknown) => logged.push(facts), error: (facts: unknown) => errors.push(facts) },
  };
  return { deps, asked, logged, errors, nowMs: clock.nowMs() };
}

test("the first round comes a minute or two after the start, so that a worker restarted more often than hourly cleans too", () => {
  expect(janitorPace(() => 0)).toEqual({ firstMs: 60_000, everyMs: 3_600_000 });
  expect(janitorPace(() => 0.5)).toEqual({ firstMs: 90_000, everyMs: 3_780_000 });
});

const STEPS = ["events", "counts", "edges", "jobs", "rawWebhooks", "givenUp", "inputs", "oldAnswers"];

test.each(STEPS)(
  "when %s cannot be cleaned everything else still is, and the next round tries again",
  async (failing) => {
    const { deps, asked, logged, errors } = aJanitor({ failing });
    const stop = startJanitor(deps, SOON);
    await eventually(() => (logged.length >= 2 ? true : null));
    await stop();

    expect([...asked.keys()]).toEqual(["past", ...STEPS]);
    expect(logged[0]).not.toHaveProperty(failing);
    expect(errors).toContainEqual(expect.objectContaining({ step: failing }));
    expect(errors.length).toBeGreaterThanOrEqual(2);
  },
);

test.each([
  [30, 90],
  [365, 365],
])("with webhooks kept for %d days those in quarantine are given up after %d", async (webhookDays, quarantineDays) => {
  const { deps, asked, logged, nowMs } = aJanitor({ webhookDays });
  const stop = startJanitor(deps, SOON);
  await eventually(() => (logged.length > 0 ? true : null));
  await stop();

  expect(asked.get("past")).toEqual({
    webhooksBefore: nowMs - webhookDays * DAY_MS,
    quarantinedBefore: nowMs - quarantineDays * DAY_MS,
    answersBefore: nowMs - 90 * DAY_MS,
  });
  expect(logged[0]).toEqual({
    events: 1,
    counts: 2,
    edges: 3,
    jobs: 4,
    rawWebhooks: 5,
    givenUp: 6,
    inputs: 7,
    oldAnswers: 8,
  });
});
