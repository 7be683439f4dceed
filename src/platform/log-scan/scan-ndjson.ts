import { RECORD_FORMAT, RECORD_KIND } from "../../core/columns/record-batch.ts";
import type { BatchBuilder } from "./batch-builder.ts";
import { FIELD } from "./field-names.ts";
import { hashOfIdText } from "./id-hash.ts";
import { JsonLine } from "./json-line.ts";
import { BYTE, INVALID, ODD } from "./json-tokens.ts";
import { LineFields, severityNumber } from "./line-fields.ts";
import { UNREAD_TIME } from "./line-times.ts";
import { NameCache } from "./name-cache.ts";
import { readSlowly, type SlowLine, timeMsOf } from "./slow-line.ts";
import { firstLine } from "./text-bytes.ts";

/** Longer lines are refused, never kept. */
export const MAX_LINE_BYTES = 64 * 1024;

/** Where the rows of a scan go, and what stands in for what a line leaves out. */
export interface ScanTarget {
  /** Its `bytes` are what is scanned. */
  readonly batch: BatchBuilder;
  /** UTC ms for lines without a time; NaN to count them only. */
  readonly receivedAtMs: number;
  /** Indexes into the catalog for lines that name no service or host; -1 for none. */
  readonly service: number;
  readonly host: number;
  /** Called for a JSON object with a key "kind". True: the caller took it; false: it is a log line all the same. */
  readonly other?: (from: number, to: number) => boolean;
}

/** What became of the lines of one scan; blank lines are not counted. `lines` = rows + others + refused + tooLong + timeless. */
export interface ScanTally {
  readonly lines: number;
  readonly rows: number;
  readonly others: number;
  /** No JSON object. */
  readonly refused: number;
  readonly tooLong: number;
  /** Without a time, where `receivedAtMs` is NaN. */
  readonly timeless: number;
  /** How many went through JSON.parse, whatever became of them. */
  readonly slow: number;
}

/** Scans bodies one after another; keeps tables between them, and nothing of their content but spellings of levels. */
export interface NdjsonScanner {
  /**
   * Adds a row for each line of `target.batch.bytes[from, to)`. The last line may lack its newline. The fields of a row
   * are those that `readLogLine` would give for its line. Never throws on any bytes.
   */
  scan(target: ScanTarget, from: number, to: number): ScanTally;
}

export function createNdjsonScanner(): NdjsonScanner {
  return new LineScanner();
}

class LineScanner implements NdjsonScanner {
  readonly #json = new JsonLine();
  readonly #fields = new LineFields();
  readonly #services = new NameCache();
  readonly #hosts = new NameCache();
  #tail: Uint8Array = new Uint8Array(0);
  #lines = 0;
  #others = 0;
  #refused = 0;
  #tooLong = 0;
  #timeless = 0;
  #slow = 0;
  /** Number of the templates' group for lines of no service; -1 while there was none. */
  #nobody = -1;

  scan(target: ScanTarget, from: number, to: number): ScanTally {
    this.#lines = this.#others = this.#refused = this.#tooLong = this.#timeless = this.#slow = 0;
    this.#nobody = -1;
    const before = target.batch.rows;
    const { buffer, byteOffset, byteLength } = target.batch.bytes;
    // Buffers and Uint8Arrays by turns would make every access to a byte slower.
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    const whole = to > from && bytes[to - 1] !== BYTE.newline ? bytes.lastIndexOf(BYTE.newline, to - 1) + 1 : to;
    this.#lineByLine(target, bytes, { from, to: Math.max(from, whole), base: 0 });
    if (whole < to) this.#lastLine(target, bytes, { from: Math.max(from, whole), to, base: 0 });
    return {
      lines: this.#lines,
      rows: target.batch.rows - before,
      others: this.#others,
      refused: this.#refused,
      tooLong: this.#tooLong,
      timeless: this.#timeless,
      slow: this.#slow,
    };
  }

  /** The reader needs a newline behind every line: the last one is copied when it has none. */
  #lastLine(target: ScanTarget, bytes: Uint8Array, { from, to }: Span): void {
    if (to - from > MAX_LINE_BYTES) {
      this.#lines++;
      this.#tooLong++;
      return;
    }
    if (this.#tail.length === 0) this.#tail = new Uint8Array(MAX_LINE_BYTES + 1);
    this.#tail.set(bytes.subarray(from, to));
    this.#tail[to - from] = BYTE.newline;
    this.#lineByLine(target, this.#tail, { from: 0, to: to - from + 1, base: from });
  }

  #lineByLine(target: ScanTarget, bytes: Uint8Array, { from, to, base }: Span): void {
    const json = this.#json;
    json.open(bytes);
    const { view } = json.tokens;
    this.#fields.open(view);
    this.#services.open(target.batch.catalog.services, view);
    this.#hosts.open(target.batch.catalog.hosts, view);
    let at = from;
    while (at < to) {
      const byte = bytes[at] ?? 0;
      if (byte === BYTE.newline || byte === BYTE.space || byte === BYTE.carriageReturn || byte === BYTE.tab) {
        at++;
        continue;
      }
      this.#lines++;
      const close = byte === BYTE.open ? json.scan(at) : isInk(byte) ? INVALID : ODD;
      let end = close;
      if (close > 0 && bytes[end] !== BYTE.newline) end = json.tokens.blanks(close);
      if (end > 0 && bytes[end] === BYTE.newline && close - at <= MAX_LINE_BYTES) {
        if (!this.#take(target, at + base, close - at)) this.#readSlowly(target, bytes, { from: at, to: close, base });
      } else {
        end = bytes.indexOf(BYTE.newline, at);
        // What JSON.parse would refuse need not be given to it: an error costs it more than a line.
        if (close !== INVALID && !isInk(bytes[close > 0 ? json.tokens.blanks(close) : -1]))
          this.#readSlowly(target, bytes, { from: at, to: end, base });
        else if (end - at > MAX_LINE_BYTES) this.#tooLong++;
        else this.#refused++;
      }
      at = end + 1;
    }
  }

  /** Makes the row of the line that `#json` holds. False when only the slow way can. */
  #take(target: ScanTarget, offset: number, length: number): boolean {
    const json = this.#json;
    const fields = this.#fields;
    const saidMs = fields.timeMs(json);
    const severity = fields.severity(json);
    const trace = fields.trace(json);
    if (saidMs === UNREAD_TIME || severity < 0 || trace < 0) return false;
    if (!this.#isNamedVerbatim() || !fields.body(json)) return false;
    if (json.hasKind && target.other?.(offset, offset + length) === true) {
      this.#others++;
      return true;
    }
    const timeMs = Number.isNaN(saidMs) ? target.receivedAtMs : saidMs;
    if (Number.isNaN(timeMs)) {
      this.#timeless++;
      return true;
    }
    const { batch } = target;
    const { bytes } = json.tokens;
    const row = batch.next();
    batch.formats[row] = RECORD_FORMAT.json;
    batch.kinds[row] = RECORD_KIND.log;
    batch.offsets[row] = offset;
    batch.lengths[row] = length;
    batch.severities[row] = severity;
    batch.traces[row] = trace;
    batch.timesMs[row] = timeMs;
    batch.zoneless[row] = fields.times.zoneless ? 1 : 0;
    const namesHost = json.kinds[FIELD.host] !== 0;
    batch.hosts[row] = namesHost
      ? this.#hosts.indexOf(bytes, json.from[FIELD.host] ?? 0, json.to[FIELD.host] ?? 0)
      : target.host;
    const namesService = json.kinds[FIELD.service] !== 0;
    const service = namesService
      ? this.#services.indexOf(bytes, json.from[FIELD.service] ?? 0, json.to[FIELD.service] ?? 0)
      : target.service;
    batch.services[row] = service;
    const group = service >= 0 ? service : this.#groupOfNobody(batch);
    batch.templates[row] = batch.catalog.miner.add(group, fields.bodyBytes, fields.bodyFrom, fields.bodyTo);
    return true;
  }

  #isNamedVerbatim(): boolean {
    const json = this.#json;
    const fields = this.#fields;
    if (json.kinds[FIELD.service] !== 0 && !fields.isVerbatim(json, FIELD.service)) return false;
    return json.kinds[FIELD.host] === 0 || fields.isVerbatim(json, FIELD.host);
  }

  #readSlowly(target: ScanTarget, bytes: Uint8Array, { from, to, base }: Span): void {
    if (to - from > MAX_LINE_BYTES) {
      this.#tooLong++;
      return;
    }
    this.#slow++;
    const read = readSlowly(bytes, from, to);
    if (read === null) this.#refused++;
    else if (read.hasKind && target.other?.(from + base, to + base) === true) this.#others++;
    else this.#addRead(target, read, { from: from + base, to: to + base, base: 0 });
  }

  #addRead({ batch, receivedAtMs, service, host }: ScanTarget, { line, zoneless }: SlowLine, { from, to }: Span): void {
    const { services, hosts, miner } = batch.catalog;
    const saidMs = timeMsOf(line);
    const timeMs = Number.isNaN(saidMs) ? receivedAtMs : saidMs;
    if (Number.isNaN(timeMs)) {
      this.#timeless++;
      return;
    }
    const row = batch.next();
    const { scratch } = this.#fields;
    const { written } = encoder.encodeInto(line.body, scratch);
    const body = firstLine(scratch, 0, written);
    const owner = line.service === null ? service : services.indexOf(line.service);
    batch.formats[row] = RECORD_FORMAT.json;
    batch.kinds[row] = RECORD_KIND.log;
    batch.offsets[row] = from;
    batch.lengths[row] = to - from;
    batch.timesMs[row] = timeMs;
    batch.zoneless[row] = zoneless ? 1 : 0;
    batch.services[row] = owner;
    batch.hosts[row] = line.host === null ? host : hosts.indexOf(line.host);
    batch.severities[row] = severityNumber(line.severity);
    batch.traces[row] = hashOfIdText(line.traceId) || hashOfIdText(line.requestId);
    batch.templates[row] = miner.add(owner >= 0 ? owner : this.#groupOfNobody(batch), scratch, body.from, body.to);
  }

  /** Templates belong to the owner of a number; what nobody owns is kept apart under the empty name. */
  #groupOfNobody({ catalog }: BatchBuilder): number {
    if (this.#nobody < 0) this.#nobody = catalog.services.indexOf("");
    return this.#nobody;
  }
}

/** Whether a byte is a visible ASCII character: before or behind an object it makes the line none. */
function isInk(byte = 0): boolean {
  return byte > BYTE.space && byte < 0x7f;
}

const encoder = new TextEncoder();

/** A range of the bytes at hand, and what its offsets lack to be those of the batch. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly base: number;
}
