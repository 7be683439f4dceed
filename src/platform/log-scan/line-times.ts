/** Says that only the slow way can read a time: what stands here may be one or none. */
export const UNREAD_TIME = -1;

const MIN_MS = Date.UTC(2000, 0, 1);
const MAX_MS = Date.UTC(2100, 0, 1);
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Up to here a double holds every whole number, and a quotient of two such numbers is what Number() gives. */
const MAX_EXACT = Number.MAX_SAFE_INTEGER;
/** Characters of a number that is worth reading. */
const MAX_NUMBER = 32;
const NS_DIGITS = 19;
const MS_DIGITS = 13;
const DAYS_TO_YEAR = Int32Array.from({ length: 101 }, (_, year) => (Date.UTC(2000 + year, 0, 1) - MIN_MS) / DAY_MS);
const DAYS_TO_MONTH = new Int32Array([0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]);

/** Reads times from bytes as `records/instants.ts` reads them from text, cut to milliseconds. */
export class LineTimes {
  /** Whether the time read last named no zone; it was read as UTC. */
  zoneless = false;
  /** Behind the time that `isoPrefix` read last. */
  end = 0;

  /** The time that the whole of `bytes[from, to)` is: ISO 8601 or digits of an epoch. UTC ms, else `UNREAD_TIME`. */
  text(bytes: Uint8Array, from: number, to: number): number {
    if (to - from >= 19 && isDateMark(bytes[from + 4] ?? 0)) {
      const ms = this.isoPrefix(bytes, from, to);
      return this.end === to ? ms : UNREAD_TIME;
    }
    this.zoneless = false;
    return epochText(bytes, from, to);
  }

  /** The time of a JSON number. */
  number(bytes: Uint8Array, from: number, to: number): number {
    this.zoneless = false;
    const value = decimal(bytes, from, to);
    return epochMs(Number.isNaN(value) && to - from <= MAX_NUMBER ? Number(ascii(bytes, from, to)) : value);
  }

  /** An ISO time at `from`; `end` tells where it ends. */
  isoPrefix(bytes: Uint8Array, from: number, to: number): number {
    this.end = -1;
    const day = to - from < 19 ? -1 : dayOf(bytes, from);
    const second = day < 0 ? -1 : secondOf(bytes, from + 10);
    if (second < 0) return UNREAD_TIME;
    let at = from + 19;
    let fraction = 0;
    const mark = at < to ? (bytes[at] ?? 0) : 0;
    if (mark === 0x2e || mark === 0x2c) {
      let weight = 100;
      const first = ++at;
      while (at < to && isDigit(bytes[at] ?? 0)) {
        if (at - first < 3) fraction += weight * ((bytes[at] ?? 0) - 0x30);
        weight /= 10;
        at++;
      }
      if (at === first) return UNREAD_TIME;
    }
    const ms = MIN_MS + day * DAY_MS + second * 1000;
    const utcMs = ms - this.#zone(bytes, at, to) * MINUTE_MS;
    if (this.end < 0 || utcMs < MIN_MS || utcMs >= MAX_MS) return UNREAD_TIME;
    return utcMs + fraction;
  }

  /** Minutes east of UTC of the zone at `at`; leaves `end` behind it, or at -1 when only the slow way can tell. */
  #zone(bytes: Uint8Array, at: number, to: number): number {
    this.zoneless = false;
    const sign = at < to ? bytes[at] : 0;
    if (sign === 0x5a || sign === 0x7a) {
      this.end = at + 1;
      return 0;
    }
    if (sign === 0x2b || sign === 0x2d) return this.#offset(bytes, at, to);
    this.zoneless = true;
    this.end = at;
    return 0;
  }

  #offset(bytes: Uint8Array, at: number, to: number): number {
    const hours = to - at < 5 ? -1 : twoDigits(bytes, at + 1);
    const minutesAt = bytes[at + 3] === 0x3a ? at + 4 : at + 3;
    const minutes = minutesAt + 2 > to ? -1 : twoDigits(bytes, minutesAt);
    if (hours < 0 || minutes < 0) return 0;
    this.end = minutesAt + 2;
    const offset = hours * 60 + minutes;
    return bytes[at] === 0x2d ? -offset : offset;
  }
}

/** Days since 2000 of yyyy-mm-dd, or -1. A day behind the end of its month runs on into the next, as in Date.UTC. */
function dayOf(bytes: Uint8Array, at: number): number {
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2) - 2000;
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (!isDateMark(bytes[at + 4] ?? 0) || !isDateMark(bytes[at + 7] ?? 0)) return -1;
  // Rare values that Date.UTC would carry over are left to the slow way.
  if (year < 0 || year > 99 || month < 1 || month > 12 || day < 1 || day > 31) return -1;
  const leap = month > 2 && year % 4 === 0 ? 1 : 0;
  return (DAYS_TO_YEAR[year] ?? 0) + (DAYS_TO_MONTH[month] ?? 0) + leap + day - 1;
}

/** Seconds since midnight of "Thh:mm:ss", or -1. */
function secondOf(bytes: Uint8Array, at: number): number {
  const mark = bytes[at];
  if (mark !== 0x54 && mark !== 0x20 && mark !== 0x74) return -1;
  const hour = twoDigits(bytes, at + 1);
  const minute = twoDigits(bytes, at + 4);
  const second = twoDigits(bytes, at + 7);
  if (bytes[at + 3] !== 0x3a || bytes[at + 6] !== 0x3a) return -1;
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0) return -1;
  return hour * 3600 + minute * 60 + second;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const ten = (bytes[at] ?? 0) - 0x30;
  const one = (bytes[at + 1] ?? 0) - 0x30;
  // Far below zero, so that sums of it stay negative.
  return ten >>> 0 > 9 || one >>> 0 > 9 ? -100_000 : ten * 10 + one;
}

function isDateMark(byte: number): boolean {
  return byte === 0x2d || byte === 0x2f;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Digits of an epoch in a string: nine to nineteen, with at most nine behind a point. */
function epochText(bytes: Uint8Array, from: number, to: number): number {
  let whole = from;
  while (whole < to && isDigit(bytes[whole] ?? 0)) whole++;
  const digits = whole - from;
  if (digits < 9 || digits > NS_DIGITS) return UNREAD_TIME;
  if (digits < NS_DIGITS || whole < to) return to - whole > 10 ? UNREAD_TIME : epochMs(decimal(bytes, from, to));
  // Nanoseconds do not fit into a double; their milliseconds are the first digits.
  const ms = decimal(bytes, from, from + MS_DIGITS);
  return ms >= MIN_MS && ms < MAX_MS ? ms : UNREAD_TIME;
}

/** Exactly what Number() makes of digits with or without a point; NaN where that is not certain. */
function decimal(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  let scale = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (isDigit(byte)) {
      value = value * 10 + byte - 0x30;
      scale *= 10;
    } else if (byte === 0x2e && scale === 0 && at > from) scale = 1;
    else return Number.NaN;
  }
  if (value > MAX_EXACT || scale === 1 || scale > 1e15) return Number.NaN;
  return scale === 0 ? value : value / scale;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}

function epochMs(value: number): number {
  if (Number.isNaN(value)) return UNREAD_TIME;
  const unit = value > 1e17 ? 1e-6 : value > 1e14 ? 1e-3 : value > 1e11 ? 1 : 1000;
  const ms = value * unit;
  return ms >= MIN_MS && ms < MAX_MS ? Math.floor(Math.round(ms * 1000) / 1000) : UNREAD_TIME;
}
