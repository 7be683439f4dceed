// @ts-nocheck -- AssemblyScript
import { PATTERN_SETS, PATTERN_STRIDE, PATTERN_WAYS, PATTERNS, SPECIAL, TOKENS, TRAIT_SLOTS, TRAITS } from "../layout";
import { LETTERS, LETTERS_AND_SIGN, LONGEST_SPECIAL, tokenCount } from "./mask";

const MAX_TOKENS: i32 = 31;
const HEAD: i32 = 16;
/** Kinds and bits of traits, see `token-traits.ts`. */
const WORD: i32 = 0;
const NAME: i32 = 1;
const NUMBERED: i32 = 3;
const KIND_BITS: i32 = 3;

const NO: i32 = 0;
const YES: i32 = 1;
const UNCERTAIN: i32 = 2;

/** The template of a pattern that the message signed last fits, as the miner's table finds it; -1 when the miner must tell. */
export function findPattern(group: i32): i32 {
  const tokens = tokenCount;
  if (tokens == 0 || tokens > MAX_TOKENS) return -1;
  const mixed: u32 = (load<i32>(TOKENS) ^ ((group * 64 + tokens) * <i32>0x9e3779b1)) * <i32>0x85ebca6b;
  const set: i32 = (mixed ^ (mixed >> 16)) & (PATTERN_SETS - 1);
  for (let way: i32 = 0; way < PATTERN_WAYS; way++) {
    const at = PATTERNS + (set * PATTERN_WAYS + way) * (PATTERN_STRIDE << 2);
    const template = load<i32>(at, 8);
    if (template == 0) return -1;
    if (load<i32>(at) != group || load<i32>(at, 4) != tokens) continue;
    const fit = fits(at, tokens);
    if (fit == YES) return template - 1;
    if (fit == UNCERTAIN) return -1;
  }
  return -1;
}

function fits(at: i32, tokens: i32): i32 {
  const anyWord: u32 = load<u32>(at, 12);
  let uncertain = false;
  for (let index: i32 = 0; index < tokens; index++) {
    const token = TOKENS + (index << 4);
    if (((anyWord >> index) & 1) == 0) {
      if (load<u64>(at + HEAD + (index << 3)) != load<u64>(token)) return NO;
      continue;
    }
    const alone = standsAlone(token);
    if (alone == NO) return NO;
    if (alone == UNCERTAIN) uncertain = true;
  }
  return uncertain ? UNCERTAIN : YES;
}

/** Whether the token makes a column of its own; uncertain when its traits are not remembered. */
function standsAlone(token: i32): i32 {
  const made = load<i32>(token, 8);
  if (made == LETTERS_AND_SIGN) return YES;
  const a = load<i32>(token);
  if (made == LETTERS) {
    return load<i32>(token, 12) > LONGEST_SPECIAL || load<u8>(SPECIAL + (a & 8191)) == 0 ? YES : UNCERTAIN;
  }
  const slot = TRAITS + (((a ^ <i32>(<u32>a >> 15)) & (TRAIT_SLOTS - 1)) << 4);
  const kept = load<i32>(slot, 8);
  if (kept == 0 || load<i32>(slot) != a || load<i32>(slot, 4) != load<i32>(token, 4)) return UNCERTAIN;
  const bits = kept - 1;
  return bits == WORD || (bits & KIND_BITS) == NAME || bits == NUMBERED ? YES : NO;
}
