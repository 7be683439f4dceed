/** A line about HTTP: it names a status, a method or a protocol, and holds a number of three digits that stands alone. */
const ABOUT_HTTP =
  /status|\bHTTP\/|\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b|\b(?:code|answered|returned|responded)\b/iu;
const STATUS = /(?<=[\s"=:])[1-5]\d\d(?=[\s",;)\]}]|$)/u;
/** A field of JSON that holds a status; its last byte stands right before the number. */
const FIELD = /status(?:_?code)?"\s?:\s?"?(?=[1-5]\d\d[",}\s])/iu;
/** How far the end of a status may move because numbers and names behind it are longer or shorter. */
const SWAY = 24;

/** How the lines of one kind hold an HTTP status. */
export interface StatusPlace {
  /** The bytes in front of it, which are those of a field's name; empty when it may stand anywhere. */
  readonly before: Uint8Array;
  /** How far from the end of the line it was seen. */
  readonly fromEnd: number;
}

export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** Where lines like this one may hold an HTTP status; null when they hold none. */
export function statusPlaceOf(line: Uint8Array): StatusPlace | null {
  const text = new TextDecoder("latin1").decode(line);
  if (!ABOUT_HTTP.test(text) || !STATUS.test(text)) return null;
  const field = FIELD.exec(text);
  if (field === null) return { before: new Uint8Array(0), fromEnd: 0 };
  const end = field.index + field[0].length;
  // A copy: the buffer is filled anew.
  return { before: Uint8Array.from(line.subarray(field.index, end)), fromEnd: line.length - end };
}

const ZERO = 0x30;
/** Bytes that may stand before and behind a status. */
const BEFORE = bytesOf('\t "=:');
const BEHIND = bytesOf('\t\r\n ",;)]}');

/**
 * Whether `bytes[from, to)` holds a status from 400 to 599. Where no field is known for it, any such number that stands
 * alone counts: then a kind is told apart where it need not be, which costs nothing.
 */
export function hasFailingStatus(bytes: Uint8Array, line: LineRange, place: StatusPlace): boolean {
  const at = place.before.length === 0 ? -1 : statusIn(bytes, line, place);
  return at === -1 ? hasFailingNumber(bytes, line.from, line.to) : isFailing(bytes, at, line.to);
}

/** Where the number behind the field's name begins; -1 when the name is not about where it was. */
function statusIn(bytes: Uint8Array, { from, to }: LineRange, { before, fromEnd }: StatusPlace): number {
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

function hasFailingNumber(bytes: Uint8Array, from: number, to: number): boolean {
  // Of three digits in a row exactly one stands at every third byte.
  for (let at = from; at < to; at += 3) {
    if (!isDigit(bytes[at])) continue;
    const first = firstOfThree(bytes, at, from);
    if (first > from && BEFORE[bytes[first - 1] ?? 0] === 1 && isFailing(bytes, first, to)) return true;
  }
  return false;
}

function firstOfThree(bytes: Uint8Array, at: number, from: number): number {
  let first = at;
  while (first > from && at - first < 2 && isDigit(bytes[first - 1])) first--;
  return first;
}

/** Whether a number from 400 to 599 stands at `first`, alone. */
function isFailing(bytes: Uint8Array, first: number, to: number): boolean {
  const lead = bytes[first];
  if ((lead !== 0x34 && lead !== 0x35) || first + 3 > to) return false;
  if (!isDigit(bytes[first + 1]) || !isDigit(bytes[first + 2])) return false;
  return first + 3 === to || BEHIND[bytes[first + 3] ?? 0] === 1;
}

function isDigit(byte: number | undefined): boolean {
  return ((byte ?? 0) - ZERO) >>> 0 <= 9;
}

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
