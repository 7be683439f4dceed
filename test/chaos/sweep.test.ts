import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { FAIL_POINTS, type FailPoint } from "./names.ts";
import { sweepTableOf } from "./report.ts";
import { runSweep } from "./sweep.ts";

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
const isFailPoint = (name: string): name is FailPoint => Object.hasOwn(FAIL_POINTS, name);
/** Without Redis nothing makes the queue go away alone. */
const names = Object.keys(FAIL_POINTS)
  .filter(isFailPoint)
  .filter((name) => hasRedis || FAIL_POINTS[name] !== "no-queue");

test("a process may die at each fail point: nothing is lost or doubled, and new work goes on within 15 seconds", async () => {
  const result = await runSweep({
    backend: hasRedis ? "redis" : "postgresql",
    seed: 20_261,
    names,
    hits: [1],
    shortWaits: true,
    say: () => undefined,
  });

  expect(result.passed ? "PASSED" : sweepTableOf(result)).toBe("PASSED");
}, 600_000);
