/** What a byte of a log message is to the miner. Bytes of 128 and more belong to words of some language: letters. */
export const SPACE = 0;
export const LETTER = 1;
export const DIGIT = 2;
export const OTHER = 3;
/** Between two parts of one number, address, path or id: `. : , - / _ +`. */
export const JOINER = 4;

/** Class of each byte; whatever is not printable counts as space. */
export const CLASS_OF_BYTE: Uint8Array = classTable();

/** Stands for a variable inside masked text; no token can hold it, since it counts as space. */
export const MARK = 1;
export const MINUS = 45;
export const PERCENT = 37;
export const COLON = 58;

function classTable(): Uint8Array {
  const table = new Uint8Array(256).fill(OTHER);
  table.fill(SPACE, 0, 33);
  table[127] = SPACE;
  table.fill(DIGIT, 48, 58);
  table.fill(LETTER, 65, 91);
  table.fill(LETTER, 97, 123);
  table.fill(LETTER, 128);
  for (const joiner of ".:,-/_+") table[joiner.charCodeAt(0)] = JOINER;
  return table;
}

/** Class of `bytes[at]`; past `to` everything is space. */
export function classAt(bytes: Uint8Array, at: number, to: number): number {
  return at < to ? (CLASS_OF_BYTE[bytes[at] ?? 0] ?? SPACE) : SPACE;
}

/** Whether the byte is one of 0-9, a-f, A-F. */
export function isHexDigit(byte: number): boolean {
  const lower = byte | 32;
  return (byte >= 48 && byte <= 57) || (lower >= 97 && lower <= 102);
}
