import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "./limits.ts";
import { type ShardCounting, startCounting } from "./shard-threads.ts";
import { type LargeFile, type Shard, shardsOf } from "./shards.ts";

const folder = mkdtempSync(join(tmpdir(), "shards-"));
const limits = { ...DEFAULT_LIMITS, shardBytes: 100_000 };
const signal = AbortSignal.timeout(30_000);
let shards: readonly Shard[] = [];

async function countShards(of: readonly Shard[], counting: ShardCounting) {
  const run = startCounting(of, counting);
  try {
    return await run.finish();
  } finally {
    run.end();
  }
}

const FAILED = "the counting thread failed";
const place = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/** A thread that counts so many shards, takes one more and fails without a word of it. */
function failingAfter(counted: number): URL {
  const program = `
    import { BroadcastChannel, parentPort, workerData } from "node:worker_threads";
    const { countShard, linesOf } = await import(${place("./count-shard.ts")});
    const { noteLines, takeShard } = await import(${place("./shared-shards.ts")});
    for (let left = ${counted}; ; left--) {
      const shard = takeShard(workerData);
      if (shard === null || left === 0) break;
      const count = await countShard(shard, new AbortController().signal);
      noteLines(workerData, shard.index, linesOf(count));
      parentPort.postMessage({ index: shard.index, count });
    }
    const channel = new BroadcastChannel("${FAILED}");
    channel.postMessage("now");
    channel.close();
    throw new Error("the thread failed");`;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}

function failure(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const channel = new BroadcastChannel(FAILED);
  channel.addEventListener("message", () => {
    channel.close();
    resolve();
  });
  return promise;
}

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

  test.each([0, 1, 3])(
    "a thread that fails after %i shards changes nothing, with the limit or without",
    async (taken) => {
      const program = failingAfter(taken);
      for (const maxLines of [2_000, 1e9]) {
        const alone = await countShards(shards, { maxLines, signal, threads: 0 });
        const failed = failure();
        const run = startCounting(shards, { maxLines, signal, threads: 1, program });
        // Only then: what it takes is what this thread would have taken first.
        await failed;

        expect(await run.finish()).toEqual(alone);
        run.end();
      }
    },
  );

  test("a reading that is aborted ends, with its threads", async () => {
    const stop = new AbortController();
    const counting = countShards(shards, { maxLines: 1e9, signal: stop.signal, threads: 1 });
    stop.abort(new Error("enough"));

    await expect(counting).rejects.toThrow("enough");
  });
});
