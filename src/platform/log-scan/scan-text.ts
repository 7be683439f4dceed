import { RECORD_FORMAT, RECORD_KIND } from "../../core/columns/record-batch.ts";
import type { LogSeverity } from "../../core/event.ts";
import { isContinuation } from "../records/exceptions.ts";
import { hashOfIdText } from "./id-hash.ts";
import { BYTE } from "./json-tokens.ts";
import { severityNumber } from "./line-fields.ts";
import {
  createNdjsonScanner,
  MAX_LINE_BYTES,
  type NdjsonScanner,
  type ScanTally,
  type ScanTarget,
} from "./scan-ndjson.ts";
import { firstLine, isUtf8 } from "./text-bytes.ts";
import { TextHead } from "./text-head.ts";

/** What a reader of strings finds in a text line. */
export interface TextLine {
  /** UTC ms; NaN when the line begins with no time. */
  readonly timeMs: number;
  readonly zoneless: boolean;
  readonly severity: LogSeverity;
  readonly host: string | null;
  /** The trace id, else the request id that the line names. */
  readonly traceId: string | null;
  /** The line without its time and level. */
  readonly body: string;
}

export interface TextTally extends ScanTally {
  /** Lines that went to the row before: stack traces and other lines without a time. */
  readonly joined: number;
}

export interface TextScanner {
  /**
   * Adds a row for each record of `target.batch.bytes[from, to)`: a line with the lines that belong to it, or a JSON
   * line. A line without a time joins the text row before it if that one has a time or if the line looks like a part of
   * a stack trace; else it is a row at `receivedAtMs`, or is only counted when that is NaN. `to` should stand before the
   * head of a record (see `lastRecordStart`), or the rest of a record is taken for something else.
   */
  scan(target: ScanTarget, from: number, to: number): TextTally;
}

/** `readLine` is the authority on text lines; the scanner reads those in bytes that it would read in the same way. */
export function createTextScanner(readLine: (line: string) => TextLine): TextScanner {
  return new RecordScanner(readLine);
}

/**
 * Where the last record of `bytes[from, to)` begins that starts with an ISO time or is JSON: what lies before can be
 * scanned, the rest waits for the bytes to come. `from` when there is none in the last 64 KiB.
 */
export function lastRecordStart(bytes: Uint8Array, from: number, to: number): number {
  const head = new TextHead();
  const bound = Math.max(from, to - MAX_LINE_BYTES);
  for (let at = to - 1; at > bound; at--) {
    if (bytes[at - 1] !== BYTE.newline) continue;
    if (bytes[at] === BYTE.open || head.times.isoPrefix(bytes, bytes[at] === BYTE.openList ? at + 1 : at, to) > 0)
      return at;
  }
  return from;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

class RecordScanner implements TextScanner {
  readonly #readLine: (line: string) => TextLine;
  readonly #json: NdjsonScanner = createNdjsonScanner();
  readonly #head = new TextHead();
  readonly #scratch = new Uint8Array(4 * MAX_LINE_BYTES);
  #tally = emptyTally();
  /** The text row that lines may join, -1 for none, and whether it has a time of its own. */
  #open = -1;
  #openHasTime = false;

  constructor(readLine: (line: string) => TextLine) {
    this.#readLine = readLine;
  }

  scan(target: ScanTarget, from: number, to: number): TextTally {
    this.#tally = emptyTally();
    this.#open = -1;
    const { buffer, byteOffset, byteLength } = target.batch.bytes;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    const before = target.batch.rows;
    let at = from;
    while (at < to) {
      if (bytes[at] === BYTE.open) {
        const end = endOfJson(bytes, at, to);
        this.#count(this.#json.scan(target, at, end));
        this.#open = -1;
        at = end;
        continue;
      }
      const newline = bytes.indexOf(BYTE.newline, at);
      const end = newline < 0 || newline > to ? to : newline;
      this.#line(target, bytes, { from: at, to: end > at && bytes[end - 1] === BYTE.carriageReturn ? end - 1 : end });
      at = end + 1;
    }
    this.#tally.rows = target.batch.rows - before;
    return { ...this.#tally };
  }

  #line(target: ScanTarget, bytes: Uint8Array, { from, to }: Span): void {
    if (isBlank(bytes, from, to)) return;
    this.#tally.lines++;
    if (to - from > MAX_LINE_BYTES) {
      this.#tally.tooLong++;
      this.#open = -1;
      return;
    }
    const first = bytes[from] ?? 0;
    if ((first === BYTE.space || first === BYTE.tab) && this.#open >= 0) this.#join(target, to);
    else if (this.#head.read(bytes, from, to) && this.#isWellFormed(bytes, to))
      this.#addFast(target, bytes, { from, to });
    else this.#readSlowly(target, bytes, { from, to });
  }

  #isWellFormed(bytes: Uint8Array, to: number): boolean {
    return !this.#head.isBeyondAscii || isUtf8(bytes, this.#head.bodyFrom, to);
  }

  #addFast(target: ScanTarget, bytes: Uint8Array, { from, to }: Span): void {
    const head = this.#head;
    const row = this.#addRow(target, from, to);
    const { batch } = target;
    batch.timesMs[row] = head.timeMs;
    batch.zoneless[row] = head.times.zoneless ? 1 : 0;
    batch.severities[row] = head.severity;
    this.#openHasTime = true;
    this.#mine(target, row, firstLine(bytes, head.bodyFrom, to));
  }

  #readSlowly(target: ScanTarget, bytes: Uint8Array, { from, to }: Span): void {
    this.#tally.slow++;
    const text = decoder.decode(bytes.subarray(from, to));
    const line = this.#readLine(text);
    const hasTime = !Number.isNaN(line.timeMs);
    if (!hasTime && this.#open >= 0 && (this.#openHasTime || isContinuation(text))) {
      this.#join(target, to);
      return;
    }
    if (!hasTime && Number.isNaN(target.receivedAtMs)) {
      this.#tally.timeless++;
      return;
    }
    const { batch } = target;
    const row = this.#addRow(target, from, to);
    batch.timesMs[row] = hasTime ? line.timeMs : target.receivedAtMs;
    batch.zoneless[row] = hasTime && line.zoneless ? 1 : 0;
    batch.severities[row] = severityNumber(line.severity);
    if (line.host !== null) batch.hosts[row] = batch.catalog.hosts.indexOf(line.host);
    batch.traces[row] = hashOfIdText(line.traceId);
    this.#openHasTime = hasTime;
    const { written } = encoder.encodeInto(line.body, this.#scratch);
    this.#mine(target, row, firstLine(this.#scratch, 0, written));
  }

  #addRow({ batch, service, host }: ScanTarget, from: number, to: number): number {
    const row = batch.next();
    batch.formats[row] = RECORD_FORMAT.text;
    batch.kinds[row] = RECORD_KIND.log;
    batch.offsets[row] = from;
    batch.lengths[row] = to - from;
    batch.services[row] = service;
    batch.hosts[row] = host;
    this.#open = row;
    return row;
  }

  #mine({ batch, service }: ScanTarget, row: number, words: { bytes: Uint8Array } & Span): void {
    const { services, miner } = batch.catalog;
    const group = service >= 0 ? service : services.indexOf("");
    batch.templates[row] = miner.add(group, words.bytes, words.from, words.to);
  }

  /** A record grows no longer than a line may be; what is beyond is counted and not kept. */
  #join({ batch }: ScanTarget, to: number): void {
    this.#tally.joined++;
    const length = to - (batch.offsets[this.#open] ?? 0);
    if (length <= MAX_LINE_BYTES) batch.lengths[this.#open] = length;
  }

  #count(tally: ScanTally): void {
    const mine = this.#tally;
    mine.lines += tally.lines;
    mine.others += tally.others;
    mine.refused += tally.refused;
    mine.tooLong += tally.tooLong;
    mine.timeless += tally.timeless;
    mine.slow += tally.slow;
  }
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function emptyTally() {
  return { lines: 0, rows: 0, others: 0, refused: 0, tooLong: 0, slow: 0, joined: 0, timeless: 0 };
}

/** Behind the run of lines that begin with a brace. */
function endOfJson(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] === BYTE.open) {
    const newline = bytes.indexOf(BYTE.newline, at);
    at = newline < 0 || newline >= to ? to : newline + 1;
  }
  return at;
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== BYTE.space && byte !== BYTE.tab && byte !== BYTE.carriageReturn) return false;
  }
  return true;
}
