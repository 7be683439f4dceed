import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/fakes.ts";
import { diskFinding, remembered } from "./health.ts";

test("what was found is kept for a minute; a look that failed is not", async () => {
  const clock = new ManualClock();
  let looks = 0;
  const health = remembered(async () => {
    looks += 1;
    if (looks === 1) throw new Error("the database is away");
    return [{ sign: "ok", part: "links", text: String(looks) }];
  }, clock);

  await expect(health()).rejects.toThrow("away");
  expect(await health()).toMatchObject([{ text: "2" }]);
  expect(await health()).toMatchObject([{ text: "2" }]);
  clock.advance(61_000);
  expect(await health()).toMatchObject([{ text: "3" }]);
});

test("a disk is spoken of when most of it is used and little is left", () => {
  const [tight, roomy] = [1e9, 100e9];

  expect(diskFinding(null)).toEqual([]);
  expect(diskFinding({ used: 0.79, freeBytes: tight })).toEqual([]);
  expect(diskFinding({ used: 0.95, freeBytes: roomy })).toEqual([]);
  expect(diskFinding({ used: 0.95, freeBytes: tight })).toMatchObject([{ sign: "FIX", part: "disk" }]);
});
