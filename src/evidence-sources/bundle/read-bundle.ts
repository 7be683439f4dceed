import { type BundleOptions, type BundleReading, type ReadState, toReading } from "./bundle-reading.ts";
import { areLarge, largeFilesOf, MAX_KINDS } from "./large-files.ts";
import type { LargeLogs } from "./large-logs.ts";
import { type BundleLimits, DEFAULT_LIMITS } from "./limits.ts";
import { startCounting } from "./shard-threads.ts";
import { shardsOf } from "./shards.ts";
import { createSink } from "./sink.ts";
import { type BundleFile, walkBundle } from "./walk.ts";

export type { BundleOptions, BundleReading } from "./bundle-reading.ts";

/**
 * Reads incident bundles, folders and plain log files within fixed limits. Never throws on what files hold. Imports little
 * by itself: the threads that count long logs are at work while the rest of the program is loaded.
 */
export async function readBundle(
  paths: readonly string[],
  options: BundleOptions,
  signal: AbortSignal,
): Promise<BundleReading> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const walk = await walkBundle(paths, limits, signal);
  const large = await largeLogsOf(walk.files, { options, limits, signal });
  try {
    await options.meanwhile?.();
    const reserved = large === null ? 0 : Math.min(limits.maxKeptLines + MAX_KINDS, limits.maxLines >> 1);
    const state: ReadState = {
      sink: createSink(options.range, limits, reserved),
      options,
      unread: [],
      problems: [...walk.problems],
      notes: [],
      topology: [],
      alert: null,
    };
    const { readFiles } = await import("./read-files.ts");
    await readFiles(walk.files, { state, large, signal });
    return toReading(state, paths);
  } finally {
    large?.counting.end();
  }
}

interface Opening {
  readonly options: BundleOptions;
  readonly limits: BundleLimits;
  readonly signal: AbortSignal;
}

/** Long logs, which other threads begin to count; null when there are none. */
async function largeLogsOf(
  files: readonly BundleFile[],
  { options, limits, signal }: Opening,
): Promise<LargeLogs | null> {
  if (!areLarge(files, limits)) return null;
  const large = await largeFilesOf(files, options.collectedAt, limits);
  if (large.length === 0) return null;
  const shards = shardsOf(large, { limits, range: options.range });
  return { files: large, shards, counting: startCounting(shards, { maxLines: limits.maxCondensedLines, signal }) };
}
