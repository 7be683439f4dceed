// @ts-nocheck -- AssemblyScript
import { FIELDS, STEP_END, STEP_SIZE, STEPS } from "../layout";
import { addLeaf, flags, kind, leaves, list, NULL, resetLeaves, scalar, skip, string, TEXT } from "./tokens";

const MAX_LEAVES: i32 = 96;

/** Whether the object itself has a key "kind". */
export let hasKind: bool = false;

export function kindOf(field: i32): i32 {
  return load<u8>(FIELDS + (field << 4));
}

export function flagsOf(field: i32): i32 {
  return load<u8>(FIELDS + (field << 4), 1);
}

export function fromOf(field: i32): i32 {
  return load<i32>(FIELDS + (field << 4), 4);
}

export function toOf(field: i32): i32 {
  return load<i32>(FIELDS + (field << 4), 8);
}

/** Behind the object that opens at `from`, its needed fields noted; -1 when it has no known shape or anything in it is wrong. */
export function follow(from: i32): i32 {
  for (let field = 0; field < 8; field++) store<u32>(FIELDS + (field << 4), 0x00ff0000);
  hasKind = false;
  resetLeaves();
  let step = STEPS;
  let at = from;
  for (;;) {
    step = after(step, at);
    if (step == 0) return -1;
    at += load<i32>(step, 8);
    if (load<u8>(step, 18)) hasKind = true;
    const code: i32 = load<u8>(step, 16);
    if (code == STEP_END) return leaves > MAX_LEAVES ? -1 : at;
    const byte: i32 = load<u8>(at);
    if (byte == 0x22) {
      const end = string(at + 1);
      if (end < 0) return -1;
      addLeaf();
      if (code != 0) note(code, TEXT, flags, at + 1, end);
      at = end + 1;
    } else {
      at = other(at, byte, code);
      if (at < 0) return -1;
    }
  }
  return -1;
}

/** The step that follows `step` in the bytes at `at`; 0 for none that is known. */
function after(step: i32, at: i32): i32 {
  const head = load<u64>(at);
  let before: i32 = 0;
  let tried: i32 = 0;
  let next = load<i32>(step);
  while (next != 0) {
    // The first eight bytes, or as many as the step has.
    if ((head ^ load<u64>(next, 24)) << (<u64>load<u8>(next, 19)) == 0 && fits(next, at)) {
      // Lines of one logger come together: what is found late is looked at first from now on.
      if (tried > 3) {
        store<i32>(before, load<i32>(next, 4), 4);
        store<i32>(next, load<i32>(step), 4);
        store<i32>(step, next);
      }
      return next;
    }
    tried++;
    before = next;
    next = load<i32>(next, 4);
  }
  return 0;
}

function fits(step: i32, at: i32): bool {
  const length = load<i32>(step, 8);
  if (length > 8 && !isSame(load<i32>(step, 12) + 8, at + 8, length - 8)) return false;
  // An object here is a longer step, unless nothing in it can matter.
  return load<u8>(step, 17) == 0 || load<u8>(at + length) != 0x7b;
}

function isSame(one: i32, other: i32, length: i32): bool {
  let rest = length;
  let at: i32 = 0;
  while (rest > 16) {
    if (v128.any_true(v128.xor(v128.load(one + at), v128.load(other + at)))) return false;
    at += 16;
    rest -= 16;
  }
  const equal = i8x16.bitmask(i8x16.eq(v128.load(one + at), v128.load(other + at)));
  return (~equal & ((1 << rest) - 1)) == 0;
}

function other(from: i32, byte: i32, code: i32): i32 {
  if (byte == 0x7b) return skip(from);
  let end: i32;
  if (byte == 0x5b) end = list(from);
  else {
    end = scalar(from);
    addLeaf();
  }
  if (end >= 0 && kind != NULL && code != 0) note(code, kind, 0, from, end);
  return end;
}

function note(code: i32, kind: i32, flags: i32, from: i32, to: i32): void {
  if (from == to) return;
  const field = FIELDS + (((code - 1) >> 4) << 4);
  const rank = (code - 1) & 15;
  if (rank >= <i32>load<u8>(field, 2)) return;
  store<u32>(field, kind | (flags << 8) | (rank << 16));
  store<i32>(field, from, 4);
  store<i32>(field, to, 8);
}
