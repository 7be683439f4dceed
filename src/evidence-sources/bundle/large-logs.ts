import type { KeptLine } from "../../core/columns/condense.ts";
import { createCondenser } from "../../core/columns/condenser.ts";
import { type PieceCount, PLACES_PER_SHARD, type ShardCount } from "./count-shard.ts";
import { type CountedFile, readKept } from "./kept-lines.ts";
import type { BundleLimits } from "./limits.ts";
import { recordFromText } from "./log-record.ts";
import { addJson, addRecord, type LogReading, parseObject } from "./read-log.ts";
import { countShards } from "./shard-threads.ts";
import { type LargeFile, type Shard, shardsOf } from "./shards.ts";
import { type FileTally, type Sink, tallyOf } from "./sink.ts";
import type { BundleFile } from "./walk.ts";

/** A compressed log grows about so much. */
const USUAL_INFLATION = 10;
const DOCUMENT = /\.json(?:\.gz)?$/iu;
/** Kinds of all shards together; later ones are told apart by their first part only. */
const MAX_KINDS = 16_384;

/** Whether the logs are so long that most of their lines are to be counted instead of kept. */
export function areLarge(files: readonly BundleFile[], limits: BundleLimits): boolean {
  const logs = files.filter(({ role, isOtlp }) => role === "log" && !isOtlp);
  return (
    logs.reduce((sum, { bytes, gzip }) => sum + (gzip ? bytes * USUAL_INFLATION : bytes), 0) >= limits.condenseFromBytes
  );
}

/** Whether this file holds lines that can be counted: no document that must be read as a whole, no batches of a collector. */
export function holdsLines(file: BundleFile, limits: BundleLimits): boolean {
  return !file.isOtlp && !(DOCUMENT.test(file.ref) && file.bytes <= limits.maxDocumentBytes);
}

/** What became of one file. */
export interface LargeReading {
  readonly file: BundleFile;
  readonly tally: FileTally;
  /** Why it could not be read to its end; null when it was. */
  readonly failure: PieceCount["failure"];
  /** How much of it was read, in one sentence; null when all of it was. */
  readonly unread: string | null;
}

/**
 * Counts the lines of log files of any length, and adds those to the sink that tell most, each with what it stands for.
 * The lines are counted in shards on several threads; the result does not depend on their number.
 */
export async function readLargeLogs(
  files: readonly LargeFile[],
  sink: Sink,
  signal: AbortSignal,
): Promise<readonly LargeReading[]> {
  const { limits, range } = sink;
  const shards = shardsOf(files, { limits, range });
  const counts = await countShards(shards, { maxLines: limits.maxCondensedLines, signal });
  const found = files.map(
    ({ file, year }, index) => new CountingFile(file, { sink, tally: tallyOf(file.ref), year, signal }, index),
  );
  for (const [at, count] of counts.entries()) for (const file of found) file.add(shards[at], count);
  const kept = chosenLines(counts, limits.maxKeptLines);
  for (const file of found) await file.finish(kept);
  return found.map((file) => file.told());
}

/** The lines to keep of all shards. Kinds of the same name are one kind. */
function chosenLines(counts: readonly ShardCount[], maxKept: number): readonly KeptLine[] {
  const numbers = new Map<string, number>();
  const loud: boolean[] = [];
  const condenser = createCondenser({ isLoud: (kind) => loud[kind] === true });
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
    condenser.merge(condensed, (theirs) => {
      const { key = "", isLoud = false } = kinds[theirs] ?? {};
      const kind = numberOf(`${isLoud}\u0000${key}`);
      loud[kind] = isLoud;
      return kind;
    });
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

  #addTally({ lines, tally: { events, timeless, broken, cutLines } }: PieceCount): void {
    const { tally, sink } = this.#reading;
    sink.counted(tally, lines);
    tally.events += events;
    tally.timeless += timeless;
    tally.broken += broken;
    tally.cutLines += cutLines;
  }

  /** Adds the lines that were left to the slow way, and the kept ones. */
  async finish(kept: readonly KeptLine[]): Promise<void> {
    for (const { before, count } of this.#pieces)
      for (const { line, text } of count.odd) this.#addOdd(text, before + line);
    const counted: CountedFile = {
      file: this.#file,
      reading: this.#reading,
      pieces: this.#pieces.map(({ before, count: { places } }) => ({ before, places })),
    };
    const wanted = kept.flatMap(({ place, repeats }) => {
      const piece = this.#pieces.find((each) => place > each.place && place <= each.place + each.count.lines);
      return piece === undefined ? [] : [{ line: place - piece.place + piece.before, repeats }];
    });
    await readKept(counted, wanted);
  }

  #addOdd(text: string, line: number): void {
    const { tally, year } = this.#reading;
    const placing = { ...this.#reading, file: this.#file, place: `L${line}` };
    const json = parseObject(text);
    if (json !== null) addJson(json, placing);
    else if (text.startsWith('{"')) tally.timeless += 1;
    else {
      // Without a time it belongs to the record before it, and is joined to that when it is kept.
      const record = recordFromText(text, year);
      if (record.atNs !== null) addRecord({ record, place: placing.place, text: record.body }, placing);
    }
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

function printed(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ",");
}
