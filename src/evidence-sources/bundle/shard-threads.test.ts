import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "./limits.ts";
import { countShards } from "./shard-threads.ts";
import { type LargeFile, type Shard, shardsOf } from "./shards.ts";

const folder = mkdtempSync(join(tmpdir(), "shards-"));
const limits = { ...DEFAULT_LIMITS, shardBytes: 100_000 };
const signal = AbortSignal.timeout(30_000);
let shards: readonly Shard[] = [];

function at(index: number): string {
  return new Date(Date.UTC(2026, 10, 21) + index * 250).toISOString();
}

async function fileOf(name: string, lines: readonly string[]): Promise<LargeFile> {
  const path = join(folder, name);
  writeFileSync(path, lines.join("\n"));
  return {
    file: { path, ref: name, role: "log", gzip: false, isOtlp: false, bytes: (await stat(path)).size },
    year: 2026,
  };
}

beforeAll(async () => {
  const json = Array.from({ length: 6_000 }, (_, index) =>
    JSON.stringify({
      time: at(index),
      level: index % 50 === 0 ? "ERROR" : "INFO",
      msg: `basket ${index} ${"x".repeat(index % 7)}`,
    }),
  );
  const text = Array.from({ length: 500 }, (_, index) => `${at(index)} WARN no paper in printer ${index}`);
  shards = shardsOf([await fileOf("basket.jsonl", json), await fileOf("till.log", text)], { limits, range: null });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("counting in shards", () => {
  test("every line is in exactly one shard", async () => {
    const counts = await countShards(shards, { maxLines: 1e9, signal, threads: 0 });

    expect(shards.length).toBeGreaterThan(4);
    expect(counts.flatMap(({ pieces }) => pieces).reduce((sum, { lines }) => sum + lines, 0)).toBe(6_500);
    const counted = counts.flatMap(({ condensed }) => condensed.kinds).reduce((sum, { lines }) => sum + lines, 0);
    expect(counted).toBe(6_500);
  });

  test("more threads find the same as one", async () => {
    const alone = await countShards(shards, { maxLines: 1e9, signal, threads: 0 });

    expect(await countShards(shards, { maxLines: 1e9, signal, threads: 2 })).toEqual(alone);
  });

  test("the limit of lines leaves out the same shards whatever the number of threads", async () => {
    const some = await countShards(shards, { maxLines: 2_000, signal, threads: 2 });

    expect(some.length).toBeLessThan(shards.length);
    expect(some).toEqual(await countShards(shards, { maxLines: 2_000, signal, threads: 0 }));
  });

  test("a reading that is aborted ends, with its threads", async () => {
    const stop = new AbortController();
    const counting = countShards(shards, { maxLines: 1e9, signal: stop.signal, threads: 1 });
    stop.abort(new Error("enough"));

    await expect(counting).rejects.toThrow("enough");
  });
});
