import { closeSync, openSync, readSync } from "node:fs";
import type { LogRepeats } from "../../core/event.ts";
import { isContinuation } from "../../platform/records/exceptions.ts";
import { type LinePlacesState, placeNear } from "./line-places.ts";
import { readLines } from "./lines.ts";
import { type LogRecord, recordFromJson, recordFromText } from "./log-record.ts";
import { addJson, addRecord, append, type LogReading, type Pending, parseObject } from "./read-log.ts";
import { tallyOf } from "./sink.ts";
import type { BundleFile } from "./walk.ts";

const NEWLINE = 0x0a;
const FIRST_READ_BYTES = 6 * 1024;
/** A stack trace is not longer; what follows belongs to somebody else. */
const MAX_RECORD_LINES = 200;

/** Lines of a file from a given one on; null at its end. */
type NextLine = () => string | null;

/** A place in a file that can be read from. */
interface Around {
  readonly next: NextLine;
  /** The line before the first that `next` gives; null at the beginning. */
  readonly before: () => string | null;
}

/** A line to be read again, by its number in its file. */
export interface Wanted {
  readonly line: number;
  readonly repeats: LogRepeats | null;
  /** Where it begins, for one that was not counted because only the slow way can read it; null for a kept one. */
  readonly oddAt: number | null;
}

/** How many odd lines, and how many bytes of them, all files together may still add. */
export interface OddBudget {
  lines: number;
  bytes: number;
}

/** A file whose lines were counted, and what finds them again: each piece with the number of lines before it. */
export interface CountedFile {
  readonly file: BundleFile;
  readonly reading: LogReading;
  readonly pieces: readonly { readonly before: number; readonly places: LinePlacesState }[];
  readonly budget: OddBudget;
}

/**
 * Reads lines of a file again and adds them as records to the sink: kept ones with the lines that belong to each, odd
 * ones by themselves as long as their budget lasts. Those that it leaves out are in the tally.
 */
export async function readAgain(counted: CountedFile, lines: readonly Wanted[]): Promise<void> {
  const wanted = lines.toSorted((a, b) => a.line - b.line);
  if (wanted.length === 0) return;
  if (counted.file.gzip) await readFromStream(counted, wanted);
  else readFromFile(counted, wanted);
}

function readFromFile(counted: CountedFile, wanted: readonly Wanted[]): void {
  const handle = openSync(counted.file.path, "r");
  try {
    const lines = new LinesAt(handle, counted.reading.sink.limits.maxLineBytes);
    for (const each of wanted) {
      if (each.oddAt === null) addKept(counted, each, around(counted, lines, each.line));
      else if (hasRoom(counted))
        addOdd(counted, each.line, lines.from(each.line, { line: each.line, offset: each.oddAt })() ?? "");
    }
  } finally {
    closeSync(handle);
  }
}

function around(counted: CountedFile, lines: LinesAt, line: number): Around {
  const next = lines.from(line, placeOfLine(counted, line));
  return { next, before: () => (line <= 1 ? null : lines.from(line - 1, placeOfLine(counted, line - 1))()) };
}

function placeOfLine({ pieces }: CountedFile, line: number): { line: number; offset: number } {
  const piece = pieces.findLast(({ before }) => before < line);
  if (piece === undefined) return { line: 1, offset: 0 };
  const found = placeNear(piece.places, line - piece.before);
  return { line: found.line + piece.before, offset: found.offset };
}

/** What was compressed cannot be read from the middle: it is unpacked once more. */
async function readFromStream(counted: CountedFile, wanted: readonly Wanted[]): Promise<void> {
  const { file, reading } = counted;
  const stream = new StreamedLines(counted);
  let at = 0;
  for await (const lines of readLines(file, reading.sink.limits, reading.signal)) {
    for (const { number, text } of lines) {
      const next = wanted[at];
      const isWanted = number === next?.line;
      stream.take(text, isWanted ? next : null);
      if (isWanted) at += 1;
    }
    if (at === wanted.length && stream.isComplete) break;
  }
  stream.close();
}

/** Holds the lines behind a kept one until it is clear which of them belong to it. */
class StreamedLines {
  readonly #counted: CountedFile;
  #open: { readonly each: Wanted; readonly before: string | null; readonly lines: string[] } | null = null;
  #before: string | null = null;

  constructor(counted: CountedFile) {
    this.#counted = counted;
  }

  get isComplete(): boolean {
    return this.#open === null || this.#open.lines.length >= MAX_RECORD_LINES;
  }

  take(text: string, wanted: Wanted | null): void {
    if (wanted !== null && wanted.oddAt === null) {
      this.close();
      this.#open = { each: wanted, before: this.#before, lines: [text] };
    } else {
      // An odd line may also belong to the kept one before it.
      if (!this.isComplete) this.#open?.lines.push(text);
      if (wanted !== null && hasRoom(this.#counted)) addOdd(this.#counted, wanted.line, text);
    }
    this.#before = text;
  }

  close(): void {
    if (this.#open === null) return;
    const { each, lines, before } = this.#open;
    addKept(this.#counted, each, { next: () => lines.shift() ?? null, before: () => before });
    this.#open = null;
  }
}

/** Counts an odd line as not read once the budget is used up. */
function hasRoom({ budget, reading: { sink, tally } }: CountedFile): boolean {
  if (budget.lines > 0 && budget.bytes > 0) return true;
  sink.leftUnread(tally, 1);
  return false;
}

function addOdd({ file, reading, budget }: CountedFile, line: number, text: string): void {
  budget.lines -= 1;
  budget.bytes -= text.length;
  const placing = { ...reading, file, place: `L${line}` };
  const json = parseObject(text);
  if (json !== null) addJson(json, placing);
  else if (text.startsWith('{"')) reading.tally.timeless += 1;
  else {
    // Without a time it belongs to the record before it, and is joined to that when it is kept.
    const record = recordFromText(text, reading.year);
    if (record.atNs !== null) addRecord({ record, place: placing.place, text: record.body }, placing);
  }
}

function addKept({ file, reading }: CountedFile, { line, repeats }: Wanted, { next, before }: Around): void {
  const first = next();
  const record = first === null ? null : recordOf(first, reading.year);
  // A line of a stack trace in an object of its own belongs to the record before it.
  if (first === null || record === null || record.atNs === null) return;
  const pending: Pending = { record, place: `L${line}`, text: record.body, repeats };
  for (let more = next(), lines = 1; more !== null && lines < MAX_RECORD_LINES; more = next(), lines++) {
    const text = belonging(more, record, reading.year);
    if (text === null) break;
    append(pending, text);
  }
  if (isPartOfAnother(first, record, before)) return;
  // It was counted when it was scanned.
  const seen = tallyOf(reading.tally.ref);
  addRecord(pending, { ...reading, file, tally: seen });
  reading.tally.unkept += seen.unkept;
}

function isPartOfAnother(text: string, { body, host }: LogRecord, before: Around["before"]): boolean {
  if (!text.startsWith("{") || body === "" || !isContinuation(body)) return false;
  const json = parseObject(before() ?? "");
  return json !== null && recordFromJson(json, 0).host === host;
}

function recordOf(text: string, year: number): LogRecord {
  const json = parseObject(text);
  return json === null ? recordFromText(text, year) : recordFromJson(json, year);
}

/** The words of a line that belongs to the record before it; null when it does not. */
function belonging(text: string, to: LogRecord, year: number): string | null {
  if (!text.startsWith("{")) return recordFromText(text, year).atNs === null ? text : null;
  // A container runtime wraps each line of a stack trace into an object of its own.
  const json = MAY_CONTINUE.test(text) ? parseObject(text) : null;
  const record = json === null ? null : recordFromJson(json, year);
  return record !== null && record.host === to.host && isContinuation(record.body) ? record.body : null;
}

/** Some value of the object begins like a line of a stack trace; parsing every next line would cost as much as the kept one. */
const MAY_CONTINUE =
  /"\s?:\s?"(?:"|\\[tn]|\s|Caused by: |Traceback|\.\.\. \d|goroutine \d|panic: |[)}\]])|(?:Exception|Error|Throwable|Failure|Fault|Timeout|Interrupt|Exit|Warning)(?:: |")/u;

/** Reads lines at places of an open file. */
class LinesAt {
  readonly #handle: number;
  readonly #bytes: Buffer;
  readonly #maxLineBytes: number;
  #offset = 0;
  #size = 0;
  #at = 0;

  constructor(handle: number, maxLineBytes: number) {
    this.#handle = handle;
    this.#maxLineBytes = maxLineBytes;
    this.#bytes = Buffer.allocUnsafe(Math.max(2 * FIRST_READ_BYTES, 2 * maxLineBytes));
  }

  /** The lines from `line` on. */
  from(line: number, near: { readonly line: number; readonly offset: number }): NextLine {
    const isAhead = near.offset >= this.#offset + this.#at && near.offset < this.#offset + this.#size;
    if (isAhead) this.#at = near.offset - this.#offset;
    else this.#read(near.offset, FIRST_READ_BYTES);
    for (let skipped = near.line; skipped < line; skipped++) this.#end();
    return () => this.#next();
  }

  #next(): string | null {
    const start = this.#offset + this.#at;
    const end = this.#end();
    const from = start - this.#offset;
    if (end <= from && this.#at === from) return null;
    const to = this.#bytes[end - 1] === 0x0d ? end - 1 : end;
    return this.#bytes.toString("utf8", from, Math.min(to, from + this.#maxLineBytes)).replace(/^\uFEFF/u, "");
  }

  /** Goes behind the next newline; where the line ended. */
  #end(): number {
    let end = this.#bytes.subarray(0, this.#size).indexOf(NEWLINE, this.#at);
    if (end === -1 && this.#read(this.#offset + this.#at, this.#bytes.length))
      end = this.#bytes.subarray(0, this.#size).indexOf(NEWLINE, this.#at);
    if (end === -1) {
      this.#at = this.#size;
      return this.#size;
    }
    this.#at = end + 1;
    return end;
  }

  /** Fills the buffer from `offset` on; the place that was reached stands at its beginning. */
  #read(offset: number, length: number): boolean {
    this.#size = readSync(this.#handle, this.#bytes, 0, length, offset);
    this.#offset = offset;
    this.#at = 0;
    return this.#size > 0;
  }
}
