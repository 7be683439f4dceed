import { existsSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs } from "../../src/core/ids.ts";
import { batchOf, filesIn, namedRows, readAll, segmentsOfTests, smallLimits } from "../support/segments.ts";

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

    expect(filesIn(folder, "")).toEqual([join(folder, "segments", "default")]);
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
