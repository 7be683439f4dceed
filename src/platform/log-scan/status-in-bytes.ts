/** A line about HTTP: it names a status, a method or a protocol. */
const ABOUT_HTTP =
  /status|\bHTTP\/|\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b|\b(?:code|answered|returned|responded)\b/iu;
/** A field of JSON that holds a status; its last byte stands right before the number. */
const FIELD = /status(?:_?code)?"\s?:\s?"?(?=[1-5]\d\d[",}\s])/iu;
const STATUS = /(?<=[\s"=:])[1-5]\d\d(?=[\s",;)\]}]|$)/u;
/** What follows a number that is an amount. */
const UNIT = /^\s*(?:ms|s|sec|seconds|bytes|[kmg]?b|rows|items|records)\b/iu;
const MAX_UNIT = 12;
/** How far the end of a status may move because numbers and names behind it are longer or shorter. */
const SWAY = 24;

/** Where the field stands in which the lines of one kind hold an HTTP status. */
export interface StatusPlace {
  /** The bytes in front of the number, which are those of the field's name. */
  readonly before: Uint8Array;
  /** How far from the end of the line it was seen. */
  readonly fromEnd: number;
}

export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** Where lines like this one hold an HTTP status in a field of its own; null when this one has no such field. */
export function statusPlaceOf(bytes: Uint8Array, { from, to }: LineRange): StatusPlace | null {
  const field = FIELD.exec(latin1(bytes, from, to));
  if (field === null) return null;
  const end = from + field.index + field[0].length;
  // A copy: the buffer is filled anew.
  return { before: Uint8Array.from(bytes.subarray(from + field.index, end)), fromEnd: to - end };
}

const ZERO = 0x30;
const NINE = 0x39;
const FOUR = 0x34;
const FIVE = 0x35;
/** Bytes that may stand before and behind a status. */
const BEFORE = bytesOf('\t "=:');
const BEHIND = bytesOf('\t\r\n ",;)]}\\');

/** The status in the field at its usual place: the number, 0 for one below 400; -1 when the field is not about there. */
export function statusAt(bytes: Uint8Array, line: LineRange, place: StatusPlace): number {
  const at = placeIn(bytes, line, place);
  if (at === -1 || !isNumber(bytes, at, line.to)) return -1;
  const status = numberAt(bytes, at);
  return status >= 400 && status <= 599 ? status : 0;
}

/** Where a number from 400 to 599 stands alone that is no amount; -1 for nowhere. */
export function findFailingNumber(bytes: Uint8Array, { from, to }: LineRange): number {
  // Of three digits in a row exactly one stands at every third byte. Every line is searched: nothing is called for a miss.
  for (let at = from + 1; at < to; at += 3) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) continue;
    let first = at;
    if (isDigit(bytes[at - 1])) first = isDigit(bytes[at - 2]) ? at - 2 : at - 1;
    const lead = bytes[first] ?? 0;
    if (lead !== FOUR && lead !== FIVE) continue;
    if (isStandingStatus(bytes, first, { from, to })) return first;
  }
  return -1;
}

/** Whether the three bytes at `at` are a status from 400 to 599 that stands alone, and no amount ("512 ms"). */
export function isStandingStatus(bytes: Uint8Array, at: number, { from, to }: LineRange): boolean {
  if (at <= from || BEFORE[bytes[at - 1] ?? 0] !== 1 || !isNumber(bytes, at, to)) return false;
  const lead = bytes[at];
  if (lead !== FOUR && lead !== FIVE) return false;
  return !UNIT.test(latin1(bytes, at + 3, Math.min(to, at + 3 + MAX_UNIT)));
}

/** Whether the words of a line are about HTTP. */
export function isAboutHttp(bytes: Uint8Array, { from, to }: LineRange): boolean {
  return ABOUT_HTTP.test(latin1(bytes, from, to));
}

/** Whether a line is about HTTP and holds a number that may be a status, failing or not. */
export function mayHoldStatus(bytes: Uint8Array, { from, to }: LineRange): boolean {
  const text = latin1(bytes, from, to);
  return ABOUT_HTTP.test(text) && STATUS.test(text);
}

/** The number of the three digits at `at`. */
export function numberAt(bytes: Uint8Array, at: number): number {
  const digit = (offset: number) => (bytes[at + offset] ?? ZERO) - ZERO;
  return digit(0) * 100 + digit(1) * 10 + digit(2);
}

/** Where the number behind the field's name begins; -1 when the name is not about where it was. */
function placeIn(bytes: Uint8Array, { from, to }: LineRange, { before, fromEnd }: StatusPlace): number {
  const expected = to - fromEnd;
  for (let sway = 0; sway <= SWAY; sway++) {
    if (endsAt(bytes, expected - sway, before) && expected - sway - before.length >= from) return expected - sway;
    if (endsAt(bytes, expected + sway, before) && expected + sway < to) return expected + sway;
  }
  return -1;
}

/** Whether the field's name ends at `end`; its last bytes nearly always decide. */
function endsAt(bytes: Uint8Array, end: number, before: Uint8Array): boolean {
  const start = end - before.length;
  for (let at = before.length - 1; at >= 0; at--) if (bytes[start + at] !== before[at]) return false;
  return true;
}

/** Whether exactly three digits stand at `first`. */
function isNumber(bytes: Uint8Array, first: number, to: number): boolean {
  if (first + 3 > to) return false;
  if (!isDigit(bytes[first]) || !isDigit(bytes[first + 1]) || !isDigit(bytes[first + 2])) return false;
  return first + 3 === to || BEHIND[bytes[first + 3] ?? 0] === 1;
}

function isDigit(byte: number | undefined): boolean {
  return ((byte ?? 0) - ZERO) >>> 0 <= 9;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, to - from)).toString("latin1");
}

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
