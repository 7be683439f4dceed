import { LOG_FIELD_NAMES } from "../records/log-line.ts";
import { hashOfBytes, hashOfWords } from "./word-hash.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const MAX_DEPTH = 6;
const START = 0x811c9dc5 | 0;
const PRIME = 0x01000193;
/** A stack trace tells its exception near its beginning or its end; longer ones are hashed up to here. */
const MAX_STACK = 4096;

/** How the value of a field counts: its words, those of all its lines, or as it stands. */
const WORDS = 1;
const LINES = 2;
const EXACT = 3;

const { body, errorMessage, stack, errorType } = LOG_FIELD_NAMES;
/** Where `attributes["peer.service"]` and the like come from, and what a program calls its events. */
const PEERS = ["peerservice", "serveraddress", "netpeername", "peerhostname", "upstream", "dbhost"];
const NAMED = ["eventname", "errorclass", "exctype", "httpresponsestatuscode", "httpstatuscode", "status"];
const fields = new Map<number, number>();
for (const name of stack) fields.set(plainHash(name), LINES);
for (const name of [...body, ...errorMessage]) fields.set(plainHash(name), WORDS);
for (const name of [...errorType, ...PEERS, ...NAMED]) fields.set(plainHash(name), EXACT);
const ATTRIBUTES = plainHash("attributes");
const LOW_BITS = 4095;
/** By the low bits of a hash of names: 1 where one of `fields` has them. Nearly every field of a line is none of them. */
const MAY_COUNT = new Uint8Array(LOW_BITS + 1);
for (const path of fields.keys()) MAY_COUNT[path & LOW_BITS] = 1;

/**
 * A hash of all that a JSON line says by which records are grouped: the words of its message, exception, peer, name of
 * the event. Fields are known in any of the usual spellings, and wherever they stand.
 */
export class JsonSenses {
  /** Per depth: the hash of the names that lead there. */
  readonly #paths = new Int32Array(MAX_DEPTH + 1);
  #depth = 0;
  #sense = 0;

  of(bytes: Uint8Array, from: number, to: number): number {
    this.#sense = 0;
    this.#paths[0] = START;
    this.#depth = 0;
    for (let at = from; at < to; ) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        at = this.#text(bytes, at, to);
        continue;
      }
      // The first brace is that of the line; an object in a list has no name.
      if (byte === OPEN && at > from) this.#go(START);
      else if (byte === CLOSE) this.#depth -= 1;
      at += 1;
    }
    return this.#sense;
  }

  /** Takes a name and its value, or a text of a list; gives where it ends. */
  #text(bytes: Uint8Array, at: number, to: number): number {
    // The hash of a name in lower case without separators, going on from the names before it.
    let path = this.#paths[Math.max(0, Math.min(this.#depth, MAX_DEPTH))] ?? START;
    let end = at + 1;
    for (; end < to; end++) {
      const byte = bytes[end] ?? 0;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) end += 1;
      const plain = PLAIN[byte] ?? 0;
      if (plain !== 0) path = Math.imul(path ^ plain, PRIME);
    }
    const next = skipBlanks(bytes, end + 1, to);
    if (bytes[next] !== COLON) return Math.min(end, to) + 1;
    const value = skipBlanks(bytes, next + 1, to);
    if (bytes[value] !== OPEN) return this.#value(bytes, { from: value, to }, path);
    this.#go(path === ATTRIBUTES ? START : path);
    return value + 1;
  }

  #go(path: number): void {
    this.#depth += 1;
    if (this.#depth >= 0 && this.#depth <= MAX_DEPTH) this.#paths[this.#depth] = path;
  }

  /** Counts the value of a field; gives where it ends. */
  #value(bytes: Uint8Array, { from, to }: Range, path: number): number {
    const isText = bytes[from] === QUOTE;
    const start = isText ? from + 1 : from;
    const end = isText ? endOfText(bytes, start, to) : endOfScalar(bytes, start, to);
    const how = MAY_COUNT[path & LOW_BITS] === 1 ? fields.get(path) : undefined;
    if (how !== undefined && end > start)
      this.#sense = (this.#sense + spread(path ^ hashed(bytes, { from: start, to: end }, how))) | 0;
    return isText ? end + 1 : end;
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function hashed(bytes: Uint8Array, { from, to }: Range, how: number): number {
  if (how === EXACT) return hashOfBytes(bytes, from, to);
  const end = how === LINES ? Math.min(to, from + MAX_STACK) : to;
  return hashOfWords(bytes, { from, to: end, isHeadline: how === WORDS });
}

/** Fields come in any order, so their hashes are added up: each must be spread over all bits first. */
export function spread(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
}

function endOfText(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, to);
}

/** Behind a number or a word; a list ends where its first text or object begins. */
function endOfScalar(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && SCALAR_END[bytes[at] ?? 0] === 0) at += 1;
  return at;
}

const SCALAR_END = new Uint8Array(256);
for (const byte of '",}]{ \t\r\n') SCALAR_END[byte.charCodeAt(0)] = 1;

function skipBlanks(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] ?? 0) <= 0x20) at += 1;
  return at;
}

/** Each byte of a name in lower case; 0 for separators. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte);
  return "._@- /\t".includes(letter) ? 0 : letter.toLowerCase().charCodeAt(0);
});

function plainHash(name: string): number {
  let hash = START;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), PRIME);
  return hash;
}
