import { CLASS_OF_BYTE, classAt, DIGIT, LETTER, MARK, MINUS, SPACE } from "./byte-classes.ts";
import { endOfNumber, onlyDigitsFollow } from "./number-run.ts";
import { LONGEST_SPECIAL_WORD, MAYBE_SPECIAL } from "./special-words.ts";

/**
 * One message as the scanner left it: a 64-bit hash of each masked token in two halves, where the token stands, and a
 * 64-bit signature of the whole. The arrays are written over by the next message.
 */
export interface ScannedLine {
  tokens: number;
  signatureA: number;
  signatureB: number;
  hashA: Int32Array;
  hashB: Int32Array;
  from: Int32Array;
  to: Int32Array;
  /** What the token is made of: LETTERS, LETTERS_AND_SIGN, or 0 for anything else. */
  shape: Uint8Array;
}

/** A token of letters only. */
export const LETTERS = 1;
/** Letters and one of `, ; : . ! ?` behind them; the letters are no word that its neighbours make something of. */
export const LETTERS_AND_SIGN = 2;

/** Letters before a number that name it and stay ("eth0", "worker3"); one letter alone does not. */
export const MIN_PREFIX = 2;

export const SEED_A = 0x811c9dc5 | 0;
export const SEED_B = 0x2f0b4a27;
const PRIME_A = 0x01000193;
const PRIME_B = 0x5bd1e995;

export function createScannedLine(maxTokens: number): ScannedLine {
  return {
    tokens: 0,
    signatureA: 0,
    signatureB: 0,
    hashA: new Int32Array(maxTokens + 1),
    hashB: new Int32Array(maxTokens + 1),
    from: new Int32Array(maxTokens + 1),
    to: new Int32Array(maxTokens + 1),
    shape: new Uint8Array(maxTokens + 1),
  };
}

/** Spreads every bit of a hash over all of them. */
export function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return mixed ^ (mixed >>> 15);
}

/**
 * Splits `bytes[from, to)` at spaces and hashes each token with its variables masked: a run of letters and digits that
 * holds a digit counts as one mark, together with what it is joined to. Letters in front of nothing but digits stay:
 * `eth0` is not `tty0`. A minus sign in front of a number belongs to it. One pass, no strings, no allocation.
 */
// oxlint-disable-next-line complexity, max-lines-per-function, max-params, max-depth -- the innermost loop of ingestion: every byte passes here once, and calls per token cost a fifth
export function scanLine(line: ScannedLine, bytes: Uint8Array, from: number, to: number): void {
  const classes = CLASS_OF_BYTE;
  const { hashA, hashB, shape, from: starts, to: ends } = line;
  const room = hashA.length - 1;
  let tokens = 0;
  let signatureA = SEED_B;
  let signatureB = SEED_A;
  let at = from;
  let byte = at < to ? (bytes[at] ?? 0) : 0;
  let kind = classes[byte] ?? SPACE;
  while (tokens < room) {
    while (kind === SPACE && at < to) {
      at += 1;
      byte = at < to ? (bytes[at] ?? 0) : 0;
      kind = classes[byte] ?? SPACE;
    }
    if (at >= to) break;
    const first = at;
    let made = 0;
    let runEnd = -1;
    let a = SEED_A;
    let b = SEED_B;
    while (kind !== SPACE) {
      if (kind > DIGIT) {
        at += 1;
        const next = at < to ? (bytes[at] ?? 0) : 0;
        kind = classes[next] ?? SPACE;
        const isSign = byte === MINUS && kind === DIGIT && (at - 2 < from || !isWordByte(bytes[at - 2] ?? 0));
        if (kind === SPACE && runEnd === at - 1 && isPlainEnd(byte, a, runEnd - first)) made = LETTERS_AND_SIGN;
        if (!isSign) {
          a = Math.imul(a ^ byte, PRIME_A);
          b = (Math.imul(b, PRIME_B) + byte) | 0;
        }
        byte = next;
        continue;
      }
      const start = at;
      const startA = a;
      const startB = b;
      while (kind === LETTER) {
        a = Math.imul(a ^ byte, PRIME_A);
        b = (Math.imul(b, PRIME_B) + byte) | 0;
        at += 1;
        byte = at < to ? (bytes[at] ?? 0) : 0;
        kind = classes[byte] ?? SPACE;
      }
      if (kind !== DIGIT) {
        if (start === first) {
          runEnd = at;
          made = kind === SPACE ? LETTERS : 0;
        }
        continue;
      }
      const letters = at - start;
      while (kind === DIGIT) {
        at += 1;
        byte = at < to ? (bytes[at] ?? 0) : 0;
        kind = classes[byte] ?? SPACE;
      }
      if (letters < MIN_PREFIX || kind === LETTER) {
        a = startA;
        b = startB;
      }
      a = Math.imul(a ^ MARK, PRIME_A);
      b = (Math.imul(b, PRIME_B) + MARK) | 0;
      if (kind === SPACE) break;
      at = endOfNumber(bytes, at, to);
      byte = at < to ? (bytes[at] ?? 0) : 0;
      kind = classes[byte] ?? SPACE;
    }
    starts[tokens] = first;
    ends[tokens] = at;
    shape[tokens] = made;
    hashA[tokens] = a;
    hashB[tokens] = b;
    signatureA = Math.imul(signatureA ^ a, PRIME_A) ^ (signatureA >>> 11);
    signatureB = (Math.imul(signatureB ^ b, PRIME_B) + (signatureB >>> 13)) | 0;
    tokens += 1;
  }
  line.tokens = tokens;
  line.signatureA = finish(signatureA ^ tokens);
  line.signatureB = finish(signatureB ^ tokens);
}

/** Whether a token of letters with this hash and size ends with this sign as words in a sentence do. */
function isPlainEnd(sign: number, hash: number, letters: number): boolean {
  const isEnd = sign === 44 || sign === 46 || sign === 58 || sign === 59 || sign === 33 || sign === 63;
  return isEnd && (letters > LONGEST_SPECIAL_WORD || MAYBE_SPECIAL[hash & 8191] === 0);
}

/** A minus behind one of these joins or subtracts; behind anything else it is the sign of the number that follows. */
function isWordByte(byte: number): boolean {
  const kind = CLASS_OF_BYTE[byte];
  return kind === LETTER || kind === DIGIT;
}

/** Writes the masked bytes of the token `bytes[from, to)` to `out`, cut to its room; gives how many. What it writes is what `scanLine` hashes. */
// oxlint-disable-next-line max-params, complexity -- runs for each new token of a line that misses the cache
export function writeMasked(out: Uint8Array, bytes: Uint8Array, from: number, to: number): number {
  let size = 0;
  let at = from;
  while (at < to && size < out.length) {
    const byte = bytes[at] ?? 0;
    const kind = CLASS_OF_BYTE[byte] ?? SPACE;
    if (kind !== LETTER && kind !== DIGIT) {
      at += 1;
      const isSign = byte === MINUS && classAt(bytes, at, to) === DIGIT;
      if (isSign && (at - 2 < from || !isWordByte(bytes[at - 2] ?? 0))) continue;
      out[size++] = byte;
      continue;
    }
    const start = at;
    const before = size;
    while (classAt(bytes, at, to) === LETTER) {
      if (size < out.length) out[size++] = bytes[at] ?? 0;
      at += 1;
    }
    if (classAt(bytes, at, to) !== DIGIT) continue;
    if (at - start < MIN_PREFIX || !onlyDigitsFollow(bytes, at, to)) size = before;
    if (size < out.length) out[size++] = MARK;
    at = endOfNumber(bytes, at, to);
  }
  return size;
}
