// @ts-nocheck -- AssemblyScript
import { SCRATCH } from "../layout";
import { flagsOf, fromOf, kindOf, toOf } from "./shapes";
import { BEYOND_ASCII, BOOLEAN, ESCAPED, INTEGER, TEXT } from "./tokens";

const BODY: i32 = 2;
const ERROR: i32 = 7;

/** Where the message stands that is to be mined. */
export let bodyFrom: i32 = 0;
export let bodyTo: i32 = 0;

/** Where the text stands that `text` found. */
let textFrom: i32 = 0;
let textTo: i32 = 0;

/** Whether the text of a field is its bytes. */
export function isVerbatim(field: i32): bool {
  const kind = kindOf(field);
  if (kind == TEXT) {
    const flags = flagsOf(field);
    if (flags == 0) return true;
    return flags == BEYOND_ASCII && isUtf8(fromOf(field), toOf(field));
  }
  return kind == INTEGER || kind == BOOLEAN;
}

/** Whether the bytes are well-formed UTF-8 (RFC 3629). */
function isUtf8(from: i32, to: i32): bool {
  let at = from;
  while (at < to) {
    const lead: i32 = load<u8>(at++);
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return false;
    const rest: i32 = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (at + rest > to) return false;
    const second: i32 = load<u8>(at);
    const low: i32 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const high: i32 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (let next: i32 = 1; next < rest; next++) if ((<i32>load<u8>(at + next) & 0xc0) != 0x80) return false;
    at += rest;
  }
  return true;
}

/** Finds what is to be mined: the first line of the message with its error. False when the program must. */
export function body(): bool {
  const hasMessage = kindOf(BODY) != 0;
  const hasError = kindOf(ERROR) != 0;
  if (hasMessage && !hasError && (flagsOf(BODY) & ESCAPED) == 0) {
    if (!isVerbatim(BODY)) return false;
    let from = fromOf(BODY);
    const to = toOf(BODY);
    while (from < to && load<u8>(from) == 0x20) from++;
    bodyFrom = from;
    bodyTo = to;
    return true;
  }
  if (!hasMessage && !hasError) return false;
  if (!hasError || !hasMessage) {
    if (!text(hasMessage ? BODY : ERROR, SCRATCH)) return false;
    firstLine(textFrom, textTo);
    return true;
  }
  if (!text(BODY, SCRATCH)) return false;
  const from = textFrom;
  const to = textTo;
  if (!text(ERROR, endInScratch(to))) return false;
  const said = includes(from, to, textFrom, textTo);
  if (said < 0) return false;
  if (said == 1) firstLine(from, to);
  else glue(from, to);
  return true;
}

/** The end of a text in the scratch, or the start of the scratch when it stands elsewhere. */
function endInScratch(to: i32): i32 {
  return to >= SCRATCH && to <= SCRATCH + 131072 ? to : SCRATCH;
}

function text(field: i32, into: i32): bool {
  const kind = kindOf(field);
  if (kind != TEXT && kind != INTEGER && kind != BOOLEAN) return false;
  const from = fromOf(field);
  const to = toOf(field);
  const flags = flagsOf(field);
  if ((flags & BEYOND_ASCII) != 0 && !isUtf8(from, to)) return false;
  if ((flags & ESCAPED) == 0) {
    textFrom = from;
    textTo = to;
    return true;
  }
  const end = unescape(from, to, into);
  textFrom = into;
  textTo = end;
  return end >= 0;
}

/** Behind the text of the JSON string, written as UTF-8 from `into` on; -1 when a surrogate stands in it. */
function unescape(from: i32, to: i32, into: i32): i32 {
  let end = into;
  let at = from;
  while (at < to) {
    const bytes = v128.load(at);
    v128.store(end, bytes);
    const mask = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0x5c)));
    const plain = mask == 0 ? 16 : ctz(mask);
    at += plain;
    end += plain;
    if (at >= to) return end - (at - to);
    if (mask == 0) continue;
    const byte: i32 = load<u8>(at + 1);
    at += 2;
    if (byte == 0x75) {
      const unit = (hex(at) << 12) | (hex(at + 1) << 8) | (hex(at + 2) << 4) | hex(at + 3);
      if (unit >= 0xd800 && unit <= 0xdfff) return -1;
      end = put(end, unit);
      at += 4;
    } else store<u8>(end++, short(byte));
  }
  return end;
}

function short(byte: i32): i32 {
  if (byte == 0x6e) return 10;
  if (byte == 0x74) return 9;
  if (byte == 0x72) return 13;
  if (byte == 0x62) return 8;
  return byte == 0x66 ? 12 : byte;
}

function hex(at: i32): i32 {
  const byte: i32 = load<u8>(at);
  return byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
}

function put(end: i32, unit: i32): i32 {
  if (unit < 0x80) {
    store<u8>(end, unit);
    return end + 1;
  }
  if (unit < 0x800) {
    store<u8>(end, 0xc0 | (unit >> 6));
    store<u8>(end + 1, 0x80 | (unit & 0x3f));
    return end + 2;
  }
  store<u8>(end, 0xe0 | (unit >> 12));
  store<u8>(end + 1, 0x80 | ((unit >> 6) & 0x3f));
  store<u8>(end + 2, 0x80 | (unit & 0x3f));
  return end + 3;
}

/** 1 when the text holds the part, 0 when not, -1 when telling would take much longer than reading both. */
function includes(from: i32, to: i32, partFrom: i32, partTo: i32): i32 {
  const size = partTo - partFrom;
  let work = 1024 + 8 * (to - from);
  const first: i32 = load<u8>(partFrom);
  for (let at = from; at + size <= to; at++) {
    if (<i32>load<u8>(at) != first) continue;
    let same: i32 = 1;
    while (same < size && load<u8>(at + same) == load<u8>(partFrom + same)) same++;
    if (same >= size) return 1;
    work -= same;
    if (work < 0) return -1;
  }
  return 0;
}

/** The message at `from`, a colon and the text found last, behind both in the scratch. */
function glue(from: i32, to: i32): void {
  const messageEnd = endInScratch(to);
  const errorEnd = endInScratch(textTo);
  const start = messageEnd > errorEnd ? messageEnd : errorEnd;
  let end = start;
  memory.copy(end, from, to - from);
  end += to - from;
  store<u16>(end, 0x203a);
  end += 2;
  memory.copy(end, textFrom, textTo - textFrom);
  firstLine(start, end + textTo - textFrom);
}

function firstLine(from: i32, to: i32): void {
  let start = from;
  while (start < to && isBlank(load<u8>(start))) start++;
  let end = start;
  while (end < to && load<u8>(end) != 0x0a) end++;
  if (end > start && load<u8>(end - 1) == 0x0d) end--;
  bodyFrom = start;
  bodyTo = end;
}

function isBlank(byte: i32): bool {
  return byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d;
}
