import { CLASS_OF_BYTE, LETTER, MARK } from "./byte-classes.ts";
import { CLOSER, END, OPENER, ROLE_OF_BYTE, SEPARATOR } from "./byte-roles.ts";
import { createScannedLine, finish, MIN_PREFIX, SEED_A, scanLine } from "./scan-line.ts";
import { addSpecial, LONGEST_SPECIAL_WORD, MAYBE_SPECIAL, specialBits } from "./special-words.ts";

/** A plain word of letters, or a token of many parts. Only many different ones make a variable of their place. */
export const WORD = 0;
/** Names with dots, paths, addresses, `key=value`: likely to vary. Beside a variable in the same place it is one. */
export const NAME = 1;
/** Holds a masked variable, or is an empty pair of brackets or quotes. */
export const VARIABLE = 2;
/** A word and the number it names (`eth0`): told apart like words, but beside a variable in the same place it is one. */
export const NUMBERED = 3;

/** Bits of a token's traits above its kind. */
export const KIND_BITS = 3;
/** Nothing but one variable, maybe in brackets or with a comma. */
export const BARE = 4;
export const WEEKDAY = 8;
export const MONTH = 16;
/** A time zone, `am` or `pm`. */
export const ZONE = 32;
export const UNIT = 64;
/** Starts with a bracket or quote. */
export const OPENS = 128;
/** Set on a column that ended with a unit. */
export const AMOUNT = 256;

export interface TokenTraits {
  /** Kind and bits. */
  bits: number;
  /** Hash of the `key=` in front of the value; 0 without one. */
  key: number;
}

const SPECIAL_WORDS: readonly (readonly [number, string])[] = [
  [MONTH, "jan feb mar apr may jun jul aug sep sept oct nov dec"],
  [MONTH, "january february march april june july august september october november december"],
  [WEEKDAY, "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday"],
  [ZONE, "utc gmt z am pm est edt cst cdt mst mdt pst pdt bst cet cest ist jst"],
  [UNIT, "b kb mb gb tb kib mib gib tib byte bytes hz khz mhz ghz kB KiB MiB GiB TiB kHz MHz GHz"],
  [UNIT, "ns us ms s sec secs second seconds min mins minute minutes h hour hours day days"],
];

// Looked up by hash, without reading the word: as written, capitalised and in capitals.
for (const [bits, words] of SPECIAL_WORDS) {
  for (const word of words.split(" ")) {
    const forms = new Set([word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()]);
    for (const form of forms) learnSpecial(form, bits);
  }
}

function learnSpecial(word: string, bits: number): void {
  const line = createScannedLine(1);
  const bytes = Uint8Array.from(word, (character) => character.charCodeAt(0));
  scanLine(line, bytes, 0, bytes.length);
  addSpecial(line.hashA[0] ?? 0, line.hashB[0] ?? 0, bits);
}

/** Traits of a token of `size` letters and nothing else, from its hash. */
export function traitsOfLetters(hashA: number, hashB: number, size: number): number {
  if (size > LONGEST_SPECIAL_WORD || MAYBE_SPECIAL[hashA & 8191] === 0) return WORD;
  return WORD | specialBits(hashA, hashB);
}

const word = createScannedLine(1);

/** What can be told about a token from its masked bytes `masked[0, size)` alone, into `traits`. */
export function readTraits(traits: TokenTraits, masked: Uint8Array, size: number): void {
  let from = 0;
  let to = size;
  while (from < to && ((ROLE_OF_BYTE[masked[from] ?? 0] ?? 0) & OPENER) !== 0) from += 1;
  while (to > from && ((ROLE_OF_BYTE[masked[to - 1] ?? 0] ?? 0) & (CLOSER | END)) !== 0) to -= 1;
  traits.key = 0;
  traits.bits = from === to ? emptyBits(from, size) : wordBits(masked, from, to);
  if (traits.bits !== NAME || from === to) return;
  traits.key = keyOf(masked, from, to);
  const isBare = to - from === 1 && masked[from] === MARK;
  const kind = kindOfValue(masked, traits.key === 0 ? from : masked.indexOf(61, from) + 1, to);
  if (kind === WORD) {
    traits.bits = WORD;
    traits.key = 0;
  } else traits.bits = kind | (isBare ? BARE : 0) | (from > 0 ? OPENS : 0);
}

/** A token of brackets and signs only: an empty pair of brackets is a variable that was empty. */
function emptyBits(from: number, size: number): number {
  return size >= 2 && from > 0 ? VARIABLE : NAME;
}

/**
 * A value with a mark that holds, beside it, only what ids, paths, addresses and amounts are made of is a variable, and without a
 * mark a name. A token of more parts keeps all its words.
 */
function kindOfValue(masked: Uint8Array, from: number, to: number): number {
  let kind = NAME;
  for (let at = from; at < to; at++) {
    const byte = masked[at] ?? 0;
    if (byte === MARK) kind = VARIABLE;
    else if (((ROLE_OF_BYTE[byte] ?? 0) & SEPARATOR) !== 0) return WORD;
  }
  return kind;
}

/** Hash of the letters, dots, dashes and underscores up to the first `=`, never 0; 0 when the token does not start so. */
function keyOf(masked: Uint8Array, from: number, to: number): number {
  let hash = SEED_A;
  for (let at = from; at < to; at++) {
    const byte = masked[at] ?? 0;
    if (byte === 61) return at === from ? 0 : finish(hash) | 2;
    if (CLASS_OF_BYTE[byte] !== LETTER && byte !== 46 && byte !== 45 && byte !== 95) return 0;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return 0;
}

/** Bits of letters with apostrophes and hyphens, NUMBERED for letters and the number they name, else NAME. */
function wordBits(masked: Uint8Array, from: number, to: number): number {
  let letters = 0;
  for (let at = from; at < to; at++) {
    const byte = masked[at] ?? 0;
    if (CLASS_OF_BYTE[byte] === LETTER) letters += 1;
    else if (byte === MARK) return at === to - 1 && letters >= MIN_PREFIX && letters === at - from ? NUMBERED : NAME;
    else if (byte !== 39 && byte !== 45) return NAME;
  }
  if (letters === 0) return NAME;
  if (to - from > LONGEST_SPECIAL_WORD) return WORD;
  scanLine(word, masked, from, to);
  return traitsOfLetters(word.hashA[0] ?? 0, word.hashB[0] ?? 0, to - from);
}

const SLOTS = 1 << 14;

/** Traits by token hash, of fixed size; a token whose slot was taken meanwhile is looked at again. */
export interface TraitsCache {
  /** Whether the traits of the token are known; then they are in `traits`. */
  read(traits: TokenTraits, hashA: number, hashB: number): boolean;
  keep(traits: TokenTraits, hashA: number, hashB: number): void;
  /** From now on it remembers in this table of the same size, which holds what it knew; false when the size is another. */
  moveTo(table: Int32Array): boolean;
}

export function createTraitsCache(): TraitsCache {
  let table: Int32Array = new Int32Array(SLOTS * 4);
  return {
    read(traits, hashA, hashB) {
      const slot = ((hashA ^ (hashA >>> 15)) & (SLOTS - 1)) << 2;
      const bits = table[slot + 2] ?? 0;
      if (bits === 0 || table[slot] !== hashA || table[slot + 1] !== hashB) return false;
      traits.bits = bits - 1;
      traits.key = table[slot + 3] ?? 0;
      return true;
    },
    keep(traits, hashA, hashB) {
      const slot = ((hashA ^ (hashA >>> 15)) & (SLOTS - 1)) << 2;
      table[slot] = hashA;
      table[slot + 1] = hashB;
      table[slot + 2] = traits.bits + 1;
      table[slot + 3] = traits.key;
    },
    moveTo(shared) {
      if (shared.length !== table.length) return false;
      shared.set(table);
      table = shared;
      return true;
    },
  };
}
