import { createNameTable } from "../../core/columns/name-table.ts";
import { SEVERITIES } from "../../core/columns/record-batch.ts";
import type { LogSeverity } from "../../core/event.ts";
import { severityOf } from "../records/severities.ts";
import { FIELD } from "./field-names.ts";
import { hashOfId } from "./id-hash.ts";
import type { JsonLine } from "./json-line.ts";
import { BEYOND_ASCII, ESCAPED, PLAIN, SCALAR } from "./json-tokens.ts";
import { LineTimes } from "./line-times.ts";
import { NameCache } from "./name-cache.ts";
import { type ByteRange, firstLine, includesBytes, isUtf8, unescapeInto } from "./text-bytes.ts";

/** Room for a message and its error, both of one line. */
export const SCRATCH_BYTES = 160 * 1024;
const MAX_LEVEL = 32;
const MAX_LEVELS = 64;
const USUAL_LEVELS = ["trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "fatal"];
const severityNumbers = new Map<LogSeverity, number>(SEVERITIES.map((severity, index) => [severity, index]));

/** The number that stands for a severity in a column. */
export function severityNumber(severity: LogSeverity): number {
  return severityNumbers.get(severity) ?? 0;
}

/**
 * Makes the values of a row from what `JsonLine` found. Each method that may meet something odd says so, and the line
 * then goes the slow way.
 */
export class LineFields {
  readonly times = new LineTimes();
  /** Where the message stands that is to be mined: in the line itself, or put together here. */
  readonly scratch = new Uint8Array(SCRATCH_BYTES);
  bodyBytes: Uint8Array = this.scratch;
  bodyFrom = 0;
  bodyTo = 0;
  /** Levels as they were spelled, and the number of each: so the words are known in one place only. */
  readonly #levels = createNameTable(MAX_LEVELS);
  readonly #levelCache = new NameCache();
  readonly #severities = new Uint8Array(MAX_LEVELS);
  #levelsRead = 0;

  constructor() {
    // First, so that a sender of ever new levels cannot fill the table before them.
    for (const word of USUAL_LEVELS) {
      for (const spelled of [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]) {
        this.#numberOf(this.#levels.indexOf(spelled));
      }
    }
  }

  /** Lines come from these bytes from now on. */
  open(view: DataView): void {
    this.#levelCache.open(this.#levels, view);
  }

  /** UTC ms; NaN when the line has no time, `UNREAD_TIME` when it has one that is read the slow way. */
  timeMs(line: JsonLine): number {
    const kind = line.kinds[FIELD.at];
    if (kind === 0) {
      this.times.zoneless = false;
      return Number.NaN;
    }
    const { bytes } = line.tokens;
    const from = line.from[FIELD.at] ?? 0;
    const to = line.to[FIELD.at] ?? 0;
    if (kind === SCALAR.text) return this.times.text(bytes, from, to);
    return this.times.number(bytes, from, to);
  }

  /** The number of the severity; -1 for the slow way. */
  severity(line: JsonLine): number {
    const kind = line.kinds[FIELD.level];
    if (kind === 0) return 0;
    const { bytes } = line.tokens;
    const from = line.from[FIELD.level] ?? 0;
    const to = line.to[FIELD.level] ?? 0;
    if (kind === SCALAR.integer) return loggerLevel(bytes, from, to);
    if (kind !== SCALAR.text || line.flags[FIELD.level] !== PLAIN || to - from > MAX_LEVEL) return -1;
    const level = this.#levelCache.indexOf(bytes, from, to);
    if (level >= MAX_LEVELS) return -1;
    return this.#numberOf(level);
  }

  #numberOf(level: number): number {
    if (level === this.#levelsRead) {
      this.#severities[level] = severityNumber(severityOf(this.#levels.nameOf(level)) ?? "unspecified");
      this.#levelsRead++;
    }
    return this.#severities[level] ?? 0;
  }

  /** Whether the text of a field is its bytes, so that they can be taken as they are. */
  isVerbatim(line: JsonLine, field: number): boolean {
    const kind = line.kinds[field];
    if (kind === SCALAR.text) {
      const flags = line.flags[field];
      if (flags === PLAIN) return true;
      return flags === BEYOND_ASCII && isUtf8(line.tokens.bytes, line.from[field] ?? 0, line.to[field] ?? 0);
    }
    return kind === SCALAR.integer || kind === SCALAR.boolean;
  }

  /** The hash of the trace id, else of the request id; -1 for the slow way. */
  trace(line: JsonLine): number {
    const { bytes } = line.tokens;
    if (line.kinds[FIELD.traceId] !== 0) {
      if (!this.isVerbatim(line, FIELD.traceId)) return -1;
      const from = line.from[FIELD.traceId] ?? 0;
      const to = line.to[FIELD.traceId] ?? 0;
      const hash = isTraceId(bytes, from, to) ? hashOfId(bytes, from, to) : 0;
      if (hash !== 0) return hash;
    }
    if (line.kinds[FIELD.requestId] === 0) return 0;
    if (!this.isVerbatim(line, FIELD.requestId)) return -1;
    return hashOfId(bytes, line.from[FIELD.requestId] ?? 0, line.to[FIELD.requestId] ?? 0);
  }

  /** Finds what is to be mined: the first line of the message with its error. False for the slow way. */
  body(line: JsonLine): boolean {
    const hasMessage = line.kinds[FIELD.body] !== 0;
    const hasError = line.kinds[FIELD.errorMessage] !== 0;
    if (hasMessage && !hasError && ((line.flags[FIELD.body] ?? 0) & ESCAPED) === 0) return this.#asItStands(line);
    // A line without words is shown as its JSON: the slow way writes it.
    if (!hasMessage && !hasError) return false;
    const message = hasMessage ? this.#text(line, FIELD.body, 0) : null;
    const error = hasError
      ? this.#text(line, FIELD.errorMessage, message === null ? 0 : endIn(this.scratch, message))
      : null;
    if ((hasMessage && message === null) || (hasError && error === null)) return false;
    return this.#joined(message, error);
  }

  /** The usual case: one message without escapes, which may begin with blanks. */
  #asItStands(line: JsonLine): boolean {
    if (!this.isVerbatim(line, FIELD.body)) return false;
    const { bytes } = line.tokens;
    let from = line.from[FIELD.body] ?? 0;
    const to = line.to[FIELD.body] ?? 0;
    while (from < to && bytes[from] === 0x20) from++;
    this.bodyBytes = bytes;
    this.bodyFrom = from;
    this.bodyTo = to;
    return true;
  }

  /** The text of a field, written into the scratch from `start` on; null for the slow way. */
  #text(line: JsonLine, field: number, start: number): ByteRange | null {
    const { bytes } = line.tokens;
    const kind = line.kinds[field];
    if (kind !== SCALAR.text && kind !== SCALAR.integer && kind !== SCALAR.boolean) return null;
    const from = line.from[field] ?? 0;
    const to = line.to[field] ?? 0;
    const flags = line.flags[field] ?? 0;
    if ((flags & BEYOND_ASCII) !== 0 && !isUtf8(bytes, from, to)) return null;
    if ((flags & ESCAPED) === 0) return { bytes, from, to };
    const end = unescapeInto(bytes, from, to, this.scratch, start);
    return end < 0 ? null : { bytes: this.scratch, from: start, to: end };
  }

  /** As `withError` of `records/log-line.ts` puts them together. */
  #joined(message: ByteRange | null, error: ByteRange | null): boolean {
    const only = message ?? error;
    if (only === null) return false;
    let told = only;
    if (message !== null && error !== null) {
      const said = includesBytes(message, error);
      if (said < 0) return false;
      if (said === 0) told = this.#glued(message, error);
    }
    const line = firstLine(told.bytes, told.from, told.to);
    this.bodyBytes = line.bytes;
    this.bodyFrom = line.from;
    this.bodyTo = line.to;
    return true;
  }

  #glued(message: ByteRange, error: ByteRange): ByteRange {
    const { scratch } = this;
    // Both may stand in the scratch already: what is glued comes behind them.
    const start = Math.max(endIn(scratch, message), endIn(scratch, error));
    let end = copied(message, scratch, start);
    scratch[end++] = 0x3a;
    scratch[end++] = 0x20;
    end = copied(error, scratch, end);
    return { bytes: scratch, from: start, to: end };
  }
}

function endIn(scratch: Uint8Array, text: ByteRange): number {
  return text.bytes === scratch ? text.to : 0;
}

function copied(text: ByteRange, into: Uint8Array, start: number): number {
  let end = start;
  for (let at = text.from; at < text.to; at++) into[end++] = text.bytes[at] ?? 0;
  return end;
}

/** 10 (trace) to 60 (fatal), as JSON loggers write; 0 for other numbers. */
function loggerLevel(bytes: Uint8Array, from: number, to: number): number {
  const ten = (bytes[from] ?? 0) - 0x30;
  return to - from === 2 && bytes[from + 1] === 0x30 && ten >= 1 && ten <= 6 ? ten : 0;
}

/** What `idOrNull` of `records/log-line.ts` takes: 8 to 64 letters, digits, "_" and "-". */
function isTraceId(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < 8 || to - from > 64) return false;
  let odd = 0;
  for (let at = from; at < to; at++) odd |= NO_ID_BYTES[bytes[at] ?? 0] ?? 0;
  return odd === 0;
}

const NO_ID_BYTES = new Uint8Array(256).fill(1);
for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
  NO_ID_BYTES[letter.charCodeAt(0)] = 0;
