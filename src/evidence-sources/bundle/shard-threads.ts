import { availableParallelism, loadavg } from "node:os";
import { Worker } from "node:worker_threads";
import { countShard, type ShardCount } from "./count-shard.ts";
import type { Shard } from "./shards.ts";

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
}

/**
 * Counts shards on this thread and on others, at most until `maxLines` are reached. The counts come in the order of the
 * shards and do not depend on the threads; a thread that fails only costs time.
 */
export async function countShards(
  shards: readonly Shard[],
  { maxLines, signal, threads = threadsFor(shards.length) }: ShardCounting,
): Promise<readonly ShardCount[]> {
  const counts: (ShardCount | undefined)[] = shards.map(() => undefined);
  const queue = new ShardQueue(shards, counts, maxLines);
  const workers = Array.from({ length: threads }, () => startWorker());
  try {
    await Promise.all([...workers.map((worker) => countElsewhere(worker, queue, signal)), countHere(queue, signal)]);
    // What a failed thread gave back.
    await countHere(queue, signal);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return withinLimit(counts, maxLines);
}

/** On a busy machine a further thread takes from others what it gains, and starts late. */
function threadsFor(shards: number): number {
  const cores = availableParallelism();
  const isBusy = (loadavg()[0] ?? 0) > BUSY * cores;
  return isBusy ? 0 : Math.max(0, Math.min(MAX_THREADS, cores - 1, shards - 1));
}

function startWorker(): Worker {
  const worker = new Worker(new URL("./count-worker.ts", import.meta.url), { resourceLimits: YOUNG_MEMORY });
  // Whoever waits for an answer hears of it; while nobody does it must not end the program.
  worker.on("error", () => undefined);
  return worker;
}

/** Shards that nobody counts yet, in order; none any more once enough lines were counted. */
class ShardQueue {
  readonly #waiting: Shard[];
  readonly #counts: (ShardCount | undefined)[];
  readonly #maxLines: number;
  #lines = 0;

  constructor(shards: readonly Shard[], counts: (ShardCount | undefined)[], maxLines: number) {
    this.#waiting = [...shards];
    this.#counts = counts;
    this.#maxLines = maxLines;
  }

  next(): Shard | null {
    return this.#lines >= this.#maxLines ? null : (this.#waiting.shift() ?? null);
  }

  done(shard: Shard, count: ShardCount): void {
    this.#counts[shard.index] = count;
    this.#lines += linesOf(count);
  }

  giveBack(shard: Shard): void {
    this.#waiting.unshift(shard);
  }
}

function linesOf({ pieces }: ShardCount): number {
  return pieces.reduce((sum, piece) => sum + piece.lines, 0);
}

/** The first shards, as far as they follow each other and those before did not reach the limit yet. */
function withinLimit(counts: readonly (ShardCount | undefined)[], maxLines: number): readonly ShardCount[] {
  const found: ShardCount[] = [];
  let lines = 0;
  for (const count of counts) {
    if (count === undefined || lines >= maxLines) break;
    found.push(count);
    lines += linesOf(count);
  }
  return found;
}

async function countHere(queue: ShardQueue, signal: AbortSignal): Promise<void> {
  for (let shard = queue.next(); shard !== null; shard = queue.next())
    queue.done(shard, await countShard(shard, signal));
}

async function countElsewhere(worker: Worker, queue: ShardQueue, signal: AbortSignal): Promise<void> {
  for (let shard = queue.next(); shard !== null; shard = queue.next()) {
    const count = await ask(worker, shard, signal);
    if (count === null) {
      queue.giveBack(shard);
      return;
    }
    queue.done(shard, count);
  }
}

/** What the thread counted; null when it failed. Throws when the reading was aborted. */
async function ask(worker: Worker, shard: Shard, signal: AbortSignal): Promise<ShardCount | null> {
  const { promise, resolve } = Promise.withResolvers<ShardCount | null>();
  const fail = () => resolve(null);
  const answer = (count: ShardCount | null) => resolve(count);
  worker.once("message", answer);
  worker.once("error", fail);
  worker.once("exit", fail);
  signal.addEventListener("abort", fail, { once: true });
  worker.postMessage(shard);
  const count = await promise;
  worker.off("message", answer).off("error", fail).off("exit", fail);
  signal.removeEventListener("abort", fail);
  signal.throwIfAborted();
  return count;
}
