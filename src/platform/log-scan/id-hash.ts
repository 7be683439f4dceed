/**
 * A 32-bit hash of the id in `bytes[from, to)`, the same in every process and for both cases of a letter, so that a trace
 * id written in capitals finds its kin. 0 stands for no id: nothing, or zeros and dashes only. The method is
 * MurmurHash3_x86_32 by Austin Appleby, seed 0, over the bytes with bit 0x20 set.
 */
export function hashOfId(bytes: Uint8Array, from: number, to: number): number {
  if (isVoid(bytes, from, to)) return 0;
  let hash = 0;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    hash = withWord(hash, word | CASE);
  }
  if (at < to) {
    let rest = 0;
    for (let end = to - 1; end >= at; end--) rest = (rest << 8) | (bytes[end] ?? 0) | 0x20;
    hash ^= scrambled(rest);
  }
  return finished(hash, to - from);
}

/** The hash of an id given as text; equal to that of its UTF-8 bytes. 0 for null. */
export function hashOfIdText(id: string | null): number {
  if (id === null || id === "") return 0;
  const bytes = new TextEncoder().encode(id);
  return hashOfId(bytes, 0, bytes.length);
}

/** The hash of an id given as raw bytes, an even number of them (OTLP has 8 and 16); equal to that of its hexadecimal digits. */
export function hashOfRawId(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0;
  let anyBit = 0;
  for (let at = from; at + 2 <= to; at += 2) {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    anyBit |= first | second;
    const word =
      hexDigit(first >> 4) |
      (hexDigit(first & 15) << 8) |
      (hexDigit(second >> 4) << 16) |
      (hexDigit(second & 15) << 24);
    hash = withWord(hash, word);
  }
  return anyBit === 0 ? 0 : finished(hash, (to - from) * 2);
}

const CASE = 0x20202020;
const ZERO = 0x30;
const DASH = 0x2d;

function withWord(hash: number, word: number): number {
  const mixed = hash ^ scrambled(word);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function finished(hash: number, length: number): number {
  let mixed = hash ^ length;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  mixed = (mixed ^ (mixed >>> 16)) >>> 0;
  return mixed === 0 ? 1 : mixed;
}

function hexDigit(value: number): number {
  return value < 10 ? ZERO + value : 0x57 + value;
}

function isVoid(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== ZERO && byte !== DASH) return false;
  }
  return true;
}
