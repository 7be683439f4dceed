import { expect, test } from "vitest";
import { measureAck } from "../../bench/measure/ack.ts";

const LINES = 200_000;

test(`people are acknowledged within half a second while ${LINES} log lines are investigated in the same process`, async () => {
  const { interactions, lost, p99Ms } = await measureAck({ lines: LINES, interactions: 60 });

  expect(interactions).toBeGreaterThanOrEqual(60);
  expect(lost).toBe(0);
  expect(p99Ms).toBeLessThan(500);
}, 300_000);
