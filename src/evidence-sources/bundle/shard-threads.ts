import { availableParallelism, loadavg } from "node:os";
import { Worker } from "node:worker_threads";
import type { ShardCount } from "./count-shard.ts";
import type { Shard } from "./shards.ts";
import { type CountedShard, noteLines, type SharedShards, shareShards, takeShard } from "./shared-shards.ts";

/** More threads wait for memory and disk more than they count. */
const MAX_THREADS = 3;
/** So many waiting processes for each core. */
const BUSY = 1.5;
/** Counting leaves little garbage, and a thread keeps what it is given for it. */
const YOUNG_MEMORY = { maxYoungGenerationSizeMb: 8 };

export interface ShardCounting {
  readonly maxLines: number;
  readonly signal: AbortSignal;
  /** Threads besides this one; by the machine when left out. */
  readonly threads?: number;
  /** What they run; tests have some that fail. */
  readonly program?: URL;
}

/** Shards that other threads have begun to count. */
export interface CountingRun {
  /**
   * Counts along and gives the first shards that hold `maxLines` lines together, or all of them, in their order. The
   * counts do not depend on the threads, nor on which of them failed: what a failed one did not tell is counted here.
   * Throws when the reading was aborted.
   */
  finish(): Promise<readonly ShardCount[]>;
  /** Ends the threads; nothing happens when they have ended. */
  end(): void;
}

/** Starts counting shards on other threads at once, so that this one may load and read something else meanwhile. */
export function startCounting(shards: readonly Shard[], counting: ShardCounting): CountingRun {
  return new ThreadedCounting(shards, counting);
}

class ThreadedCounting implements CountingRun {
  readonly #shared: SharedShards;
  readonly #signal: AbortSignal;
  readonly #counts: (ShardCount | undefined)[];
  readonly #workers: readonly Worker[];
  readonly #ends: readonly Promise<void>[];
  readonly #stop = () => this.end();

  constructor(shards: readonly Shard[], { maxLines, signal, threads, program }: ShardCounting) {
    this.#shared = shareShards(shards, maxLines);
    this.#signal = signal;
    this.#counts = shards.map(() => undefined);
    const workerData = this.#shared;
    const file = program ?? new URL("./count-worker.ts", import.meta.url);
    this.#workers = Array.from(
      { length: threads ?? threadsFor(shards.length) },
      () => new Worker(file, { workerData, resourceLimits: YOUNG_MEMORY }),
    );
    this.#ends = this.#workers.map((worker) => this.#follow(worker));
    signal.addEventListener("abort", this.#stop, { once: true });
  }

  /** Until the thread has ended, whichever way. */
  #follow(worker: Worker): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    worker.on("message", ({ index, count }: CountedShard<ShardCount>) => {
      this.#counts[index] = count;
    });
    // What it did not tell is counted here; unheard, the error would end the program.
    worker.on("error", () => undefined);
    worker.on("exit", () => resolve());
    return promise;
  }

  async finish(): Promise<readonly ShardCount[]> {
    const { countShard, linesOf } = await import("./count-shard.ts");
    for (let shard = takeShard(this.#shared); shard !== null; shard = takeShard(this.#shared)) {
      const count = await countShard(shard, this.#signal);
      noteLines(this.#shared, shard.index, linesOf(count));
      this.#counts[shard.index] = count;
    }
    await Promise.all(this.#ends);
    this.#signal.throwIfAborted();
    const found: ShardCount[] = [];
    let lines = 0;
    for (const shard of this.#shared.shards) {
      if (lines >= this.#shared.maxLines) break;
      const count = this.#counts[shard.index] ?? (await countShard(shard, this.#signal));
      found.push(count);
      lines += linesOf(count);
    }
    return found;
  }

  end(): void {
    this.#signal.removeEventListener("abort", this.#stop);
    for (const worker of this.#workers) void worker.terminate();
  }
}

/** On a busy machine a further thread takes from others what it gains, and starts late. */
function threadsFor(shards: number): number {
  const cores = availableParallelism();
  const isBusy = (loadavg()[0] ?? 0) > BUSY * cores;
  return isBusy ? 0 : Math.max(0, Math.min(MAX_THREADS, cores - 1, shards - 1));
}
