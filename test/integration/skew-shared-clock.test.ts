import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clock } from "../../src/app/ports.ts";
import { epochMs } from "../../src/core/ids.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { openSharedClock } from "../../src/store/shared-clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const MINUTE_MS = 60_000;
/** Measuring on a busy machine is off by this much at most. */
const CLOSE_MS = 1_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
});
afterAll(() => database.stop());

const offBy = (ms: number): Clock => ({ nowMs: () => epochMs(Date.now() + ms) });
const logger = createLogger({ level: "silent" });

test.each([10 * MINUTE_MS, -10 * MINUTE_MS, 4 * MINUTE_MS])(
  "a clock that is %d ms off shows the database's time, and is told of beyond five minutes",
  async (ms) => {
    const told: number[] = [];
    const clock = await openSharedClock(database.connectionString, {
      machine: offBy(ms),
      logger,
      onSkewed: () => told.push(ms),
    });
    const [off, skewMs] = [Math.abs(clock.nowMs() - Date.now()), clock.skewMs()];
    await clock.stop();

    expect(off).toBeLessThan(CLOSE_MS);
    expect(Math.abs(skewMs + ms)).toBeLessThan(CLOSE_MS);
    expect(told).toHaveLength(Math.abs(ms) > 5 * MINUTE_MS ? 1 : 0);
  },
);

test("a clock that is kept is left alone, whatever the measuring adds", async () => {
  const clock = await openSharedClock(database.connectionString, { machine: offBy(40), logger });
  const skewMs = clock.skewMs();
  await clock.stop();

  expect(skewMs).toBe(0);
});

test("without a database there is no clock to begin with", async () => {
  const nowhere = openSharedClock("postgres://nobody@127.0.0.1:1/none", { machine: offBy(0), logger });

  await expect(nowhere).rejects.toThrow("ECONNREFUSED");
});
