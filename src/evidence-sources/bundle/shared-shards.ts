import type { Shard } from "./shards.ts";

const MOST = 2 ** 31 - 1;
const NOT_YET = -1;

/** Shards that several threads take in order; every thread sees the same memory, so nobody has to hand them out. */
export interface SharedShards {
  readonly shards: readonly Shard[];
  readonly maxLines: number;
  /** How many were taken, at place 0. */
  readonly taken: Int32Array;
  /** How many lines each held; below zero until it is counted. */
  readonly lines: Int32Array;
}

/** What another thread tells of a shard. */
export interface CountedShard<Count> {
  readonly index: number;
  readonly count: Count;
}

/** All of them, to be taken until `maxLines` lines were counted. */
export function shareShards(shards: readonly Shard[], maxLines: number): SharedShards {
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const lines = new Int32Array(new SharedArrayBuffer(4 * Math.max(1, shards.length))).fill(NOT_YET);
  return { shards, maxLines, taken, lines };
}

/** The next one that nobody has taken; null when there is none, or enough lines stand in those before. */
export function takeShard({ shards, maxLines, taken, lines }: SharedShards): Shard | null {
  const index = Atomics.add(taken, 0, 1);
  let before = 0;
  for (let at = 0; at < Math.min(index, shards.length); at++) before += Math.max(0, Atomics.load(lines, at));
  return before >= maxLines ? null : (shards[index] ?? null);
}

export function noteLines({ lines }: SharedShards, index: number, counted: number): void {
  Atomics.store(lines, index, Math.min(counted, MOST));
}
