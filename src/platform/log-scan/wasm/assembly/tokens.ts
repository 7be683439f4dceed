// @ts-nocheck -- AssemblyScript
import { NESTING } from "../layout";

export const ESCAPED: i32 = 1;
export const BEYOND_ASCII: i32 = 2;
export const TEXT: i32 = 1;
export const INTEGER: i32 = 2;
export const NUMBER: i32 = 3;
export const BOOLEAN: i32 = 4;
export const LIST: i32 = 5;
export const NULL: i32 = 6;
const MAX_NESTING: i32 = 128;

/** Flags of the string, or the kind of the scalar, read last. */
export let flags: i32 = 0;
export let kind: i32 = 0;
/** Scalars seen in the line. */
export let leaves: i32 = 0;

export function resetLeaves(): void {
  leaves = 0;
}

export function addLeaf(): void {
  leaves += 1;
}

/** The closing quote of the string whose first byte is at `from`; -1 when it is none. A newline always ends the look. */
export function string(from: i32): i32 {
  let at = from;
  let seen: i32 = 0;
  for (;;) {
    const bytes = v128.load(at);
    // A signed comparison finds controls and what is beyond ASCII at once.
    const odd = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      i8x16.lt_s(bytes, i8x16.splat(0x20)),
    );
    const mask = i8x16.bitmask(odd);
    if (mask == 0) {
      at += 16;
      continue;
    }
    at += ctz(mask);
    const byte: i32 = load<u8>(at);
    if (byte == 0x22) break;
    if (byte == 0x5c) {
      seen |= ESCAPED;
      at = escape(at + 1);
      if (at < 0) return -1;
    } else if (byte >= 0x80) {
      seen |= BEYOND_ASCII;
      do {
        at++;
      } while (load<u8>(at) >= 0x80);
    } else return -1;
  }
  flags = seen;
  return at;
}

function escape(at: i32): i32 {
  const byte: i32 = load<u8>(at);
  if (
    byte == 0x6e ||
    byte == 0x22 ||
    byte == 0x5c ||
    byte == 0x74 ||
    byte == 0x72 ||
    byte == 0x2f ||
    byte == 0x62 ||
    byte == 0x66
  ) {
    return at + 1;
  }
  if (byte != 0x75) return -1;
  for (let digit = 1; digit <= 4; digit++) {
    const value: i32 = load<u8>(at + digit);
    const isDigit = <u32>(value - 0x30) < 10 || <u32>((value | 0x20) - 0x61) < 6;
    if (!isDigit) return -1;
  }
  return at + 5;
}

/** Behind the number, literal or string at `from`; -1 when it is none. */
export function scalar(from: i32): i32 {
  const byte: i32 = load<u8>(from);
  if (byte == 0x22) {
    kind = TEXT;
    const end = string(from + 1);
    return end < 0 ? -1 : end + 1;
  }
  if (byte <= 0x39) return number(from);
  if (byte == 0x74) {
    kind = BOOLEAN;
    return load<u32>(from) == 0x65757274 ? from + 4 : -1;
  }
  if (byte == 0x66) {
    kind = BOOLEAN;
    return load<u32>(from + 1) == 0x65736c61 ? from + 5 : -1;
  }
  kind = NULL;
  return load<u32>(from) == 0x6c6c756e ? from + 4 : -1;
}

function number(from: i32): i32 {
  const negative = load<u8>(from) == 0x2d;
  const first = negative ? from + 1 : from;
  let at = digits(first);
  if (at == first || (load<u8>(first) == 0x30 && at > first + 1)) return -1;
  kind = at - first <= 15 && !(negative && load<u8>(first) == 0x30) ? INTEGER : NUMBER;
  let next: i32 = load<u8>(at);
  if (next == 0x2e) {
    kind = NUMBER;
    const point = at + 1;
    at = digits(point);
    if (at == point) return -1;
    next = load<u8>(at);
  }
  if ((next | 0x20) != 0x65) return at;
  kind = NUMBER;
  const sign: i32 = load<u8>(at + 1);
  const power = sign == 0x2d || sign == 0x2b ? at + 2 : at + 1;
  at = digits(power);
  return at == power ? -1 : at;
}

function digits(from: i32): i32 {
  let at = from;
  while (<u32>(<i32>load<u8>(at) - 0x30) < 10) at++;
  return at;
}

/** The next byte that is no blank; a newline is none. */
export function blanks(from: i32): i32 {
  let at = from;
  for (;;) {
    const byte: i32 = load<u8>(at);
    if (byte != 0x20 && byte != 0x09 && byte != 0x0d) return at;
    at++;
  }
  return -1;
}

function closerOf(opener: i32): i32 {
  return opener == 0x7b ? 0x7d : 0x5d;
}

/** The value behind the key at `from`; -1 when there is none. */
function key(from: i32): i32 {
  if (load<u8>(from) != 0x22) return -1;
  const end = string(from + 1);
  if (end < 0) return -1;
  const colon = blanks(end + 1);
  return load<u8>(colon) == 0x3a ? blanks(colon + 1) : -1;
}

/** Behind the object or list at `from`, all of it checked; -1 when it is none or nested too deep. */
export function skip(from: i32): i32 {
  let depth = 0;
  let opener: i32 = load<u8>(from);
  store<u8>(NESTING, opener);
  let at = blanks(from + 1);
  if (load<u8>(at) == closerOf(opener)) return at + 1;
  for (;;) {
    if (opener == 0x7b) {
      at = key(at);
      if (at < 0) return -1;
    }
    const byte: i32 = load<u8>(at);
    if (byte == 0x7b || byte == 0x5b) {
      const inner = blanks(at + 1);
      if (load<u8>(inner) != closerOf(byte)) {
        if (++depth == MAX_NESTING) return -1;
        store<u8>(NESTING + depth, byte);
        opener = byte;
        at = inner;
        continue;
      }
      at = inner + 1;
    } else {
      at = scalar(at);
      leaves += 1;
      if (at < 0) return -1;
    }
    at = blanks(at);
    while (load<u8>(at) == closerOf(opener)) {
      at++;
      if (--depth < 0) return at;
      opener = load<u8>(NESTING + depth);
      at = blanks(at);
    }
    if (load<u8>(at) != 0x2c) return -1;
    at = blanks(at + 1);
  }
  return -1;
}

/** Behind the list at `from`, which counts as one scalar. */
export function list(from: i32): i32 {
  const before = leaves;
  const end = skip(from);
  leaves = before + 1;
  kind = LIST;
  return end;
}
