import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import {
  batchOf,
  countNames,
  MORNING_MS,
  newCatalog,
  newFolder,
  openSegments,
  readAll,
  smallLimits,
  type TestRow,
} from "../support/segments.ts";
import { FRAME_PLACES, flip, framesOf } from "../support/segments-harm.ts";
import { namesOfBatches } from "../support/segments-named-batches.ts";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function anyFolder(): string {
  const folder = newFolder();
  folders.push(folder);
  return folder;
}

const rowsOf = (name: string, count = 20): TestRow[] =>
  Array.from({ length: count }, (_, row) => ({ atMs: MORNING_MS + row, body: `${name}.${row}`, service: "basket" }));

const paths = (folder: string, ending = ".seg") =>
  readdirSync(join(folder, "segments"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .toSorted()
    .map((name) => join(folder, "segments", name));

/** One segment of three batches, and where each begins and ends. `sealed`: with its index, as after a clean stop. */
async function threeBatches({ sealed }: { readonly sealed: boolean }) {
  const folder = anyFolder();
  const segments = await openSegments(folder);
  const catalog = newCatalog();
  for (const name of ["first", "second", "third"])
    await segments.append(DEFAULT_TENANT, batchOf(rowsOf(name), catalog));
  await segments.close();
  const [path = ""] = paths(folder);
  if (!sealed) rmSync(path.replace(".seg", ".idx"));
  return { folder, path, frames: framesOf(path) };
}

async function readOnce(folder: string, writer: string | null) {
  const segments = await openSegments(folder, { writer });
  const { bodies, partial } = await readAll(segments);
  await segments.close();
  return { batches: [...new Set(bodies.map((body) => body.split(".")[0]))], rows: bodies.length, partial };
}

describe("a torn tail", () => {
  test.each(FRAME_PLACES)(
    "cut at: %s, is passed over, cut off at the start, and nothing before it goes",
    async (place) => {
      const { folder, path, frames } = await threeBatches({ sealed: false });
      truncateSync(path, frames[2]?.places[place] ?? 0);

      const whole = { batches: ["first", "second"], rows: 40, partial: null };
      expect(await readOnce(folder, null)).toEqual(whole);
      expect(await readOnce(folder, "api-2")).toEqual(whole);
      expect(await readOnce(folder, "api-1")).toEqual(whole);
      expect(statSync(path).size).toBe(frames[2]?.from);

      const segments = await openSegments(folder);
      await segments.append(DEFAULT_TENANT, batchOf(rowsOf("fourth")));
      await segments.close();
      expect(await readOnce(folder, null)).toEqual({ ...whole, batches: ["first", "second", "fourth"], rows: 60 });
    },
  );

  test.each([
    ["zeros", Buffer.alloc(5000)],
    ["a header's beginning", Buffer.from("TSG1\u0001\u0000\u0000\u0000")],
  ])("of %s is cut off", async (_name, tail) => {
    const { folder, path, frames } = await threeBatches({ sealed: false });
    writeFileSync(path, Buffer.concat([readFileSync(path), tail]));

    expect(await readOnce(folder, "api-1")).toEqual({ batches: ["first", "second", "third"], rows: 60, partial: null });
    expect(statSync(path).size).toBe(frames[2]?.to);
  });

  test("of a segment with nothing else leaves an empty one", async () => {
    const { folder, path } = await threeBatches({ sealed: false });
    truncateSync(path, 50);

    expect(await readOnce(folder, "api-1")).toEqual({ batches: [], rows: 0, partial: null });
    expect(statSync(path).size).toBe(0);
  });
});

describe("a damaged frame between others", () => {
  test.each(FRAME_PLACES)(
    "at: %s, hides no other frame, and every read says that something is missing",
    async (place) => {
      for (const sealed of [false, true]) {
        const { folder, path, frames } = await threeBatches({ sealed });
        flip(path, frames[1]?.places[place] ?? 0);
        const { size } = statSync(path);

        for (const writer of [null, "api-1", "api-2"]) {
          expect(await readOnce(folder, writer)).toEqual({
            batches: ["first", "third"],
            rows: 40,
            partial: "1 part of the stored records could not be read",
          });
        }
        expect(statSync(path).size).toBe(size);
      }
    },
  );

  test("at the end of a segment that was closed cleanly is told, not cut", async () => {
    const { folder, path, frames } = await threeBatches({ sealed: true });
    flip(path, frames[2]?.places["middle of the raw bytes"] ?? 0);
    const { size } = statSync(path);

    expect(await readOnce(folder, "api-1")).toMatchObject({ rows: 40, partial: expect.stringContaining("1 part") });
    expect(statSync(path).size).toBe(size);
  });

  test("does not let bytes that somebody sent pass for records", async () => {
    const forged = readFileSync((await threeBatches({ sealed: true })).path);
    const folder = anyFolder();
    const segments = await openSegments(folder);
    await segments.append(DEFAULT_TENANT, batchOf(rowsOf("honest")));
    await segments.append(DEFAULT_TENANT, {
      ...batchOf(rowsOf("carrier")),
      bytes: Buffer.concat([batchOf(rowsOf("carrier")).bytes, forged]),
    });
    await segments.append(DEFAULT_TENANT, batchOf(rowsOf("last")));
    await segments.close();
    const [path = ""] = paths(folder);
    flip(path, framesOf(path)[1]?.from ?? 0);
    rmSync(path.replace(".seg", ".idx"));

    expect(await readOnce(folder, "api-1")).toEqual({
      batches: ["honest", "last"],
      rows: 40,
      partial: "1 part of the stored records could not be read",
    });
  });
});

describe("the index of a sealed segment", () => {
  test.each([
    ["missing", (path: string) => rmSync(path)],
    ["empty", (path: string) => writeFileSync(path, "")],
    ["of other bytes", (path: string) => writeFileSync(path, "12345\n{}")],
    ["cut", (path: string) => truncateSync(path, 40)],
  ])("is made again when it is %s", async (_name, damage) => {
    const { folder, path } = await threeBatches({ sealed: true });
    const next = await openSegments(folder);
    await next.append(DEFAULT_TENANT, batchOf(rowsOf("fourth")));
    await next.close();
    const index = path.replace(".seg", ".idx");
    const before = readFileSync(index, "utf8");
    damage(index);

    expect(await readOnce(folder, null)).toMatchObject({ rows: 80, partial: null });
    expect(readFileSync(index, "utf8")).toBe(before);
  });

  test("tells when bytes of the segment are gone", async () => {
    const { folder, path, frames } = await threeBatches({ sealed: true });
    truncateSync(path, frames[1]?.to ?? 0);
    const next = await openSegments(folder);
    await next.append(DEFAULT_TENANT, batchOf(rowsOf("fourth")));
    await next.close();

    expect(await readOnce(folder, null)).toMatchObject({ rows: 60, partial: expect.stringContaining("1 part") });
  });
});

test("whatever happens to the files, they open, and no record is made up, doubled or silently lost", async () => {
  const original = anyFolder();
  const segments = await openSegments(original, { limits: smallLimits({ segmentBytes: 9000 }) });
  const catalog = newCatalog();
  const names = Array.from({ length: 12 }, (_, batch) => `b${batch}`);
  for (const name of names) await segments.append(DEFAULT_TENANT, batchOf(rowsOf(name, 10), catalog));
  await segments.close();
  const known = new Set(names.flatMap((name) => rowsOf(name, 10).map(({ body }) => body)));
  // Without its index the end of the last segment looks like an append that never ended.
  const inLast = 10 * framesOf(paths(original).at(-1) ?? "").length;
  const random = seeded(20_261_121);

  for (let round = 0; round < 150; round++) {
    const folder = anyFolder();
    cpSync(original, folder, { recursive: true });
    for (let harm = 0; harm <= random(3); harm++) harmAny([...paths(folder), ...paths(folder, ".idx")], random);
    const again = await openSegments(folder);
    const { bodies, partial } = await readAll(again);
    await again.close();

    expect(
      bodies.filter((body) => !known.has(body)),
      `round ${round}`,
    ).toEqual([]);
    expect(new Set(bodies).size, `round ${round}`).toBe(bodies.length);
    expect(partial !== null || bodies.length >= 120 - inLast, `round ${round}`).toBe(true);
  }
});

function harmAny(files: readonly string[], random: (below: number) => number): void {
  const path = files[random(files.length)] ?? "";
  const bytes = readFileSync(path);
  const at = random(bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const harms = [
    () => writeFileSync(path, before),
    () => writeFileSync(path, Buffer.concat([before, Buffer.alloc(random(200)), after])),
    () => (path.endsWith(".idx") ? rmSync(path) : flip(path, at)),
    () => flip(path, at),
  ];
  harms[random(harms.length)]?.();
}

function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("a disk that is full refuses what it cannot store, and loses nothing that it took", async () => {
  const folder = anyFolder();
  const script = resolve(import.meta.dirname, "../support/segments-filling.ts");
  // Each file may take 64 KiB; the signal that usually ends such a process is ignored, so that the write fails instead.
  const command = `trap '' XFSZ; ulimit -f 64; exec "$0" --disable-warning=ExperimentalWarning "$1" "$2"`;
  const child = spawnSync("bash", ["-c", command, process.execPath, script, folder], { encoding: "utf8" });
  const outcomes = child.stdout.trim().split("\n");
  const of = (what: string) =>
    outcomes.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
  const segments = await openSegments(folder, { writer: null });
  const { bodies, partial } = await readAll(segments, 100_000);

  expect(child.stderr).toBe("");
  expect(of("refused").length).toBeGreaterThan(2);
  expect(of("done").length).toBeGreaterThan(20);
  expect(partial).toBeNull();
  expect(countNames(bodies)).toEqual(new Map(namesOfBatches(of("done")).map((name) => [name, 1])));
});
