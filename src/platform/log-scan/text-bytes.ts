import { BYTE } from "./json-tokens.ts";

const SHORT = new Uint8Array(256);
for (const [letter, byte] of Object.entries({ b: 8, f: 12, n: 10, r: 13, t: 9, '"': 0x22, "\\": 0x5c, "/": 0x2f }))
  SHORT[letter.charCodeAt(0)] = byte;

/** Whether `bytes[from, to)` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). */
// oxlint-disable-next-line complexity -- one branch per row of the RFC's table
export function isUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to) {
    const lead = bytes[at++] ?? 0;
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return false;
    const rest = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (at + rest > to) return false;
    const second = bytes[at] ?? 0;
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (let next = 1; next < rest; next++) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return false;
    at += rest;
  }
  return true;
}

/**
 * Writes the text of the JSON string `bytes[from, to)` (checked, without quotes) as UTF-8 at `into`, which has room for
 * it. Gives the end of what it wrote, or -1 when a surrogate stands in it: lone ones have no UTF-8.
 */
// oxlint-disable-next-line max-params -- five numbers of one copy
export function unescapeInto(bytes: Uint8Array, from: number, to: number, into: Uint8Array, start: number): number {
  let end = start;
  let at = from;
  while (at < to) {
    const byte = bytes[at++] ?? 0;
    if (byte !== BYTE.backslash) into[end++] = byte;
    else if (bytes[at] === 0x75) {
      const unit = hexUnit(bytes, at + 1);
      if (unit >= 0xd800 && unit <= 0xdfff) return -1;
      end = putUnit(into, end, unit);
      at += 5;
    } else into[end++] = SHORT[bytes[at++] ?? 0] ?? 0;
  }
  return end;
}

/** Where a text stands. */
export interface ByteRange {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** 1 when the text holds the part, 0 when not, -1 when telling would take much longer than reading both. */
export function includesBytes(text: ByteRange, part: ByteRange): number {
  const size = part.to - part.from;
  let work = 1024 + 8 * (text.to - text.from);
  const first = part.bytes[part.from];
  for (let at = text.from; at + size <= text.to; at++) {
    if (text.bytes[at] !== first) continue;
    let same = 1;
    while (same < size && text.bytes[at + same] === part.bytes[part.from + same]) same++;
    if (same >= size) return 1;
    work -= same;
    if (work < 0) return -1;
  }
  return 0;
}

/** The first line with words: blanks and line ends before it, and a carriage return behind it, are left out. */
export function firstLine(bytes: Uint8Array, from: number, to: number): ByteRange {
  let start = from;
  while (start < to && isBlank(bytes[start] ?? 0)) start++;
  let end = start;
  while (end < to && bytes[end] !== BYTE.newline) end++;
  if (end > start && bytes[end - 1] === BYTE.carriageReturn) end--;
  return { bytes, from: start, to: end };
}

function isBlank(byte: number): boolean {
  return byte === BYTE.space || byte === BYTE.tab || byte === BYTE.newline || byte === BYTE.carriageReturn;
}

function hexUnit(bytes: Uint8Array, at: number): number {
  let unit = 0;
  for (let digit = 0; digit < 4; digit++) {
    const byte = bytes[at + digit] ?? 0;
    unit = unit * 16 + (byte <= BYTE.nine ? byte - BYTE.zero : (byte | 0x20) - 0x57);
  }
  return unit;
}

function putUnit(into: Uint8Array, end: number, unit: number): number {
  if (unit < 0x80) {
    into[end] = unit;
    return end + 1;
  }
  if (unit < 0x800) {
    into[end] = 0xc0 | (unit >> 6);
    into[end + 1] = 0x80 | (unit & 0x3f);
    return end + 2;
  }
  into[end] = 0xe0 | (unit >> 12);
  into[end + 1] = 0x80 | ((unit >> 6) & 0x3f);
  into[end + 2] = 0x80 | (unit & 0x3f);
  return end + 3;
}
