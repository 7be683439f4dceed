import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { aMixedNight, answerTo, countsOf, messageOf, type Written } from "../../../test/support/condensed-records.ts";
import type { Event } from "../../core/event.ts";
import { readBundle } from "./read-bundle.ts";

const folder = mkdtempSync(join(tmpdir(), "kinds-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const asJson = ({ level, fields, atMs, ...line }: Written) =>
  JSON.stringify({
    timestamp: new Date(atMs).toISOString(),
    level,
    "service.name": "packing",
    message: messageOf({ level, fields, atMs, ...line }),
    ...fields,
  });

async function read(limits: object): Promise<readonly Event<string>[]> {
  const reading = await readBundle([folder], { range: null, collectedAt: null, limits }, AbortSignal.timeout(20_000));
  return reading.evidence.status === "found" ? reading.evidence.events : [];
}

describe("a file that is counted", () => {
  test("says of peers, exceptions, statuses, events and words what the whole file says", {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(aMixedNight, async (lines) => {
        writeFileSync(join(folder, "packing.jsonl"), lines.map(asJson).join("\n"));

        const whole = await read({});
        const counted = await read({ condenseFromBytes: 0, maxKeptLines: 30 });

        expect(counted.length).toBeLessThan(whole.length / 2);
        expect(countsOf(counted)).toEqual(countsOf(whole));
        expect(answerTo(counted)).toEqual(answerTo(whole));
      }),
      { seed: 5, numRuns: 15 },
    );
  });
});
