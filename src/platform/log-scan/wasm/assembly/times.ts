// @ts-nocheck -- AssemblyScript
import { DAYS_TO_MONTH, DAYS_TO_YEAR } from "../layout";
import { fromOf, kindOf, toOf } from "./shapes";
import { TEXT } from "./tokens";

/** A time that is left to the program. */
export const UNREAD: f64 = -1;
const MIN_MS: f64 = 946684800000;
const MAX_MS: f64 = 4102444800000;
const MAX_EXACT: f64 = 9007199254740991;

export let zoneless: bool = false;
let end: i32 = 0;

/** UTC ms; NaN when the line has no time. */
export function timeMs(): f64 {
  zoneless = false;
  const kind = kindOf(0);
  if (kind == 0) return NaN;
  const from = fromOf(0);
  const to = toOf(0);
  if (kind != TEXT) return numberMs(from, to);
  if (to - from >= 19 && isDateMark(load<u8>(from + 4))) {
    const ms = iso(from, to);
    return end == to ? ms : UNREAD;
  }
  return epochText(from, to);
}

function iso(from: i32, to: i32): f64 {
  end = -1;
  const day = dayOf(from);
  const second = day < 0 ? -1 : secondOf(from + 10);
  if (second < 0) return UNREAD;
  let at = from + 19;
  let fraction: i32 = 0;
  const mark: i32 = at < to ? load<u8>(at) : 0;
  if (mark == 0x2e || mark == 0x2c) {
    let weight: i32 = 100;
    const first = ++at;
    while (at < to && isDigit(load<u8>(at))) {
      if (at - first < 3) {
        fraction += weight * (<i32>load<u8>(at) - 0x30);
        weight /= 10;
      }
      at++;
    }
    if (at == first) return UNREAD;
  }
  const minutes = zone(at, to);
  const ms: f64 = MIN_MS + <f64>day * 86400000.0 + <f64>second * 1000.0 - <f64>minutes * 60000.0;
  if (end < 0 || ms < MIN_MS || ms >= MAX_MS) return UNREAD;
  return ms + <f64>fraction;
}

/** Minutes east of UTC of the zone at `at`; leaves `end` behind it, or at -1. */
function zone(at: i32, to: i32): i32 {
  const sign: i32 = at < to ? load<u8>(at) : 0;
  if (sign == 0x5a || sign == 0x7a) {
    end = at + 1;
    return 0;
  }
  if (sign != 0x2b && sign != 0x2d) {
    zoneless = true;
    end = at;
    return 0;
  }
  const hours = to - at < 5 ? -1 : twoDigits(at + 1);
  const minutesAt = load<u8>(at + 3) == 0x3a ? at + 4 : at + 3;
  const minutes = minutesAt + 2 > to ? -1 : twoDigits(minutesAt);
  if (hours < 0 || minutes < 0) return 0;
  end = minutesAt + 2;
  const offset = hours * 60 + minutes;
  return sign == 0x2d ? -offset : offset;
}

function dayOf(at: i32): i32 {
  const year = twoDigits(at) * 100 + twoDigits(at + 2) - 2000;
  const month = twoDigits(at + 5);
  const day = twoDigits(at + 8);
  if (!isDateMark(load<u8>(at + 4)) || !isDateMark(load<u8>(at + 7))) return -1;
  if (year < 0 || year > 99 || month < 1 || month > 12 || day < 1 || day > 31) return -1;
  const leap = month > 2 && (year & 3) == 0 ? 1 : 0;
  return load<i32>(DAYS_TO_YEAR + (year << 2)) + load<i32>(DAYS_TO_MONTH + (month << 2)) + leap + day - 1;
}

function secondOf(at: i32): i32 {
  const mark: i32 = load<u8>(at);
  if (mark != 0x54 && mark != 0x20 && mark != 0x74) return -1;
  const hour = twoDigits(at + 1);
  const minute = twoDigits(at + 4);
  const second = twoDigits(at + 7);
  if (load<u8>(at + 3) != 0x3a || load<u8>(at + 6) != 0x3a) return -1;
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0) return -1;
  return hour * 3600 + minute * 60 + second;
}

function twoDigits(at: i32): i32 {
  const ten = <i32>load<u8>(at) - 0x30;
  const one = <i32>load<u8>(at + 1) - 0x30;
  return <u32>ten > 9 || <u32>one > 9 ? -100000 : ten * 10 + one;
}

function isDateMark(byte: i32): bool {
  return byte == 0x2d || byte == 0x2f;
}

function isDigit(byte: i32): bool {
  return <u32>(byte - 0x30) < 10;
}

function epochText(from: i32, to: i32): f64 {
  let whole = from;
  while (whole < to && isDigit(load<u8>(whole))) whole++;
  const digits = whole - from;
  if (digits < 9 || digits > 19) return UNREAD;
  if (digits < 19 || whole < to) return to - whole > 10 ? UNREAD : epochMs(decimal(from, to));
  const ms = decimal(from, from + 13);
  return ms >= MIN_MS && ms < MAX_MS ? ms : UNREAD;
}

/** What Number() makes of digits with or without a point; NaN where that is not certain. */
function decimal(from: i32, to: i32): f64 {
  if (to - from > 32) return NaN;
  let value: f64 = 0;
  let scale: f64 = 0;
  for (let at = from; at < to; at++) {
    const byte: i32 = load<u8>(at);
    if (isDigit(byte)) {
      value = value * 10.0 + <f64>(byte - 0x30);
      scale *= 10.0;
    } else if (byte == 0x2e && scale == 0 && at > from) scale = 1;
    else return NaN;
  }
  if (value > MAX_EXACT || scale == 1 || scale > 1e15) return NaN;
  return scale == 0 ? value : value / scale;
}

/** The time of a JSON number. */
function numberMs(from: i32, to: i32): f64 {
  const value = decimal(from, to);
  return isNaN(value) ? nearMs(from, to) : epochMs(value);
}

/**
 * Of digits that fit into no double: what the program makes of them is at most two doubles beside the quotient here, so
 * when both neighbours give the same time, that is the time.
 */
function nearMs(from: i32, to: i32): f64 {
  let digits: u64 = 0;
  let scale: f64 = 0;
  if (to - from > 20) return UNREAD;
  for (let at = from; at < to; at++) {
    const byte: i32 = load<u8>(at);
    if (isDigit(byte)) {
      digits = digits * 10 + <u64>(byte - 0x30);
      scale *= 10.0;
    } else if (byte == 0x2e && scale == 0 && at > from) scale = 1;
    else return UNREAD;
  }
  // Twenty digits and no point would not fit.
  if (scale < 10) return UNREAD;
  const value = reinterpret<u64>(<f64>digits / scale);
  const low = epochMs(reinterpret<f64>(value - 2));
  return low == epochMs(reinterpret<f64>(value + 2)) ? low : UNREAD;
}

function epochMs(value: f64): f64 {
  if (isNaN(value)) return UNREAD;
  const unit: f64 = value > 1e17 ? 1e-6 : value > 1e14 ? 1e-3 : value > 1e11 ? 1 : 1000;
  const ms = value * unit;
  return ms >= MIN_MS && ms < MAX_MS ? floor(rounded(ms * 1000.0) / 1000.0) : UNREAD;
}

/** As Math.round: halves go up. */
function rounded(value: f64): f64 {
  const up = ceil(value);
  return up - 0.5 > value ? up - 1.0 : up;
}
