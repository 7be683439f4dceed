import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { reachableWith } from "./names.ts";
import { sweepTableOf } from "./report.ts";
import { runSweep } from "./sweep.ts";

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
const backend = hasRedis ? "redis" : "postgresql";

test("a process may die at each fail point: nothing is lost or doubled, and new work goes on within 15 seconds", async () => {
  const result = await runSweep({
    backend,
    act: "kill",
    seed: 20_261,
    names: reachableWith(backend),
    hits: [1],
    shortWaits: true,
    say: () => undefined,
  });

  expect(result.passed ? "PASSED" : sweepTableOf(result)).toBe("PASSED");
}, 600_000);
