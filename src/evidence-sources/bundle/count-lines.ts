import type { Condenser } from "../../core/columns/condense.ts";
import { RECORD_FORMAT, type RecordCatalog } from "../../core/columns/record-batch.ts";
import { nsToMs } from "../../core/time.ts";
import { createBatchBuilder, type ScannedBatch } from "../../platform/log-scan/batch-builder.ts";
import type { NdjsonScanner } from "../../platform/log-scan/scan-ndjson.ts";
import {
  createTextScanner,
  lastRecordStart,
  type TextLine,
  type TextScanner,
  type TextTally,
} from "../../platform/log-scan/scan-text.ts";
import type { LineChunk } from "./file-chunks.ts";
import { placeOf } from "./file-place.ts";
import { LinePlaces } from "./line-places.ts";
import type { LogKinds } from "./log-kinds.ts";
import { recordFromText } from "./log-record.ts";
import { OddLinePlaces } from "./odd-lines.ts";
import { isObjectHead, type Piece } from "./shards.ts";
import { type TimeRange, WIDEST_ZONE_MS } from "./sink.ts";

const NEWLINE = 0x0a;
const ROWS_PER_CHUNK = 3_000;
const BLANK = 0x20;
const MAX_LINE_BYTES = 64 * 1024;

/** What the lines of one shard share. */
export interface Counting {
  readonly catalog: RecordCatalog;
  readonly json: NdjsonScanner;
  readonly kinds: LogKinds;
  readonly condenser: Condenser;
  readonly range: TimeRange | null;
}

/** What a piece of a file turned out to hold. */
export interface PieceTally {
  events: number;
  timeless: number;
  broken: number;
  cutLines: number;
  bytes: number;
}

/** Counts the lines of a piece of a file, chunk by chunk. */
export class LineCounting {
  readonly places = new LinePlaces();
  readonly tally: PieceTally = { events: 0, timeless: 0, broken: 0, cutLines: 0, bytes: 0 };
  /** Lines that only the slow way can read: no JSON among JSON, or without a time in the usual fields. */
  readonly odd = new OddLinePlaces();
  /** The place of line 0. */
  readonly base: number;
  /** How many lines have ended so far. */
  line = 0;
  readonly #year: number;
  readonly #isFirst: boolean;
  readonly #shared: Counting;
  /** Where the first byte of the buffer stands in the file. */
  #origin = 0;
  readonly #service: number;
  readonly #host: number;
  readonly #fromMs: number;
  readonly #toMs: number;
  /** Reads text lines; null while the file is one of JSON lines. Its first bytes tell. */
  #text: TextScanner | null = null;
  #isOpen = false;
  #isInLongLine = false;
  /** One object for all lines: millions of small ones would be garbage. */
  readonly #found = { place: 0, trace: 0 };

  constructor({ file, year, from }: Piece, shared: Counting, base: number) {
    this.#year = year;
    this.#isFirst = from === 0;
    this.#shared = shared;
    this.base = base;
    const { services, hosts } = shared.catalog;
    const named = placeOf(file.ref);
    this.#service = services.indexOf(named.service);
    this.#host = named.pod === null ? -1 : hosts.indexOf(named.pod);
    this.#fromMs = shared.range?.fromMs ?? Number.NEGATIVE_INFINITY;
    this.#toMs = shared.range?.toMs ?? Number.POSITIVE_INFINITY;
  }

  /** Where the last record in `bytes[from, end)` ends for sure. */
  cut(bytes: Buffer, from: number, end: number): number {
    if (!this.#isOpen) {
      this.#isOpen = true;
      // A piece from the middle of a file is one of JSON lines; it may begin inside of a line.
      const isJson = !this.#isFirst || isObjectHead(bytes, from, end);
      this.#text = isJson ? null : createTextScanner((line) => textLineOf(line, this.#year));
    }
    if (this.#text === null) return Math.max(from, bytes.lastIndexOf(NEWLINE, end - 1) + 1);
    return lastRecordStart(bytes, from, end);
  }

  take(chunk: LineChunk): void {
    this.tally.bytes += chunk.to - chunk.from;
    this.#origin = chunk.offset - chunk.from;
    if (chunk.goesOn) this.#longLine(chunk);
    else if (this.#isInLongLine) {
      const end = chunk.bytes.indexOf(NEWLINE, chunk.from) + 1;
      this.#isInLongLine = false;
      this.line += 1;
      if (end > 0 && end < chunk.to) this.#lines({ ...chunk, from: end, offset: chunk.offset + end - chunk.from });
    } else this.#lines(chunk);
  }

  /** Of a line longer than a chunk only the beginning is read. */
  #longLine({ from }: LineChunk): void {
    if (!this.#isInLongLine) this.#cut(from, this.line + 1);
    this.#isInLongLine = true;
  }

  #cut(from: number, line: number): void {
    this.tally.cutLines += 1;
    this.odd.add(line, this.#origin + from);
  }

  #lines({ bytes, from, to }: LineChunk): void {
    const { catalog, json } = this.#shared;
    const batch = createBatchBuilder(catalog, bytes, ROWS_PER_CHUNK);
    const target = { batch, receivedAtMs: Number.NaN, service: this.#service, host: this.#host };
    if (this.#text === null) json.scan(target, from, to);
    else this.tally.timeless += timelessOf(this.#text.scan(target, from, to));
    let end = from;
    for (let row = 0; row < batch.rows; row++) {
      const start = batch.offsets[row] ?? 0;
      // Rows nearly always stand on neighbouring lines.
      if (start === end + 1 && bytes[end] === NEWLINE) this.line += 1;
      else if (start > end) this.#between(bytes, end, start);
      this.places.tell(this.line + 1, this.#origin + start);
      this.#row(batch, row);
      end = start + (batch.lengths[row] ?? 0);
      if (batch.formats[row] === RECORD_FORMAT.text) this.#inside(bytes, start, end);
    }
    this.#between(bytes, end, to);
    // The last line of a file may lack its newline.
    if (bytes[to - 1] !== NEWLINE) this.line += 1;
  }

  #row(batch: ScannedBatch, row: number): void {
    const atMs = batch.timesMs[row] ?? Number.NaN;
    if (Number.isNaN(atMs)) {
      this.#withoutTime(batch, row);
      return;
    }
    this.tally.events += 1;
    const slackMs = batch.zoneless[row] === 1 ? WIDEST_ZONE_MS : 0;
    if (atMs < this.#fromMs - slackMs || atMs > this.#toMs + slackMs) return;
    const { kinds, condenser } = this.#shared;
    this.#found.place = this.base + this.line + 1;
    this.#found.trace = batch.traces[row] ?? 0;
    condenser.add(kinds.of(batch, row), atMs, this.#found);
  }

  /** Several records in one line of OTLP/JSON have their times inside, other lines may in their words. */
  #withoutTime(batch: ScannedBatch, row: number): void {
    this.odd.add(this.line + 1, this.#origin + (batch.offsets[row] ?? 0));
  }

  /** Counts the lines between two rows; those that hold something are no JSON lines. */
  #between(bytes: Uint8Array, from: number, to: number): void {
    let start = from;
    for (let end = bytes.indexOf(NEWLINE, start); end !== -1 && end < to; end = bytes.indexOf(NEWLINE, start)) {
      this.line += 1;
      this.#lineBetween(bytes, { from: start, to: end, line: this.line });
      start = end + 1;
    }
    this.#lineBetween(bytes, { from: start, to, line: this.line + 1 });
  }

  /** A line that is no JSON: text among JSON lines, the lines of a stack trace, or damaged. */
  #lineBetween(bytes: Uint8Array, { from, to, line }: { from: number; to: number; line: number }): void {
    if (to - from > MAX_LINE_BYTES) this.#cut(from, line);
    else if (this.#text === null && !isBlank(bytes, from, to)) this.odd.add(line, this.#origin + from);
  }

  /** Counts the lines that belong to a record of text. */
  #inside(bytes: Uint8Array, from: number, to: number): void {
    for (let end = bytes.indexOf(NEWLINE, from); end !== -1 && end < to; end = bytes.indexOf(NEWLINE, end + 1))
      this.line += 1;
  }
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0) > BLANK) return false;
  return true;
}

function textLineOf(text: string, year: number): TextLine {
  const { atNs, zoneless, severity, host, traceId, requestId, body } = recordFromText(text, year);
  return {
    timeMs: atNs === null ? Number.NaN : nsToMs(atNs),
    zoneless,
    severity,
    host,
    traceId: traceId ?? requestId,
    body,
  };
}

function timelessOf({ timeless, refused }: TextTally): number {
  return timeless + refused;
}
