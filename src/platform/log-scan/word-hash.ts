import { isStandingStatus } from "./status-in-bytes.ts";

const START = 0x811c9dc5 | 0;
const PRIME = 0x01000193;
const NUMBER = 1;
const QUOTED = 2;
const MAX_QUOTED = 200;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const LETTER = 1;
const DIGIT = 2;
const JOINING = 3;
const classes = new Uint8Array(256);
for (let byte = 0x80; byte < 0x100; byte++) classes[byte] = LETTER;
for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") classes[letter.charCodeAt(0)] = LETTER;
for (const digit of "0123456789") classes[digit.charCodeAt(0)] = DIGIT;
/** What may stand inside of a number or address. */
for (const joining of ".:,/") classes[joining.charCodeAt(0)] = JOINING;

export interface Words {
  readonly from: number;
  readonly to: number;
  /** Only up to the end of the first line that has words in it. */
  readonly isHeadline: boolean;
}

/**
 * A hash of what a message says, without what changes from line to line: numbers, ids, addresses and quoted text. About as
 * fine as `mask` of the log templates, whose marks it has; standing HTTP statuses count. Escapes of JSON are understood.
 */
export function hashOfWords(bytes: Uint8Array, { from, to, isHeadline }: Words): number {
  const state = { bytes, from, to, hash: START, numberEnd: -1 };
  for (let at = from; at < to; ) {
    const kind = classes[bytes[at] ?? 0];
    if (kind === LETTER || kind === DIGIT) at = takeRun(state, at);
    else if (isNewline(bytes, at)) {
      if (isHeadline && state.hash !== START) break;
      at += bytes[at] === NEWLINE ? 1 : 2;
    } else at = takeOther(state, at);
  }
  return state.hash;
}

interface Reading {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  hash: number;
  /** Where the number ended that was hashed last; -1 for none. */
  numberEnd: number;
}

/** Takes a word, or a number; a number that goes on behind a dot or the like is one. */
function takeRun(state: Reading, at: number): number {
  const { bytes, to } = state;
  const found = endOfRun(bytes, at, to);
  const end = Math.abs(found);
  if (found > 0 || isStandingStatus(bytes, at, state)) state.hash = hashOfRun(bytes, { from: at, to: end }, state.hash);
  else {
    const goesOn = at - state.numberEnd === 1 && classes[bytes[state.numberEnd] ?? 0] === JOINING;
    if (!goesOn) state.hash = mixed(state.hash, NUMBER);
    state.numberEnd = end;
  }
  return end;
}

/** Takes a quoted text, or a separator; one that may be part of a number says nothing. */
function takeOther(state: Reading, at: number): number {
  const { bytes, to } = state;
  const byte = bytes[at] ?? 0;
  const quoteEnd = byte === 0x22 || byte === 0x27 || byte === BACKSLASH ? endOfQuoted(bytes, at, to) : -1;
  if (quoteEnd !== -1) state.hash = mixed(state.hash, QUOTED);
  else if (byte > 0x20 && classes[byte] !== JOINING) state.hash = mixed(state.hash, byte);
  return quoteEnd === -1 ? at + 1 : quoteEnd;
}

/** A hash of bytes as they stand. */
export function hashOfBytes(bytes: Uint8Array, from: number, to: number): number {
  return hashOfRun(bytes, { from, to }, START);
}

function hashOfRun(bytes: Uint8Array, { from, to }: { from: number; to: number }, start: number): number {
  let hash = start;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), PRIME);
  return mixed(hash, 0xff);
}

function mixed(hash: number, byte: number): number {
  const next = Math.imul(hash ^ byte, PRIME);
  return next ^ (next >>> 15);
}

/** A newline, or the escape of one. */
function isNewline(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  return byte === NEWLINE || (byte === BACKSLASH && (bytes[at + 1] === 0x6e || bytes[at + 1] === 0x72));
}

/** Where letters and digits end; negative when there are digits among them. */
function endOfRun(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  let hasDigit = false;
  for (; at < to; at++) {
    const kind = classes[bytes[at] ?? 0];
    if (kind === DIGIT) hasDigit = true;
    else if (kind !== LETTER) break;
  }
  return hasDigit ? -at : at;
}

/** Behind a quoted text that begins here, `"x"`, `\"x\"` or `'x'`; -1 when none does. */
function endOfQuoted(bytes: Uint8Array, at: number, to: number): number {
  const isEscaped = bytes[at] === BACKSLASH;
  const open = isEscaped ? at + 1 : at;
  const quote = bytes[open];
  if (quote !== 0x22 && quote !== 0x27) return -1;
  const end = Math.min(to, open + MAX_QUOTED);
  for (let next = open + 1; next < end; next++) {
    if (bytes[next] === NEWLINE) return -1;
    if (bytes[next] !== quote || (isEscaped && bytes[next - 1] !== BACKSLASH)) continue;
    return quote === 0x22 || next + 1 === to || BEHIND_QUOTE[bytes[next + 1] ?? 0] === 1 ? next + 1 : -1;
  }
  return -1;
}

const BEHIND_QUOTE = new Uint8Array(256);
for (const byte of "\t\r\n ,;:.)]}\\") BEHIND_QUOTE[byte.charCodeAt(0)] = 1;
