import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { holds } from "./count.ts";
import type { Backend } from "./faults.ts";
import { withEdits } from "./mutants.ts";
import { tableOf } from "./report.ts";
import { type ChaosOptions, runChaos } from "./run.ts";

/** Fixed, so that a failure repeats as far as a plan can; `npm run test:chaos` draws a new one each time. */
const SEED = 20_261;
const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
const backend: Backend = hasRedis ? "redis" : "postgresql";

/** Above the sum of all that a run waits for, so that a slow one ends with its table instead of without a word. */
const LONGEST_MS = 540_000;

const SHORT: ChaosOptions = {
  backend,
  plan: "everything",
  seed: SEED,
  webhooks: 250,
  minutes: 0.35,
  workers: 2,
  ...withEdits("short-waits", "pagerduty-here"),
  hasNotes: true,
  hasShortWaits: true,
  drainMs: 150_000,
  keepLogs: false,
  say: () => undefined,
};

describe(`a short run on ${backend} with processes killed and stopped, the queue lost and PostgreSQL crashed`, () => {
  test(
    "loses, doubles and misses nothing, and every card says what the facts say",
    async () => {
      const result = await runChaos(SHORT);

      expect(result.passed ? "PASSED" : tableOf(result)).toBe("PASSED");
      // Trouble that never came proves nothing.
      expect(Object.values(result.faults).reduce((sum, times) => sum + times, 0)).toBeGreaterThanOrEqual(8);
      expect(Object.values(result.slackFaults).reduce((sum, times) => sum + times, 0)).toBeGreaterThan(5);
    },
    LONGEST_MS,
  );
});

describe("the counting", () => {
  test(
    "sees a program that repeats a post without looking for it",
    async () => {
      const edits = withEdits("short-waits", "pagerduty-here", "no-lookup");
      const result = await runChaos({
        ...SHORT,
        ...edits,
        plan: "queue",
        webhooks: 150,
        minutes: 0.2,
        drainMs: 40_000,
      });

      expect(holds(result.count)).toBe(false);
      expect(result.count.duplicateRoots + result.count.duplicateReplies).toBeGreaterThan(0);
    },
    LONGEST_MS,
  );
});
