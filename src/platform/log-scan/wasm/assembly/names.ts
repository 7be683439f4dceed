// @ts-nocheck -- AssemblyScript
import { NAME_SLOTS, NAMES, NAMES_BYTES } from "../layout";
import { nameAt } from "./imports";

const MAX_NAME: i32 = 55;
const MULTIPLIER: u32 = 0x9e3779b1;

/** The number of the name in the table; the program is asked for names not met lately. */
export function indexOf(table: i32, from: i32, to: i32): i32 {
  const length = to - from;
  if (length > MAX_NAME || length < 1) return nameAt(table, from, to);
  let hash: u32 = length * MULTIPLIER;
  let at: i32 = 0;
  for (; at + 8 <= length; at += 8) {
    hash = ((hash ^ load<u32>(from + at)) * MULTIPLIER) ^ load<u32>(from + at, 4);
    hash ^= hash >> 15;
  }
  const rest = length - at;
  const last: u64 = rest == 0 ? 0 : load<u64>(from + at) & (<u64>-1 >> <u64>(64 - (rest << 3)));
  hash = ((hash ^ <u32>last) * MULTIPLIER) ^ <u32>(last >> 32);
  hash = (hash ^ (hash >> 15)) * MULTIPLIER;
  const slot: i32 = NAMES + table * NAMES_BYTES + ((hash >> 14) & (NAME_SLOTS - 1)) * 64;
  if (holds(slot, from, at, last, length)) return load<i32>(slot, 4);
  // A second place, to which a name moves when another one takes the first.
  const second = slot ^ 64;
  if (holds(second, from, at, last, length)) return load<i32>(second, 4);
  const number = nameAt(table, from, to);
  if (load<i32>(slot) != 0) memory.copy(second, slot, 64);
  for (let copied: i32 = 0; copied < at; copied += 8) store<u64>(slot + 8 + copied, load<u64>(from + copied));
  store<u64>(slot + 8 + at, last);
  store<i32>(slot, length);
  store<i32>(slot, number, 4);
  return number;
}

/** Whether the name of `length` bytes stands in the slot: whole words up to `whole`, then the `last` bytes. */
function holds(slot: i32, from: i32, whole: i32, last: u64, length: i32): bool {
  if (load<i32>(slot) != length || load<u64>(slot + 8 + whole) != last) return false;
  for (let same: i32 = 0; same < whole; same += 8) {
    if (load<u64>(slot + 8 + same) != load<u64>(from + same)) return false;
  }
  return true;
}
