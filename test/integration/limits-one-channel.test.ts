import { join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type Edit, mutated } from "../support/mutated.ts";

/** Full size: LIMITS_RETRY_AFTER_S=40 LIMITS_CHANNELS=20 npx vitest run --project integration limits-one-channel */
const RETRY_AFTER_S = process.env["LIMITS_RETRY_AFTER_S"] ?? "12";
const CHANNELS = process.env["LIMITS_CHANNELS"] ?? "3";
/** Above the helper's own limit, so that its sentence is what one reads. */
const TIMEOUT_MS = 270_000;
/** A limit may be kept a little longer than asked, not for long: the job comes back by the clock of the sweep. */
const SOON_MS = 30_000;
const SCRIPT = join(import.meta.dirname, "../support/limits/one-limited-channel.ts");
const COOLDOWN = "src/surfaces/slack/delivery/cooldown.ts";

const took = z.array(z.number().nullable());
const Measured = z.object({
  others: took,
  edits: took,
  limitedAfterMs: took,
  early: z.array(z.object({ method: z.string(), channel: z.string(), earlyMs: z.number() })),
  wrong: z.array(z.string()),
});

const slowest = (times: readonly (number | null)[]) =>
  `${Math.round(Math.max(...times.map((ms) => ms ?? Infinity)))} ms`;

const measure = async (stages: "1" | "2", edits: readonly Edit[] = []) =>
  Measured.parse(await mutated(SCRIPT, [RETRY_AFTER_S, CHANNELS, stages], edits));

describe("Slack answers 429 for one channel", () => {
  test(
    "no other channel waits for it, with cards and with edits; the limited one is told after Retry-After and never before",
    async () => {
      const { others, edits, limitedAfterMs, early, wrong } = await measure("2");
      process.stdout.write(
        `slowest other card ${slowest(others)}, edit ${slowest(edits)}; limited: ${limitedAfterMs.join(", ")} ms after its end\n`,
      );

      expect(others).toHaveLength(Number(CHANNELS));
      expect([...others, ...edits]).not.toContain(null);
      expect(early).toEqual([]);
      for (const afterMs of limitedAfterMs) {
        expect(afterMs).toBeGreaterThanOrEqual(0);
        expect(afterMs).toBeLessThan(SOON_MS);
      }
      expect(wrong).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "negative control: one pause for all channels is seen",
    async () => {
      const find = 'return `slack/pause/${method}/${team ?? "-"}/${channel}`;';
      const { others } = await measure("1", [
        { file: COOLDOWN, find, replace: 'return `slack/pause/${team ?? "-"}/${channel === "" ? "" : method}`;' },
      ]);

      expect(others).toContain(null);
    },
    TIMEOUT_MS,
  );

  test(
    "negative control: a call before Retry-After is over is seen",
    async () => {
      const find = "Math.max(MIN_PAUSE_MS, waitMs)";
      const { early } = await measure("1", [{ file: COOLDOWN, find, replace: "Math.max(MIN_PAUSE_MS, waitMs / 4)" }]);

      expect(early).not.toEqual([]);
    },
    TIMEOUT_MS,
  );
});
