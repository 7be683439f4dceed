import { beforeAll, describe, expect, test } from "vitest";
import { runStorm, type StormFigures } from "./storm-run.ts";

/**
 * Full size: STORM=10000 vitest run test/integration/storm-services.test.ts --project integration. Then the times, the
 * posts of a channel and the memory are held against their goals, too; in the small run they are printed only, because
 * they would say more about whatever else the machine does. STORM_LIMIT=yes: the test Slack refuses posts as Slack does.
 * STORM_EVIDENCE=yes: every case finds the records of a whole bad night. STORM_WORKERS, STORM_SERVICES, SEED.
 */
const ALERTS = Number(process.env["STORM"] ?? "400");
const IS_FULL = ALERTS >= 10_000;
const HOLDS_GOALS = IS_FULL || process.env["STORM_GOALS"] === "yes";
const SERVICES = Number(process.env["STORM_SERVICES"] ?? (IS_FULL ? "200" : "12"));
const OVER_MS = IS_FULL ? 60_000 : 8_000;
const WORKERS = Number(process.env["STORM_WORKERS"] ?? "1");
const SEED = Number(process.env["SEED"] ?? "7");

const figures: { of: StormFigures | null } = { of: null };
const seen = (): StormFigures => {
  if (figures.of === null) throw new TypeError("the storm did not run");
  return figures.of;
};

beforeAll(async () => {
  figures.of = await runStorm({
    alerts: ALERTS,
    services: SERVICES,
    overMs: OVER_MS,
    workers: WORKERS,
    redis: process.env["TEST_REDIS_URL"] !== undefined,
    hasLimit: process.env["STORM_LIMIT"] === "yes",
    hasEvidence: process.env["STORM_EVIDENCE"] === "yes",
    seed: SEED,
    // At one post a second 600 of them take eleven minutes.
    drainWithinMs: IS_FULL ? 900_000 : 240_000,
  });
  const { presses, ...rest } = figures.of;
  const slowest = (key: "ackMs" | "effectMs") => Math.round(Math.max(0, ...presses.map((each) => each[key])));
  const pressed = { presses: presses.length, slowestAckMs: slowest("ackMs"), slowestEffectMs: slowest("effectMs") };
  process.stdout.write(`seed ${SEED}: ${JSON.stringify({ ...rest, pressed })}\n`);
}, 1_600_000);

describe(`a storm of ${ALERTS} alerts of ${SERVICES} services in ${OVER_MS / 1_000} s`, () => {
  test("every alert is acknowledged, and none is refused for good", () => {
    expect(seen().accepted).toBe(ALERTS);
    expect(seen().refusals).toBe(0);
  });

  test.skipIf(!HOLDS_GOALS)("99 of 100 alerts are acknowledged within 300 ms", () => {
    expect(seen().ackP99Ms).toBeLessThan(300);
  });

  test("every service has one incident that counts exactly what was sent, and one card", () => {
    expect(seen().wrongCounts).toEqual([]);
    expect(seen().countedAlerts).toBe(ALERTS);
    expect(seen().unread).toBe(0);
    expect(seen().mostRootsOfOneService).toBe(1);
    expect(seen().roots).toBe(SERVICES);
  });

  test.skipIf(!HOLDS_GOALS)("the first card stands within ten seconds", () => {
    expect(seen().firstRootMs).toBeLessThan(10_000);
  });

  test.skipIf(!HOLDS_GOALS)("no channel gets more than sixty posts a minute", () => {
    expect(seen().mostPostsAMinute).toBeLessThanOrEqual(60);
  });

  test("every press is acknowledged within Slack's three seconds, and answered", () => {
    const { presses } = seen();
    expect(presses.length).toBeGreaterThan(2);
    expect(presses.filter(({ status }) => status !== 200)).toEqual([]);
    expect(Math.max(...presses.map(({ ackMs }) => ackMs))).toBeLessThan(3_000);
    expect(presses.filter(({ effectMs }) => !Number.isFinite(effectMs))).toEqual([]);
  });

  test.skipIf(!HOLDS_GOALS)("every press has its effect within three seconds", () => {
    const { presses } = seen();
    expect(Math.max(...presses.map(({ effectMs }) => effectMs))).toBeLessThan(3_000);
  });

  test.skipIf(!HOLDS_GOALS)("no process holds more than 512 MiB", () => {
    for (const [name, mebibytes] of Object.entries(seen().mostRssMiB)) {
      expect({ name, isWithin: mebibytes > 0 && mebibytes < 512 }).toEqual({ name, isWithin: true });
    }
  });
});
