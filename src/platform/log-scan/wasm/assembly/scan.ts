// @ts-nocheck -- AssemblyScript
import {
  COUNTED,
  FINALS,
  HOSTS,
  LENGTHS,
  MAX_ROWS,
  MAX_TEMPLATES,
  ODD_VALUE,
  OFFSETS,
  PENDING,
  SERVICES,
  SEVERITIES,
  SIGNATURE_SLOTS,
  SIGNATURES,
  TEMPLATES,
  TIMES,
  TRACES,
  UNKNOWN_SHAPE,
  ZONELESS,
} from "../layout";
import { isOddId, trace } from "./ids";
import { decline, finalOf, groupOfNobody, mine, place } from "./imports";
import { noteSigned, sign, signatureA, signatureB } from "./mask";
import { indexOf } from "./names";
import { findPattern } from "./patterns";
import { flagsOf, follow, fromOf, hasKind, kindOf, toOf } from "./shapes";
import { body, bodyFrom, bodyTo, isVerbatim } from "./texts";
import { timeMs, UNREAD, zoneless } from "./times";
import { blanks, INTEGER, TEXT } from "./tokens";

const MAX_LINE: i32 = 65536;
const PROBES: i32 = 4;
const LEVEL: i32 = 1;
const SERVICE: i32 = 3;
const HOST: i32 = 4;

/** Rows and templates met since the program took them. */
let rows: i32 = 0;
let counted: i32 = 0;
let timeless: i32 = 0;

let ownService: i32 = -1;
let ownHost: i32 = -1;
let receivedMs: f64 = 0;
/** Whether lines with a "kind" go to the program. */
let sortsKinds: bool = false;
let nobody: i32 = -1;
/** Of the miner; without it the program is asked for each message. */
let hasMiner: bool = false;
let maxTokens: i32 = 0;
let maxMessage: i32 = 0;

export function setTarget(service: i32, host: i32, receivedAtMs: f64, otherKinds: bool): void {
  ownService = service;
  ownHost = host;
  receivedMs = receivedAtMs;
  sortsKinds = otherKinds;
  nobody = -1;
}

export function setMiner(tokens: i32, messageBytes: i32): void {
  hasMiner = tokens > 0;
  maxTokens = tokens;
  maxMessage = messageBytes;
}

export function rowsReady(): i32 {
  return rows;
}

export function templatesCounted(): i32 {
  return counted;
}

export function timelessLines(): i32 {
  return timeless;
}

/** The program has taken the rows and the counts. */
export function taken(): void {
  rows = 0;
  counted = 0;
  timeless = 0;
}

/**
 * Reads the lines of [from, to); the last byte is a newline, and what stands behind it may be read. `base` makes an
 * offset of an address. Gives where it stopped: at `to`, or earlier when there is no more room for rows.
 */
export function scan(from: i32, to: i32, base: i32): i32 {
  let at = from;
  while (at < to) {
    const byte: i32 = load<u8>(at);
    if (byte == 0x0a || byte == 0x20 || byte == 0x0d || byte == 0x09) {
      at++;
      continue;
    }
    if (rows == MAX_ROWS) return at;
    const close = byte == 0x7b ? follow(at) : -1;
    if (close > 0 && close - at <= MAX_LINE) {
      const end = blanks(close);
      if (load<u8>(end) == 0x0a) {
        if (!take(at, close - at, base)) decline(at, end, ODD_VALUE);
        at = end + 1;
        continue;
      }
    }
    const end = newline(at);
    decline(at, end, UNKNOWN_SHAPE);
    at = end + 1;
  }
  return at;
}

/** The templates of the messages of [from, to), one a line; otherwise as `scan`. */
export function mineLines(from: i32, to: i32, group: i32): i32 {
  let at = from;
  while (at < to) {
    if (rows == MAX_ROWS) return at;
    const end = newline(at);
    const template = templateOf(group, at, end);
    store<i32>(TEMPLATES + (rows << 2), template);
    rows += 1;
    at = end + 1;
  }
  return at;
}

function newline(from: i32): i32 {
  let at = from;
  for (;;) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(0x0a)));
    if (mask != 0) return at + ctz(mask);
    at += 16;
  }
  return -1;
}

/** Makes the row of the line whose fields are noted; false when the program must. */
function take(from: i32, length: i32, base: i32): bool {
  if (hasKind && sortsKinds) return false;
  const saidMs = timeMs();
  if (saidMs == UNREAD) return false;
  const level = severity();
  if (level < 0) return false;
  const hash = trace();
  if (isOddId) return false;
  const namesService = kindOf(SERVICE) != 0;
  const namesHost = kindOf(HOST) != 0;
  if ((namesService && !isVerbatim(SERVICE)) || (namesHost && !isVerbatim(HOST)) || !body()) return false;
  const time = isNaN(saidMs) ? receivedMs : saidMs;
  if (isNaN(time)) {
    timeless += 1;
    return true;
  }
  const row = rows;
  const host = namesHost ? indexOf(1, fromOf(HOST), toOf(HOST)) : ownHost;
  const service = namesService ? indexOf(0, fromOf(SERVICE), toOf(SERVICE)) : ownService;
  let group = service;
  if (group < 0) {
    if (nobody < 0) nobody = groupOfNobody();
    group = nobody;
  }
  store<i32>(OFFSETS + (row << 2), from + base);
  store<i32>(LENGTHS + (row << 2), length);
  store<f64>(TIMES + (row << 3), time);
  store<i32>(SERVICES + (row << 2), service);
  store<i32>(HOSTS + (row << 2), host);
  store<u32>(TRACES + (row << 2), hash);
  store<u8>(SEVERITIES + row, level);
  store<u8>(ZONELESS + row, zoneless ? 1 : 0);
  store<i32>(TEMPLATES + (row << 2), templateOf(group, bodyFrom, bodyTo));
  rows = row + 1;
  return true;
}

/** The number of the severity; -1 when the program must tell. */
function severity(): i32 {
  const kind = kindOf(LEVEL);
  if (kind == 0) return 0;
  const from = fromOf(LEVEL);
  const to = toOf(LEVEL);
  if (kind == INTEGER) {
    const ten = <i32>load<u8>(from) - 0x30;
    return to - from == 2 && load<u8>(from + 1) == 0x30 && ten >= 1 && ten <= 6 ? ten : 0;
  }
  if (kind != TEXT || flagsOf(LEVEL) != 0 || to - from > 32) return -1;
  return indexOf(2, from, to);
}

function templateOf(group: i32, from: i32, to: i32): i32 {
  if (!hasMiner) return mine(group, from, to);
  const end = to - from > maxMessage ? from + maxMessage : to;
  const behind: i32 = load<u8>(end);
  store<u8>(end, 0);
  sign(from, end, maxTokens);
  const kept = remembered(group);
  const fitting = kept < 0 ? findPattern(group) : kept;
  store<u8>(end, behind);
  if (fitting >= MAX_TEMPLATES) return mine(group, from, to);
  if (fitting >= 0) return countOne(fitting);
  noteSigned();
  return place(group);
}

/** The template of the message signed last by its signature; -1 when it is not known. */
function remembered(group: i32): i32 {
  const home = signatureA ^ (group * 0x2c1b3c6d);
  for (let probe: i32 = 0; probe < PROBES; probe++) {
    const slot = SIGNATURES + (((home + probe) & (SIGNATURE_SLOTS - 1)) << 4);
    const kept = load<i32>(slot, 12);
    if (kept == 0) return -1;
    if (load<i32>(slot) == signatureA && load<i32>(slot, 4) == signatureB && load<i32>(slot, 8) == group)
      return kept - 1;
  }
  return -1;
}

function countOne(kept: i32): i32 {
  let known = load<i32>(FINALS + (kept << 2));
  if (known == 0) {
    known = finalOf(kept) + 1;
    store<i32>(FINALS + (kept << 2), known);
  }
  const pending = PENDING + ((known - 1) << 2);
  const count = load<i32>(pending);
  if (count == 0) store<i32>(COUNTED + (counted++ << 2), known - 1);
  store<i32>(pending, count + 1);
  return known - 1;
}
