// @ts-nocheck -- AssemblyScript
import {
  FIRST_WORDS,
  FIRST_WORDS_SIZE,
  HASH_A,
  HASH_B,
  MAYBE_SPECIAL,
  PATTERN_SETS,
  PATTERN_STRIDE,
  PATTERN_TOKENS,
  PATTERN_WAYS,
  PATTERNS,
  SHAPES,
} from "../layout";
import { LETTERS, LETTERS_AND_SIGN, tokenCount } from "./mask";
import { standsAlone } from "./traits";

const ANY_WORD: i32 = 16;
const ROW_A: i32 = 32;
const ROW_B: i32 = ROW_A + PATTERN_TOKENS * 4;

/** The template of a pattern that the message signed last fits, as the miner's table finds it; -1 when there is none. */
export function findPattern(group: i32): i32 {
  const tokens = tokenCount;
  if (tokens == 0 || tokens > PATTERN_TOKENS) return -1;
  const first = load<i32>(HASH_A);
  const template = findIn(setOf(group, tokens, first), group, tokens);
  if (template >= 0 || isNamed(group, first)) return template;
  return findIn(setOf(group, tokens, 0), group, tokens);
}

function setOf(group: i32, tokens: i32, first: i32): i32 {
  const mixed: u32 = (first ^ ((group * 128 + tokens) * <i32>0x9e3779b1)) * <i32>0x85ebca6b;
  return (mixed ^ (mixed >> 16)) & (PATTERN_SETS - 1);
}

/** Whether lines that start with this word have templates of their own. */
function isNamed(group: i32, first: i32): bool {
  const mixed: u32 = (first ^ (group * <i32>0x9e3779b1)) * <i32>0x85ebca6b;
  const bit: i32 = (mixed ^ (mixed >> 16)) & (FIRST_WORDS_SIZE * 32 - 1);
  return ((load<u32>(FIRST_WORDS + ((bit >> 5) << 2)) >> (bit & 31)) & 1) != 0;
}

function findIn(set: i32, group: i32, tokens: i32): i32 {
  for (let way: i32 = 0; way < PATTERN_WAYS; way++) {
    const at = PATTERNS + (set * PATTERN_WAYS + way) * (PATTERN_STRIDE << 2);
    const template = load<i32>(at, 8);
    if (template == 0) return -1;
    if (load<i32>(at) == group && load<i32>(at, 4) == tokens && fits(at, tokens)) return template - 1;
  }
  return -1;
}

function fits(at: i32, tokens: i32): bool {
  let different: u64 = 0;
  for (let token: i32 = 0; token < tokens; token += 4) {
    const cell = token << 2;
    const sameA = i32x4.eq(v128.load(at + cell, ROW_A), v128.load(HASH_A + cell));
    const sameB = i32x4.eq(v128.load(at + cell, ROW_B), v128.load(HASH_B + cell));
    different |= (<u64>(i32x4.bitmask(v128.and(sameA, sameB)) ^ 15)) << token;
  }
  // What stands behind the last token is of other messages.
  different &= <u64>-1 >> (64 - tokens);
  if ((different & ~load<u64>(at, ANY_WORD)) != 0) return false;
  while (different != 0) {
    if (!isAlone(<i32>ctz(different))) return false;
    different &= different - 1;
  }
  return true;
}

function isAlone(token: i32): bool {
  const made: i32 = load<u8>(SHAPES + token);
  if (made == LETTERS_AND_SIGN) return true;
  if (made == LETTERS && load<u8>(MAYBE_SPECIAL + (load<i32>(HASH_A + (token << 2)) & 8191)) == 0) return true;
  return standsAlone(token, made);
}
