import { readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs } from "../../src/core/ids.ts";
import { batchOf, filesIn, namedRows, newCatalog, newFolder, openSegments, readAll } from "../support/segments.ts";
import { FRAME_PLACES, flip, framesOf } from "../support/segments-harm.ts";

const ONE_PART = "1 part of the stored records could not be read";
const MINUTE_MS = 60_000;
const folders: string[] = [];
const quiet = () => undefined;

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A segment as a process leaves it that was killed: whole frames and no index. */
async function crashed(names: readonly string[], options: { readonly withSalt: boolean } = { withSalt: true }) {
  const folder = newFolder();
  folders.push(folder);
  const segments = await openSegments(folder);
  const catalog = newCatalog();
  for (const name of names) await segments.append(DEFAULT_TENANT, batchOf(namedRows(name, 20), catalog));
  await segments.close();
  const [path = ""] = filesIn(folder, ".seg");
  rmSync(path.replace(".seg", ".idx"));
  if (!options.withSalt) rmSync(path.replace(".seg", ".salt"));
  return { folder, path, frames: framesOf(path) };
}

/** What a process reads that starts now; `after` sets its clock that much later. */
async function readOnce(folder: string, writer: string | null, after = 0) {
  const logged: { readonly level: string; readonly fields: object }[] = [];
  const note = (level: string) => (fields: object) => void logged.push({ level, fields });
  const logger = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  const clock = { nowMs: () => epochMs(Date.now() + after) };
  const segments = await openSegments(folder, { writer, logger, clock });
  const { bodies, partial } = await readAll(segments);
  await segments.close();
  return { batches: [...new Set(bodies.map((body) => body.split(" ")[0]))], partial, logged };
}

describe("the first header of a segment", () => {
  test("may be damaged: every other frame is still read, whoever reads, and nothing is cut", async () => {
    const { folder, path } = await crashed(["first", "second", "third"]);
    flip(path, 0);
    const before = readFileSync(path);

    for (const writer of [null, "api-2", "api-1", null]) {
      expect(await readOnce(folder, writer)).toMatchObject({ batches: ["second", "third"], partial: ONE_PART });
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.each([["first"], ["first", "second", "third"]])(
    "keeps all bytes when nothing else tells the salt, and says so in reads and in the log: %s",
    async (...names) => {
      const { folder, path } = await crashed(names, { withSalt: false });
      flip(path, 20);
      const before = readFileSync(path);

      const started = await readOnce(folder, "api-1");

      expect(started).toMatchObject({ batches: [], partial: ONE_PART });
      expect(started.logged).toMatchObject([
        { level: "error", fields: { path, cutBytes: 0, keptBytes: before.length } },
        { level: "error", fields: { path, damagedParts: 1, damagedBytes: before.length } },
      ]);
      expect(readFileSync(path).equals(before)).toBe(true);
      // Whoever repairs it finds everything.
      flip(path, 20);
      rmSync(path.replace(".seg", ".idx"));
      expect(await readOnce(folder, "api-1")).toMatchObject({ batches: names, partial: null, logged: [] });
    },
  );

  test("and its damage let no bytes pass for records that somebody sent", async () => {
    const forged = readFileSync((await crashed(["forged"])).path);
    for (const withSalt of [true, false]) {
      const { folder, path } = await crashed(["first"], { withSalt });
      const segments = await openSegments(folder, { writer: "api-2" });
      const carrier = batchOf(namedRows("carrier", 3));
      await segments.append(DEFAULT_TENANT, { ...carrier, bytes: Buffer.concat([carrier.bytes, forged]) });
      await segments.append(DEFAULT_TENANT, batchOf(namedRows("honest", 3)));
      await segments.close();
      const other = filesIn(folder, ".seg").find((name) => name !== path) ?? "";
      rmSync(other.replace(".seg", ".idx"));
      if (!withSalt) rmSync(other.replace(".seg", ".salt"));
      flip(other, 0);

      const { batches, partial } = await readOnce(folder, null, 2 * MINUTE_MS);

      expect({ batches, partial }).toEqual({ batches: withSalt ? ["first", "honest"] : ["first"], partial: ONE_PART });
    }
  });
});

describe("the end of a segment whose process was killed", () => {
  test.each(FRAME_PLACES)("is kept and told when it was damaged, not torn, at: %s", async (place) => {
    const { folder, path, frames } = await crashed(["first", "second", "third"]);
    flip(path, frames[2]?.places[place] ?? 0);
    const before = readFileSync(path);

    expect(await readOnce(folder, null, 2 * MINUTE_MS)).toMatchObject({ partial: ONE_PART });
    const started = await readOnce(folder, "api-1");

    expect(started).toMatchObject({ batches: ["first", "second"], partial: ONE_PART });
    expect(started.logged[0]).toMatchObject({
      level: "error",
      fields: { cutBytes: 0, keptBytes: (frames[2]?.to ?? 0) - (frames[2]?.from ?? 0) },
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("is cut, and said so, only when it is the rest of an append", async () => {
    const { folder, path, frames } = await crashed(["first", "second"]);
    truncateSync(path, (frames[1]?.to ?? 0) - 10);

    const started = await readOnce(folder, "api-1");

    expect(started).toMatchObject({ batches: ["first"], partial: null });
    const cutBytes = (frames[1]?.to ?? 0) - (frames[1]?.from ?? 0) - 10;
    expect(started.logged).toMatchObject([{ level: "warn", fields: { cutBytes, keptBytes: 0, damagedParts: 0 } }]);
  });

  test("is kept when it is noise, of whatever length", async () => {
    for (const length of [1, 71, 5000]) {
      const { folder, path } = await crashed(["first"]);
      const noise = Buffer.from(Array.from({ length }, (_, index) => 1 + ((index * 7919) % 251)));
      writeFileSync(path, Buffer.concat([readFileSync(path), noise]));
      const before = readFileSync(path);

      expect(await readOnce(folder, "api-1")).toMatchObject({ batches: ["first"], partial: ONE_PART });
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  test("may still be on its way: others tell damage once nobody wrote for a minute, and log it once", async () => {
    const { folder, path, frames } = await crashed(["first", "second"]);
    flip(path, frames[1]?.from ?? 0);
    const errors: object[] = [];
    const logger = { debug: quiet, info: quiet, warn: quiet, error: (fields: object) => void errors.push(fields) };
    const reader = await openSegments(folder, { writer: null, logger });

    expect((await readAll(reader)).partial).toBeNull();
    expect(errors).toEqual([]);
    const before = Date.now() / 1000 - 61;
    utimesSync(path, before, before);
    expect((await readAll(reader)).partial).toBe(ONE_PART);
    expect((await readAll(reader)).partial).toBe(ONE_PART);
    expect(errors).toMatchObject([{ path, damagedParts: 1 }]);
  });
});

test.each(FRAME_PLACES)("damage to the end of a sealed segment without its index is told: %s", async (place) => {
  const { folder, path, frames } = await crashed(["first", "second"]);
  const next = await openSegments(folder);
  await next.append(DEFAULT_TENANT, batchOf(namedRows("third", 20)));
  await next.close();
  rmSync(path.replace(".seg", ".idx"));
  flip(path, frames[1]?.places[place] ?? 0);

  for (const writer of [null, "api-1"]) {
    expect(await readOnce(folder, writer)).toMatchObject({ batches: ["first", "third"], partial: ONE_PART });
  }
});

test("a sealed segment that lost its end and its index is told", async () => {
  const { folder, path, frames } = await crashed(["first", "second"]);
  const next = await openSegments(folder);
  await next.append(DEFAULT_TENANT, batchOf(namedRows("third", 20)));
  await next.close();
  rmSync(path.replace(".seg", ".idx"));
  truncateSync(path, frames[1]?.places["middle of the raw bytes"] ?? 0);

  expect(await readOnce(folder, null)).toMatchObject({ batches: ["first", "third"], partial: ONE_PART });
});
