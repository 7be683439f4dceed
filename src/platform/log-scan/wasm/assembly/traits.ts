// @ts-nocheck -- AssemblyScript
import {
  CLASSES,
  HASH_A,
  HASH_B,
  MASKED,
  MASKED_BYTES,
  MAYBE_SPECIAL,
  ROLES,
  SPECIAL_BITS,
  SPECIAL_SLOTS,
  TOKEN_FROM,
  TOKEN_TO,
  TRAIT_SLOTS,
  TRAITS,
} from "../layout";
import {
  finish,
  LETTER,
  LETTERS,
  LONGEST_SPECIAL,
  MARK,
  MIN_PREFIX,
  PRIME_A,
  PRIME_B,
  SEED_A,
  SEED_B,
  writeMasked,
} from "./mask";

/** Kinds and bits of traits, see `token-traits.ts`. */
const WORD: i32 = 0;
const NAME: i32 = 1;
const VARIABLE: i32 = 2;
const NUMBERED: i32 = 3;
const KIND_BITS: i32 = 3;
const BARE: i32 = 4;
const OPENS: i32 = 128;
/** Roles of bytes, see `byte-roles.ts`. */
const OPENER: i32 = 1;
const CLOSER_OR_END: i32 = 6;
const SEPARATOR: i32 = 8;

/** Hash of the `key=` of the token read last; 0 without one. */
let key: i32 = 0;

/** Whether the token of the message signed last makes a column of its own, whatever stands beside it. The message must still end with a 0. */
export function standsAlone(token: i32, made: i32): bool {
  const cell = token << 2;
  const a = load<i32>(HASH_A + cell);
  const b = load<i32>(HASH_B + cell);
  const from = load<i32>(TOKEN_FROM + cell);
  const to = load<i32>(TOKEN_TO + cell);
  if (made == LETTERS) return bitsOfLetters(a, b, to - from) == WORD;
  // A token without digits is read at once: to look it up in a table that fresh tokens fill costs as much.
  const bits = hasDigit(from, to) ? known(a, b, from, to) : read(from, min(to, from + MASKED_BYTES));
  return bits == WORD || (bits & KIND_BITS) == NAME || bits == NUMBERED;
}

/** Kind and bits of a token with something masked, from the miner's table where it has them. */
function known(a: i32, b: i32, from: i32, to: i32): i32 {
  const slot = TRAITS + (((a ^ <i32>(<u32>a >> 15)) & (TRAIT_SLOTS - 1)) << 4);
  const kept = load<i32>(slot, 8);
  if (kept != 0 && load<i32>(slot) == a && load<i32>(slot, 4) == b) return kept - 1;
  const bits = read(MASKED, MASKED + writeMasked(from, to));
  store<i32>(slot, a);
  store<i32>(slot, b, 4);
  store<i32>(slot, bits + 1, 8);
  store<i32>(slot, key, 12);
  return bits;
}

function bitsOfLetters(a: i32, b: i32, size: i32): i32 {
  if (size > LONGEST_SPECIAL || load<u8>(MAYBE_SPECIAL + (a & 8191)) == 0) return WORD;
  for (let slot = a & (SPECIAL_SLOTS - 1); ; slot = (slot + 1) & (SPECIAL_SLOTS - 1)) {
    const at = SPECIAL_BITS + (slot << 4);
    const bits = load<i32>(at, 8);
    if (bits == 0 || (load<i32>(at) == a && load<i32>(at, 4) == b)) return WORD | bits;
  }
  return WORD;
}

/** Whether something of the token is masked. */
function hasDigit(from: i32, to: i32): bool {
  for (let at = from; at < to; at += 16) {
    const digits = i8x16.lt_u(i8x16.sub(v128.load(at), i8x16.splat(48)), i8x16.splat(10));
    const mask = i8x16.bitmask(digits);
    if (mask != 0) return at + ctz(mask) < to;
  }
  return false;
}

function roleAt(at: i32): i32 {
  return load<u8>(ROLES + <i32>load<u8>(at));
}

/** Kind and bits of the masked token of [start, end), its key in `key`. */
function read(start: i32, end: i32): i32 {
  let from = start;
  let to = end;
  while (from < to && (roleAt(from) & OPENER) != 0) from++;
  while (to > from && (roleAt(to - 1) & CLOSER_OR_END) != 0) to--;
  key = 0;
  if (from == to) return end - start >= 2 && from > start ? VARIABLE : NAME;
  const bits = bitsOfWord(from, to);
  if (bits != NAME) return bits;
  key = keyOf(from, to);
  let value = from;
  if (key != 0) {
    while (load<u8>(value) != 61) value++;
    value++;
  }
  const kind = kindOfValue(value, to);
  if (kind == WORD) {
    key = 0;
    return WORD;
  }
  const isBare = to - from == 1 && load<u8>(from) == MARK;
  return kind | (isBare ? BARE : 0) | (from > start ? OPENS : 0);
}

function kindOfValue(from: i32, to: i32): i32 {
  let kind = NAME;
  for (let at = from; at < to; at++) {
    if (load<u8>(at) == MARK) kind = VARIABLE;
    else if ((roleAt(at) & SEPARATOR) != 0) return WORD;
  }
  return kind;
}

function keyOf(from: i32, to: i32): i32 {
  let hash = SEED_A;
  for (let at = from; at < to; at++) {
    const byte: i32 = load<u8>(at);
    if (byte == 61) return at == from ? 0 : finish(hash) | 2;
    if (<i32>load<u8>(CLASSES + byte) != LETTER && byte != 46 && byte != 45 && byte != 95) return 0;
    hash = (hash ^ byte) * PRIME_A;
  }
  return 0;
}

function bitsOfWord(from: i32, to: i32): i32 {
  let letters: i32 = 0;
  let a = SEED_A;
  let b = SEED_B;
  for (let at = from; at < to; at++) {
    const byte: i32 = load<u8>(at);
    if (<i32>load<u8>(CLASSES + byte) == LETTER) letters++;
    else if (byte == MARK) return at == to - 1 && letters >= MIN_PREFIX && letters == at - from ? NUMBERED : NAME;
    else if (byte != 39 && byte != 45) return NAME;
    a = (a ^ byte) * PRIME_A;
    b = b * PRIME_B + byte;
  }
  return letters == 0 ? NAME : bitsOfLetters(a, b, to - from);
}
