import { closeSync, openSync, readSync } from "node:fs";
import type { LogRepeats } from "../../core/event.ts";
import { isContinuation } from "../../platform/records/exceptions.ts";
import { type LinePlacesState, placeNear } from "./line-places.ts";
import { readLines } from "./lines.ts";
import { type LogRecord, recordFromJson, recordFromText } from "./log-record.ts";
import { addRecord, append, type LogReading, type Pending, parseObject } from "./read-log.ts";
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

/** A kept line by its number in its file. */
export interface Wanted {
  readonly line: number;
  readonly repeats: LogRepeats | null;
}

/** A file whose lines were counted, and what finds them again: each piece with the number of lines before it. */
export interface CountedFile {
  readonly file: BundleFile;
  readonly reading: LogReading;
  readonly pieces: readonly { readonly before: number; readonly places: LinePlacesState }[];
}

/** Reads the kept lines of a file again, with the lines that belong to each, and adds them as records to the sink. */
export async function readKept(counted: CountedFile, kept: readonly Wanted[]): Promise<void> {
  const wanted = kept.toSorted((a, b) => a.line - b.line);
  if (wanted.length === 0) return;
  if (counted.file.gzip) await readFromStream(counted, wanted);
  else readFromFile(counted, wanted);
}

function readFromFile(counted: CountedFile, wanted: readonly Wanted[]): void {
  const handle = openSync(counted.file.path, "r");
  try {
    const lines = new LinesAt(handle, counted.reading.sink.limits.maxLineBytes);
    for (const each of wanted) {
      const next = lines.from(each.line, placeOfLine(counted, each.line));
      const before = () => (each.line <= 1 ? null : lines.from(each.line - 1, placeOfLine(counted, each.line - 1))());
      addKept(counted, each, { next, before });
    }
  } finally {
    closeSync(handle);
  }
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
  let at = 0;
  let open: { readonly each: Wanted; readonly before: string | null; readonly lines: string[] } | null = null;
  let before: string | null = null;
  const close = () => {
    if (open === null) return;
    const { each, lines, before: line } = open;
    addKept(counted, each, { next: () => lines.shift() ?? null, before: () => line });
    open = null;
  };
  for await (const lines of readLines(file, reading.sink.limits, reading.signal)) {
    for (const { number, text } of lines) {
      const next = wanted[at];
      if (number === next?.line) {
        close();
        open = { each: next, before, lines: [text] };
        at += 1;
      } else if (open !== null && open.lines.length < MAX_RECORD_LINES) open.lines.push(text);
      before = text;
    }
    if (at === wanted.length && (open === null || open.lines.length >= MAX_RECORD_LINES)) break;
  }
  close();
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
  addRecord(pending, { ...reading, file, tally: tallyOf(reading.tally.ref) });
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
