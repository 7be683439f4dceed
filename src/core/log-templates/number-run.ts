import {
  CLASS_OF_BYTE,
  COLON,
  classAt,
  DIGIT,
  isHexDigit,
  JOINER,
  LETTER,
  MINUS,
  PERCENT,
  SPACE,
} from "./byte-classes.ts";

/**
 * Where the variable ends whose first digit stands at `at`: the rest of its run of letters and digits, and every further
 * part that a single `. : , - / _ +` ties to it and that holds a digit (addresses, clock times, ids, versions), or that is a
 * part of a hexadecimal id. A percent sign belongs to it.
 */
// oxlint-disable-next-line complexity -- it runs once per number of every line; as separate functions it took a third longer
export function endOfNumber(bytes: Uint8Array, at: number, to: number): number {
  const classes = CLASS_OF_BYTE;
  let end = at;
  for (;;) {
    let kind = end < to ? (classes[bytes[end] ?? 0] ?? SPACE) : SPACE;
    while (kind === DIGIT || kind === LETTER) {
      end += 1;
      kind = end < to ? (classes[bytes[end] ?? 0] ?? SPACE) : SPACE;
    }
    if (kind !== JOINER) break;
    const next = end + 1 < to ? (classes[bytes[end + 1] ?? 0] ?? SPACE) : SPACE;
    if (next === DIGIT) end += 2;
    else {
      const further = next === LETTER || bytes[end + 1] === MINUS ? endOfPart(bytes, end, to) : -1;
      if (further === -1) return end;
      end = further;
    }
  }
  return end < to && bytes[end] === PERCENT ? end + 1 : end;
}

/** The end of the part behind the joiner at `joiner` when it belongs to the number before it; -1 when it does not. */
function endOfPart(bytes: Uint8Array, joiner: number, to: number): number {
  let at = joiner + 1;
  if (bytes[at] === MINUS) {
    at += 1;
    if (classAt(bytes, at, to) !== DIGIT) return -1;
  }
  const from = at;
  let hasDigit = false;
  let isHex = true;
  for (let kind = classAt(bytes, at, to); kind === DIGIT || kind === LETTER; kind = classAt(bytes, at, to)) {
    if (kind === DIGIT) hasDigit = true;
    else if (!isHexDigit(bytes[at] ?? 0)) isHex = false;
    at += 1;
  }
  if (hasDigit) return at;
  const tie = bytes[joiner];
  return isHex && at - from >= 2 && (tie === MINUS || tie === COLON) ? at : -1;
}

/** Whether the run of letters and digits from its first digit at `at` on holds digits only. */
export function onlyDigitsFollow(bytes: Uint8Array, at: number, to: number): boolean {
  let end = at;
  while (classAt(bytes, end, to) === DIGIT) end += 1;
  return classAt(bytes, end, to) !== LETTER;
}
