import { severityOf } from "../records/severities.ts";
import { severityNumber } from "./line-fields.ts";
import { LineTimes, UNREAD_TIME } from "./line-times.ts";

/** Characters after the time in which a level is looked for. */
const LEVEL_WITHIN = 90;
/** Characters in which ids are looked for, and the bytes they may take. */
const IDS_WITHIN = 4 * 600;
const MAX_TIME = 40;
const SMALL = ["trace", "debug", "info", "notice", "warn", "warning", "error", "err", "crit", "critical", "fatal"];
const INNER = ["trace", "debug", "info", "notice", "warn", "warning", "error", "severe", "critical", "fatal", "panic"];
const CAPITAL = [...SMALL, "severe", "panic", "log"];

/** Classes of bytes; one byte may have several. */
const BLANK = 1;
/** What may stand behind a level at the head: blanks and : | [ - */
const AFTER_HEAD = 2;
/** What may stand before and behind a level inside. */
const BEFORE_INNER = 4;
const AFTER_INNER = 8;
const LETTER = 16;
const CAPITAL_LETTER = 32;
/** Where an id may begin that only the slow way can read. */
const ID_HINT = 64;
const HIGH = 128;
const CLASSES = classes();

/**
 * Reads the head of a text line in bytes: an ISO time, a level, and where the message begins. It takes the usual lines
 * and leaves the others (other times, a second time, ids in the text) to the reader of strings.
 */
export class TextHead {
  readonly times = new LineTimes();
  severity = 0;
  bodyFrom = 0;
  timeMs = 0;
  /** Whether bytes beyond ASCII stand in the line. */
  isBeyondAscii = false;

  /** False when the line does not begin with an ISO time, or when only the slow way can read it. */
  read(bytes: Uint8Array, from: number, to: number): boolean {
    let at = from;
    if (bytes[at] === OPEN_LIST) at++;
    if (bytes[at] === QUOTE) at++;
    this.timeMs = this.times.isoPrefix(bytes, at, to);
    const end = this.times.end;
    if (this.timeMs === UNREAD_TIME || end - at > MAX_TIME || !isEndOfTime(bytes, end, to)) return false;
    at = end;
    if (at < to && bytes[at] === QUOTE) at++;
    if (at < to && bytes[at] === CLOSE_LIST) at++;
    while (at < to && (isClass(bytes, at, BLANK) || isSeparator(bytes[at] ?? 0))) at++;
    if (!this.#isPlain(bytes, at, to) || mayBeTime(bytes, at, to)) return false;
    if (!this.#headLevel(bytes, at, to)) {
      this.bodyFrom = at;
      this.severity = innerLevel(bytes, at, Math.min(to, at + LEVEL_WITHIN));
    }
    return true;
  }

  /** False when ids or odd letters stand where the reader of strings would look for ids and levels. */
  #isPlain(bytes: Uint8Array, from: number, to: number): boolean {
    const end = Math.min(to, from + IDS_WITHIN);
    this.isBeyondAscii = false;
    for (let at = from; at < end; at++) {
      const kinds = CLASSES[bytes[at] ?? 0] ?? 0;
      if (kinds < ID_HINT) continue;
      if (kinds >= HIGH) {
        this.isBeyondAscii = true;
        if (at < from + LEVEL_WITHIN || bytes[at] === LONG_S_LEAD) return false;
      } else if (isId(bytes, at, to)) return false;
    }
    // What is longer was not looked at whole.
    return to === end || !this.isBeyondAscii;
  }

  /** A level that stands first, in brackets or not; the message begins behind it. */
  #headLevel(bytes: Uint8Array, from: number, to: number): boolean {
    const first = bytes[from] ?? 0;
    const start =
      from < to && (first === OPEN_LIST || first === 0x28 || first === 0x3c || first === PIPE) ? from + 1 : from;
    const end = wordEnd(bytes, start, to);
    const severity = headLevelOf(bytes, start, end);
    if (severity === 0) return false;
    let at = end;
    const mark = at < to ? bytes[at] : 0;
    if (mark === CLOSE_LIST || mark === 0x29 || mark === 0x3e || mark === PIPE) at++;
    if (at < to && !isClass(bytes, at, AFTER_HEAD)) {
      if (mark !== PIPE) return false;
      at = end;
    }
    at = skipBlanks(bytes, at, to);
    if (at < to && isSeparator(bytes[at] ?? 0)) at = skipBlanks(bytes, at + 1, to);
    this.bodyFrom = at;
    this.severity = severity;
    return true;
  }
}

const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const PIPE = 0x7c;
const SLASH = 0x2f;
/** Leads "ſ", which patterns that ignore case take for an "s". */
const LONG_S_LEAD = 0xc5;
const headLevelOf = levels([...SMALL, ...CAPITAL.map((word) => word.toUpperCase())]);
const innerLevelOf = levels(INNER.map((word) => word.toUpperCase()));

/** The pattern for times would take a zone behind a blank, or in words, or go back where digits follow: rare, so slow. */
function isEndOfTime(bytes: Uint8Array, end: number, to: number): boolean {
  if (end >= to) return true;
  const next = bytes[end] ?? 0;
  if (isDigitOrColon(next) || isZoneStart(next)) return false;
  if (next >= 0x80) return false;
  return !(isClass(bytes, end, BLANK) && end + 1 < to && isZoneStart(bytes[end + 1] ?? 0));
}

function isDigitOrColon(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x3a;
}

function isZoneStart(byte: number): boolean {
  const small = byte | 0x20;
  return small === 0x7a || small === 0x75 || small === 0x67 || byte === 0x2b || byte === 0x2d;
}

/** Whether a second time may follow: digits, quotes, brackets with no plain word, three letters and a blank. */
function mayBeTime(bytes: Uint8Array, at: number, to: number): boolean {
  const first = at < to ? (bytes[at] ?? 0) : 0;
  if (first === OPEN_LIST) return wordEnd(bytes, at + 1, to) < at + 5;
  if (first === QUOTE || first === 0x3c || (first >= 0x30 && first <= 0x39)) return true;
  const end = wordEnd(bytes, at, to);
  if (end === at + 3) return end < to && bytes[end] === 0x20;
  return end === at + 1 && end < to && isDigitOrColon(bytes[end] ?? 0);
}

function innerLevel(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const end = capitalsEnd(bytes, at, to);
    if (end - at >= 4 && (end === to || isClass(bytes, end, AFTER_INNER))) {
      const severity = innerLevelOf(bytes, at, end);
      if (severity !== 0) return severity;
    }
    at = end;
    while (at < to && !isClass(bytes, at, BEFORE_INNER)) at++;
    at++;
  }
  return 0;
}

function levels(words: readonly string[]): Levels {
  const numbers = new Map<number, number>();
  for (const word of words) {
    const bytes = new TextEncoder().encode(word);
    numbers.set(keyOf(bytes, 0, bytes.length), severityNumber(severityOf(word) ?? "unspecified"));
  }
  return (bytes, from, to) => (to - from < 3 || to - from > 8 ? 0 : (numbers.get(keyOf(bytes, from, to)) ?? 0));
}

/** The number of the level that a word is, 0 for none. */
type Levels = (bytes: Uint8Array, from: number, to: number) => number;

/** A number that is another one for every word of at most eight letters. */
function keyOf(bytes: Uint8Array, from: number, to: number): number {
  let key = 0;
  // Six bits a letter: they fit into the 53 of a double.
  for (let at = from; at < to; at++) key = key * 64 + ((bytes[at] ?? 0) - 0x40);
  return key;
}

function isId(bytes: Uint8Array, at: number, to: number): boolean {
  const byte = (bytes[at] ?? 0) | 0x20;
  if ((bytes[at] ?? 0) === OPEN_LIST) return isHexRun(bytes, at + 1, to);
  if (byte === 0x71)
    return spells(bytes, at - 2, "req") && isNamed(bytes, spells(bytes, at + 1, "uest") ? at + 5 : at + 1);
  return (
    (spells(bytes, at - 3, "trace") && isNamed(bytes, at + 2)) ||
    (spells(bytes, at, "correlation") && isNamed(bytes, at + 11))
  );
}

/** "req-…", eight digits of a UUID, or the date of an access log ("21/Nov/2026") behind a bracket. */
function isHexRun(bytes: Uint8Array, from: number, to: number): boolean {
  if (spells(bytes, from, "req") || bytes[from + 2] === SLASH) return true;
  let at = from;
  while (at < to && HEX.includes(String.fromCharCode(bytes[at] ?? 0))) at++;
  return at - from === 8 && bytes[at] === 0x2d;
}

/** An optional "_id", an optional quote, then "=" or ":". */
function isNamed(bytes: Uint8Array, from: number): boolean {
  let at = from;
  if (bytes[at] === 0x5f || bytes[at] === 0x2d) at++;
  if (spells(bytes, at, "id")) at += 2;
  if (bytes[at] === QUOTE || bytes[at] === 0x27) at++;
  return bytes[at] === 0x3d || bytes[at] === 0x3a;
}

const HEX = "0123456789abcdefABCDEF";

function spells(bytes: Uint8Array, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) {
    if (((bytes[at + index] ?? 0) | 0x20) !== word.charCodeAt(index)) return false;
  }
  return true;
}

function wordEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isClass(bytes, at, LETTER)) at++;
  return at;
}

function capitalsEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isClass(bytes, at, CAPITAL_LETTER)) at++;
  return at;
}

function skipBlanks(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isClass(bytes, at, BLANK)) at++;
  return at;
}

function isSeparator(byte: number): boolean {
  return byte === 0x3a || byte === PIPE || byte === 0x2d;
}

function isClass(bytes: Uint8Array, at: number, kind: number): boolean {
  return ((CLASSES[bytes[at] ?? 0] ?? 0) & kind) !== 0;
}

function classes(): Uint8Array {
  const table = new Uint8Array(256).fill(HIGH, 0x80);
  const add = (characters: string, kind: number): void => {
    for (const character of characters) table[character.charCodeAt(0)] = (table[character.charCodeAt(0)] ?? 0) | kind;
  };
  add(" \t\v\f\r", BLANK | AFTER_HEAD | BEFORE_INNER | AFTER_INNER);
  add(":|[-", AFTER_HEAD);
  add("[(|", BEFORE_INNER);
  add("]):|", AFTER_INNER);
  add("ABCDEFGHIJKLMNOPQRSTUVWXYZ", LETTER | CAPITAL_LETTER);
  add("abcdefghijklmnopqrstuvwxyz", LETTER);
  add("cCqQ[", ID_HINT);
  return table;
}
