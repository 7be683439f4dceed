// @ts-nocheck -- AssemblyScript

import { fromOf, kindOf, toOf } from "./shapes";
import { isVerbatim } from "./texts";

const TRACE: i32 = 5;
const REQUEST: i32 = 6;
/** An id that is left to the program. */
export let isOddId: bool = false;

/** The hash of the trace id, else of the request id. */
export function trace(): u32 {
  isOddId = false;
  if (kindOf(TRACE) != 0) {
    if (!isVerbatim(TRACE)) {
      isOddId = true;
      return 0;
    }
    const from = fromOf(TRACE);
    const to = toOf(TRACE);
    const hash = isTraceId(from, to) ? hashOfId(from, to) : 0;
    if (hash != 0) return hash;
  }
  if (kindOf(REQUEST) == 0) return 0;
  if (!isVerbatim(REQUEST)) {
    isOddId = true;
    return 0;
  }
  return hashOfId(fromOf(REQUEST), toOf(REQUEST));
}

function isTraceId(from: i32, to: i32): bool {
  const size = to - from;
  if (size < 8 || size > 64) return false;
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const letter = i8x16.lt_u(i8x16.sub(v128.or(bytes, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(26));
    const digit = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10));
    const sign = v128.or(i8x16.eq(bytes, i8x16.splat(0x5f)), i8x16.eq(bytes, i8x16.splat(0x2d)));
    const fit = i8x16.bitmask(v128.or(v128.or(letter, digit), sign));
    const rest = to - at;
    const wanted = rest >= 16 ? 0xffff : (1 << rest) - 1;
    if ((fit & wanted) != wanted) return false;
  }
  return true;
}

function hashOfId(from: i32, to: i32): u32 {
  if (isVoid(from, to)) return 0;
  let hash: u32 = 0;
  let at = from;
  for (; at + 4 <= to; at += 4) hash = rotl<u32>(hash ^ scrambled(load<u32>(at) | 0x20202020), 13) * 5 + 0xe6546b64;
  if (at < to) {
    let rest: u32 = 0;
    for (let last = to - 1; last >= at; last--) rest = (rest << 8) | <u32>load<u8>(last) | 0x20;
    hash ^= scrambled(rest);
  }
  hash ^= to - from;
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  hash ^= hash >> 16;
  return hash == 0 ? 1 : hash;
}

function scrambled(word: u32): u32 {
  return rotl<u32>(word * 0xcc9e2d51, 15) * 0x1b873593;
}

function isVoid(from: i32, to: i32): bool {
  for (let at = from; at < to; at++) {
    const byte: i32 = load<u8>(at);
    if (byte != 0x30 && byte != 0x2d) return false;
  }
  return true;
}
