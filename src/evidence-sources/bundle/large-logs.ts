import type { KeptLine } from "../../core/columns/condense.ts";
import { createCondenser } from "../../core/columns/condenser.ts";
import type { PieceCount, ShardCount } from "./count-shard.ts";
import { type OddBudget, readAgain, type Wanted } from "./kept-lines.ts";
import { MAX_KINDS } from "./large-files.ts";
import { printed } from "./printed.ts";
import type { LogReading } from "./read-log.ts";
import type { CountingRun } from "./shard-threads.ts";
import { type LargeFile, PLACES_PER_SHARD, type Shard } from "./shards.ts";
import { type FileTally, type Sink, tallyOf } from "./sink.ts";
import type { BundleFile } from "./walk.ts";

/** Of odd lines of all files together; their records are about as large. */
const MAX_ODD_BYTES = 64 * 1024 * 1024;

/** What became of one file. */
export interface LargeReading {
  readonly file: BundleFile;
  readonly tally: FileTally;
  /** Why it could not be read to its end; null when it was. */
  readonly failure: PieceCount["failure"];
  /** How much of it was read, in one sentence; null when all of it was. */
  readonly unread: string | null;
}

/** Log files whose shards are being counted. */
export interface LargeLogs {
  readonly files: readonly LargeFile[];
  readonly shards: readonly Shard[];
  readonly counting: CountingRun;
}

/**
 * Counts the lines of log files of any length, and adds those to the sink that tell most, each with what it stands for.
 * The result does not depend on the threads that count.
 */
export async function readLargeLogs(
  { files, shards, counting }: LargeLogs,
  sink: Sink,
  signal: AbortSignal,
): Promise<readonly LargeReading[]> {
  const counts = await counting.finish();
  const found = files.map(
    ({ file, year }, index) => new CountingFile(file, { sink, tally: tallyOf(file.ref), year, signal }, index),
  );
  for (const [at, count] of counts.entries()) for (const file of found) file.add(shards[at], count);
  const kept = chosenLines(counts, sink.limits.maxKeptLines);
  sink.release();
  const budget = { lines: Math.max(0, sink.room - kept.length), bytes: MAX_ODD_BYTES };
  for (const file of found) await file.finish(kept, budget);
  return found.map((file) => file.told());
}

/** The lines to keep of all shards. Kinds of the same name are one kind. */
function chosenLines(counts: readonly ShardCount[], maxKept: number): readonly KeptLine[] {
  const numbers = new Map<string, number>();
  const loud: boolean[] = [];
  const condenser = createCondenser({ isLoud: (kind) => loud[kind] === true, maxKept });
  const numberOf = (name: string): number => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    const isFull = numbers.size >= MAX_KINDS;
    const coarse = name.slice(0, name.indexOf("\u0000"));
    if (isFull && name !== coarse) return numberOf(coarse);
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  };
  for (const { kinds, condensed } of counts) {
    const ours = kinds.map(({ key, isLoud }) => {
      const kind = numberOf(`${isLoud}\u0000${key}`);
      loud[kind] = isLoud;
      return kind;
    });
    condenser.merge(condensed, (theirs) => ours[theirs] ?? 0);
  }
  return condenser.finish(maxKept);
}

/** Puts the pieces of one file together again. */
class CountingFile {
  readonly #file: BundleFile;
  readonly #reading: LogReading;
  readonly #index: number;
  /** Each piece with the line of the file before its first and the place of its line 0. */
  readonly #pieces: { readonly before: number; readonly place: number; readonly count: PieceCount }[] = [];
  #lines = 0;

  constructor(file: BundleFile, reading: LogReading, index: number) {
    this.#file = file;
    this.#reading = reading;
    this.#index = index;
  }

  add(shard: Shard | undefined, { pieces }: ShardCount): void {
    for (const [at, count] of pieces.entries()) {
      if (shard?.pieces[at]?.index !== this.#index) continue;
      this.#pieces.push({ before: this.#lines, place: shard.index * PLACES_PER_SHARD + count.base, count });
      this.#lines += count.lines;
      this.#addTally(count);
    }
  }

  #addTally({ lines, odd, tally: { events, timeless, broken, cutLines } }: PieceCount): void {
    const { tally, sink } = this.#reading;
    sink.counted(tally, lines);
    sink.leftUnread(tally, odd.missed);
    tally.events += events;
    tally.timeless += timeless;
    tally.broken += broken;
    tally.cutLines += cutLines;
  }

  /** Adds the kept lines, and those that were left to the slow way as far as there is room. */
  async finish(kept: readonly KeptLine[], budget: OddBudget): Promise<void> {
    const pieces = this.#pieces.map(({ before, count: { places } }) => ({ before, places }));
    const again = [...kept.flatMap((each) => this.#wanted(each)), ...this.#odd()];
    await readAgain({ file: this.#file, reading: this.#reading, pieces, budget }, again);
  }

  #wanted({ place, repeats }: KeptLine): readonly Wanted[] {
    const piece = this.#pieces.find((each) => place > each.place && place <= each.place + each.count.lines);
    return piece === undefined ? [] : [{ line: place - piece.place + piece.before, repeats, oddAt: null }];
  }

  #odd(): readonly Wanted[] {
    return this.#pieces.flatMap(({ before, count: { odd } }) =>
      Array.from(odd.lines, (line, at) => ({ line: before + line, repeats: null, oddAt: odd.offsets[at] ?? 0 })),
    );
  }

  told(): LargeReading {
    const failure = this.#pieces.find(({ count }) => count.failure !== null)?.count.failure ?? null;
    return { file: this.#file, tally: this.#reading.tally, failure, unread: failure === null ? this.#unread() : null };
  }

  /** Of a compressed file nobody knows the length before its end. */
  #unread(): string | null {
    const { ref, gzip, bytes: all } = this.#file;
    const bytes = this.#pieces.reduce((sum, { count }) => sum + count.tally.bytes, 0);
    if (bytes >= all || (gzip && this.#pieces.length > 0)) return null;
    if (bytes === 0) return `${ref} was not read: the limit of lines is reached.`;
    const lines = Math.round((this.#lines * all) / bytes);
    return `${ref}: ${printed(this.#lines)} of about ${printed(lines)} lines were read, which is the limit: name fewer files.`;
  }
}
