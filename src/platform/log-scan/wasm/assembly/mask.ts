// @ts-nocheck -- AssemblyScript
import {
  CLASSES,
  HASH_A,
  HASH_B,
  MASKED,
  MASKED_BYTES,
  MAYBE_SPECIAL,
  SHAPES,
  SIGNED,
  TOKEN_FROM,
  TOKEN_TO,
} from "../layout";

/** As `byte-classes.ts` has them. */
const SPACE: i32 = 0;
export const LETTER: i32 = 1;
const DIGIT: i32 = 2;
const JOINER: i32 = 4;
export const MARK: i32 = 1;
const MINUS: i32 = 45;
const PERCENT: i32 = 37;
const COLON: i32 = 58;
export const MIN_PREFIX: i32 = 2;
export const SEED_A: i32 = 0x811c9dc5;
export const SEED_B: i32 = 0x2f0b4a27;
export const PRIME_A: i32 = 0x01000193;
export const PRIME_B: i32 = 0x5bd1e995;

export let signatureA: i32 = 0;
export let signatureB: i32 = 0;
export let tokenCount: i32 = 0;
/** Shapes of tokens, see `scan-line.ts`. */
export const LETTERS: i32 = 1;
export const LETTERS_AND_SIGN: i32 = 2;
/** Letters of a word that its neighbours may make something of, at most. */
export const LONGEST_SPECIAL: i32 = 9;

export function classAt(at: i32): i32 {
  return load<u8>(CLASSES + <i32>load<u8>(at));
}

/** The signature of the message, as `scanLine` of the miner gives it. The byte at `to` must be 0: it ends every loop. */
export function sign(from: i32, to: i32, room: i32): void {
  let tokens: i32 = 0;
  let sumA: i32 = SEED_B;
  let sumB: i32 = SEED_A;
  let at = from;
  let byte: i32 = load<u8>(at);
  let kind: i32 = load<u8>(CLASSES + byte);
  while (tokens < room) {
    while (kind == SPACE && at < to) {
      byte = load<u8>(++at);
      kind = load<u8>(CLASSES + byte);
    }
    if (at >= to) break;
    const first = at;
    let made: i32 = 0;
    let runEnd: i32 = -1;
    let a: i32 = SEED_A;
    let b: i32 = SEED_B;
    while (kind != SPACE) {
      if (kind > DIGIT) {
        at += 1;
        const next: i32 = load<u8>(at);
        kind = load<u8>(CLASSES + next);
        if (kind == SPACE && runEnd == at - 1 && isPlainEnd(byte, a, runEnd - first)) made = LETTERS_AND_SIGN;
        const isSign = byte == MINUS && kind == DIGIT && (at - 2 < from || !isWord(classAt(at - 2)));
        if (!isSign) {
          a = (a ^ byte) * PRIME_A;
          b = b * PRIME_B + byte;
        }
        byte = next;
        continue;
      }
      const start = at;
      const startA = a;
      const startB = b;
      while (kind == LETTER) {
        a = (a ^ byte) * PRIME_A;
        b = b * PRIME_B + byte;
        byte = load<u8>(++at);
        kind = load<u8>(CLASSES + byte);
      }
      if (kind != DIGIT) {
        if (start == first) {
          runEnd = at;
          made = kind == SPACE ? LETTERS : 0;
        }
        continue;
      }
      const letters = at - start;
      do {
        kind = classAt(++at);
      } while (kind == DIGIT);
      if (letters < MIN_PREFIX || kind == LETTER) {
        a = startA;
        b = startB;
      }
      a = (a ^ MARK) * PRIME_A;
      b = b * PRIME_B + MARK;
      if (kind == SPACE) break;
      at = endOfNumber(at);
      byte = load<u8>(at);
      kind = load<u8>(CLASSES + byte);
    }
    const cell = tokens << 2;
    store<i32>(HASH_A + cell, a);
    store<i32>(HASH_B + cell, b);
    store<i32>(TOKEN_FROM + cell, first);
    store<i32>(TOKEN_TO + cell, at);
    store<u8>(SHAPES + tokens, made);
    sumA = ((sumA ^ a) * PRIME_A) ^ <i32>(<u32>sumA >> 11);
    sumB = (sumB ^ b) * PRIME_B + <i32>(<u32>sumB >> 13);
    tokens += 1;
  }
  tokenCount = tokens;
  signatureA = finish(sumA ^ tokens);
  signatureB = finish(sumB ^ tokens);
}

/** Whether a word ends with this sign as words in a sentence do. */
function isPlainEnd(sign: i32, hash: i32, letters: i32): bool {
  const isEnd = sign == 44 || sign == 46 || sign == 58 || sign == 59 || sign == 33 || sign == 63;
  return isEnd && (letters > LONGEST_SPECIAL || load<u8>(MAYBE_SPECIAL + (hash & 8191)) == 0);
}

export function finish(hash: i32): i32 {
  const mixed: u32 = <u32>(hash ^ <i32>(<u32>hash >> 16)) * 0x45d9f3b;
  return mixed ^ (mixed >> 15);
}

function isWord(kind: i32): bool {
  return kind == LETTER || kind == DIGIT;
}

/** Notes how many tokens the message signed last has, and its signature, for the program. */
export function noteSigned(): void {
  store<i32>(SIGNED, tokenCount);
  store<i32>(SIGNED, signatureA, 4);
  store<i32>(SIGNED, signatureB, 8);
}

/** Writes the token of the message signed last with its variables masked; gives how many bytes. As `writeMasked` of the miner. */
export function writeMasked(from: i32, to: i32): i32 {
  let size: i32 = 0;
  let at = from;
  while (at < to && size < MASKED_BYTES) {
    const byte: i32 = load<u8>(at);
    const kind: i32 = load<u8>(CLASSES + byte);
    if (!isWord(kind)) {
      at += 1;
      const isSign = byte == MINUS && classAt(at) == DIGIT;
      if (isSign && (at - 2 < from || !isWord(classAt(at - 2)))) continue;
      store<u8>(MASKED + size++, byte);
      continue;
    }
    const start = at;
    const before = size;
    while (classAt(at) == LETTER) {
      if (size < MASKED_BYTES) store<u8>(MASKED + size++, load<u8>(at));
      at += 1;
    }
    if (classAt(at) != DIGIT) continue;
    if (at - start < MIN_PREFIX || !onlyDigitsFollow(at)) size = before;
    if (size < MASKED_BYTES) store<u8>(MASKED + size++, MARK);
    at = endOfNumber(at);
  }
  return size;
}

function onlyDigitsFollow(at: i32): bool {
  let end = at;
  while (classAt(end) == DIGIT) end++;
  return classAt(end) != LETTER;
}

function endOfNumber(at: i32): i32 {
  let end = at;
  for (;;) {
    let kind = classAt(end);
    while (kind == DIGIT || kind == LETTER) kind = classAt(++end);
    if (kind != JOINER) break;
    const next = classAt(end + 1);
    if (next == DIGIT) end += 2;
    else {
      const further = next == LETTER || load<u8>(end + 1) == MINUS ? endOfPart(end) : -1;
      if (further == -1) return end;
      end = further;
    }
  }
  return load<u8>(end) == PERCENT ? end + 1 : end;
}

function endOfPart(joiner: i32): i32 {
  let at = joiner + 1;
  if (load<u8>(at) == MINUS) {
    at += 1;
    if (classAt(at) != DIGIT) return -1;
  }
  const from = at;
  let hasDigit = false;
  let isHex = true;
  for (let kind = classAt(at); kind == DIGIT || kind == LETTER; kind = classAt(at)) {
    if (kind == DIGIT) hasDigit = true;
    else if (<u32>((<i32>load<u8>(at) | 0x20) - 97) > 5) isHex = false;
    at += 1;
  }
  if (hasDigit) return at;
  const tie: i32 = load<u8>(joiner);
  return isHex && at - from >= 2 && (tie == MINUS || tie == COLON) ? at : -1;
}
