import { existsSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs, tenantId } from "../../src/core/ids.ts";
import type { FileSegments } from "../../src/segments/event-segments.ts";
import { pruneSegments } from "../../src/segments/prune.ts";
import { batchOf, filesIn, MORNING_MS, namedRows, readAll, segmentsOfTests, smallLimits } from "../support/segments.ts";

const HOUR_MS = 60 * 60_000;
const { start, end } = segmentsOfTests();

afterEach(end);

describe("retention", () => {
  test("removes segments that are too old, never the one that is written", async () => {
    const { segments, paths } = await fill({ keepMs: 3.5 * HOUR_MS });

    const removed = await segments.prune(epochMs(Date.now()));
    const later = await segments.prune(epochMs(Date.now() + 1000 * HOUR_MS));

    expect(removed).toBeGreaterThan(0);
    expect(later).toBeGreaterThan(0);
    expect(paths.map((path) => existsSync(path))).toEqual([...Array(9).fill(false), true]);
    expect((await readAll(segments)).read).toBe(30);
  });

  test("removes the oldest while there is too much", async () => {
    const { segments, paths } = await fill({ maxTotalBytes: 8000 });

    await segments.prune(epochMs(Date.now()));

    const left = paths.filter((path) => existsSync(path));
    expect(left).toEqual(paths.slice(-left.length));
    expect(left.reduce((sum, path) => sum + statSync(path).size, 0)).toBeLessThanOrEqual(8000);
    expect(left.length).toBeGreaterThan(1);
  });

  test("reaches what ended processes left behind, but not what a living one may still write to", async () => {
    const { segments, folder, paths } = await fill({ keepMs: 3.5 * HOUR_MS });
    const other = await start({ writer: "api-2", keepMs: HOUR_MS }, folder);

    await other.segments.prune(epochMs(Date.now() + 1.5 * HOUR_MS));
    expect(paths.map((path) => existsSync(path))).toEqual([...Array(9).fill(false), true]);
    await segments.close();
    await other.segments.prune(epochMs(Date.now() + 3 * HOUR_MS));

    const [tenant, mark, ...others] = filesIn(folder, "");
    expect(tenant).toBe(join(folder, "segments", "default"));
    expect(mark).toMatch(/\/removed-to-\d+$/u);
    expect(others).toEqual([]);
  });

  test("does not give the name of a removed segment to a new one", async () => {
    const { segments, folder } = await start({ keepMs: HOUR_MS });
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("first", 1)));
    const first = (await readAll(segments)).events[0]?.ref;
    await segments.close();
    rmSync(join(folder, "segments", "default"), { recursive: true });

    const again = await start({ clock: { nowMs: () => epochMs(Date.now() + 1000) } }, folder);
    await again.segments.append(DEFAULT_TENANT, batchOf(namedRows("second", 1)));

    expect((await readAll(again.segments)).events[0]?.ref).not.toBe(first);
  });
});

const readFrom = (segments: FileSegments, fromMs: number, tenant = DEFAULT_TENANT) =>
  segments.read(tenant, { fromMs, toMs: MORNING_MS + 3 * HOUR_MS, limit: 1000 }, new AbortController().signal);
const gap = (until: number) =>
  `records before ${new Date(until).toISOString()} are no longer all kept (retention by age or size)`;

/** Two segments: one of the morning, one of an hour later that is still written. */
async function twoHours() {
  const started = await start({ keepMs: HOUR_MS, limits: smallLimits({ segmentBytes: 100 }) });
  const { segments, folder } = started;
  await segments.append(DEFAULT_TENANT, batchOf(namedRows("early", 30)));
  const late = namedRows("late", 30).map((row) => ({ ...row, atMs: row.atMs + HOUR_MS }));
  await segments.append(DEFAULT_TENANT, batchOf(late));
  return { segments, folder, reading: (fromMs: number) => readFrom(segments, fromMs) };
}

describe("what retention took", () => {
  test("is told to whoever asks for that time, and to nobody else", async () => {
    const { segments, reading } = await twoHours();
    expect(await reading(MORNING_MS)).toMatchObject({ read: 60, partial: null });

    await segments.prune(epochMs(Date.now() + 2 * HOUR_MS));

    const last = MORNING_MS + 29;
    for (const fromMs of [MORNING_MS - HOUR_MS, MORNING_MS, last]) {
      expect(await reading(fromMs)).toMatchObject({ read: 30, partial: gap(last) });
    }
    expect(await reading(last + 1)).toMatchObject({ read: 30, partial: null });
    expect((await readFrom(segments, MORNING_MS, tenantId("shop-b"))).partial).toBeNull();
  });

  test("is still told after a restart and by processes that only read, and never forgotten for something earlier", async () => {
    const { segments, folder } = await twoHours();
    await segments.prune(epochMs(Date.now() + 2 * HOUR_MS));
    await segments.close();
    const before = namedRows("before", 3).map((row) => ({ ...row, atMs: MORNING_MS - HOUR_MS }));
    const other = await start(
      { writer: "api-2", limits: smallLimits({ segmentBytes: 100 }), maxTotalBytes: 1 },
      folder,
    );
    await other.segments.append(DEFAULT_TENANT, batchOf(before));
    await other.segments.append(DEFAULT_TENANT, batchOf(namedRows("open", 1)));
    expect(await other.segments.prune(epochMs(Date.now()))).toBeGreaterThan(0);

    const reader = await start({ writer: null }, folder);

    expect((await readFrom(reader.segments, MORNING_MS)).partial).toBe(gap(MORNING_MS + 29));
  });

  test("counts until its last write at most, when senders' clocks were ahead or nobody knows its times", async () => {
    for (const hasIndex of [true, false]) {
      const { segments, folder } = await start({ keepMs: HOUR_MS, limits: smallLimits({ segmentBytes: 100 }) });
      const ahead = { atMs: Date.now() + 9000 * HOUR_MS, body: "from the future" };
      await segments.append(DEFAULT_TENANT, batchOf([ahead]));
      await segments.append(DEFAULT_TENANT, batchOf(namedRows("open", 1)));
      const [path = ""] = filesIn(folder, ".seg");
      utimesSync(path, (MORNING_MS + HOUR_MS) / 1000, (MORNING_MS + HOUR_MS) / 1000);
      if (!hasIndex) rmSync(path.replace(".seg", ".idx"));

      await segments.prune(epochMs(Date.now() + 2 * HOUR_MS));

      expect((await readFrom(segments, MORNING_MS)).partial).toBe(gap(MORNING_MS + HOUR_MS));
      expect((await readFrom(segments, MORNING_MS + HOUR_MS + 1)).partial).toBeNull();
    }
  });
});

test("of writers that ended a tenant keeps a bounded number, the latest; one that may still write does not count", async () => {
  const { segments, folder } = await start();
  await segments.append(DEFAULT_TENANT, batchOf(namedRows("own", 1)));
  for (let ended = 1; ended <= 6; ended++) {
    const other = await start({ writer: `ended-${ended}` }, folder);
    await other.segments.append(DEFAULT_TENANT, batchOf(namedRows(`of ${ended}`, 1)));
    await other.segments.close();
    const at = Date.now() / 1000 - 3 * 3600 + ended;
    for (const path of filesIn(folder, ".seg").filter((name) => name.includes(`ended-${ended}`)))
      utimesSync(path, at, at);
  }
  const root = join(folder, "segments");
  const retention = { keepMs: 48 * HOUR_MS, maxTotalBytes: 1024 ** 3 };

  await pruneSegments({ root, writer: "api-1", retention, maxWriters: 4 }, Date.now());
  await pruneSegments({ root, writer: "api-1", retention, maxWriters: 4 }, Date.now() + 2 * 60_000);

  const left = filesIn(folder, "").filter((path) => /(?:ended-\d|api-1)$/u.test(path));
  expect(left.map((path) => basename(path))).toEqual(["api-1", "ended-3", "ended-4", "ended-5", "ended-6"]);
  expect((await readAll(segments)).partial).toContain("no longer all kept");
});

test("files that a full disk left empty go with the next look, and nothing is told as gone", async () => {
  const { segments, folder } = await start();
  await segments.append(DEFAULT_TENANT, batchOf(namedRows("kept", 3)));
  const [path = ""] = filesIn(folder, ".seg");
  const empty = path.replace(/\d+\.seg$/u, "000001.seg");
  writeFileSync(empty, "");

  await segments.prune(epochMs(Date.now()));

  expect(existsSync(empty)).toBe(false);
  expect(await readAll(segments)).toMatchObject({ read: 3, partial: null });
});

/** Ten segments, as if one had been written every hour and the last one now. */
async function fill(options: Parameters<typeof start>[0]) {
  const started = await start({ ...options, limits: smallLimits({ segmentBytes: 2000 }) });
  for (let batch = 0; batch < 10; batch++) {
    await started.segments.append(DEFAULT_TENANT, batchOf(namedRows(`batch ${batch}`, 30)));
  }
  const paths = filesIn(started.folder, ".seg");
  for (const [index, path] of paths.entries()) {
    const at = Date.now() / 1000 - (paths.length - 1 - index) * 3600;
    utimesSync(path, at, at);
  }
  return { ...started, paths };
}
