const NEWLINE = 0x0a;
/** Small enough that reading one range holds nobody up, large enough that ranges cost nothing. */
const RANGE_BYTES = 32 * 1024;
/** The shortest line that can be taken is "{}" with its newline. */
const SHORTEST_LINE = 3;

/** A stretch of whole lines. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** Cuts a body into ranges of whole lines and keeps count, so that a request never gives more than so many records. */
export interface LineRanges {
  /** The next range; null at the end, and when the records are full. */
  next(): LineRange | null;
  /** How many lines the last range had. */
  took(lines: number): void;
  /** Lines with anything in them that were left over. */
  left(): number;
}

/**
 * Ranges of `bytes` with at most `maxLines` lines with anything in them. Lines are only counted here when the limit
 * could be near: a body of two bytes a line holds two million.
 */
export function createLineRanges(bytes: Uint8Array, maxLines: number): LineRanges {
  let at = 0;
  let lines = 0;
  return {
    next() {
      if (at >= bytes.length || lines >= maxLines) return null;
      const from = at;
      const couldFit = lines + RANGE_BYTES / SHORTEST_LINE <= maxLines;
      at = couldFit ? endOfLine(bytes, from + RANGE_BYTES) : endOfLines(bytes, from, maxLines - lines);
      return { from, to: at };
    },
    took(count) {
      lines += count;
    },
    left: () => countLines(bytes, at),
  };
}

/** Behind the line that holds this byte. */
function endOfLine(bytes: Uint8Array, within: number): number {
  if (within >= bytes.length) return bytes.length;
  const newline = bytes.indexOf(NEWLINE, within);
  return newline === -1 ? bytes.length : newline + 1;
}

/** Behind so many lines with anything in them, or behind a range that is long enough. */
function endOfLines(bytes: Uint8Array, from: number, count: number): number {
  let at = from;
  for (let lines = 0; lines < count && at < bytes.length && at - from < RANGE_BYTES; ) {
    const end = endOfLine(bytes, at);
    if (!isEmpty(bytes, at, end)) lines++;
    at = end;
  }
  return at;
}

function countLines(bytes: Uint8Array, from: number): number {
  let lines = 0;
  for (let at = from; at < bytes.length; ) {
    const end = endOfLine(bytes, at);
    if (!isEmpty(bytes, at, end)) lines++;
    at = end;
  }
  return lines;
}

/** Blank as the scanner means it. */
function isEmpty(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== NEWLINE) return false;
  }
  return true;
}
