/**
 * Which characters a text holds, seen in one pass. A rule that needs a character the text does not hold need not be
 * tried: most lines hold nothing that most rules need.
 */
export interface Characters {
  /** Bit n stands for character 32 + n, 64 + n and 96 + n. */
  readonly marks: number;
  readonly capitals: number;
  readonly smalls: number;
  /** Holds a character that is neither printable ASCII nor a tab or new line. */
  readonly isUnusual: boolean;
  /** The length of the longest stretch of Base64 digits, of both alphabets. */
  readonly longestRun: number;
  /** Where each stretch of at least `LONG_RUN` of them begins and ends, one number after the other. */
  readonly runs: readonly number[];
}

/** A text together with what it holds, so that several rules can ask without reading it again. */
export interface SeenText {
  readonly text: string;
  readonly holds: Characters;
}

/** Reads a text once for all rules. */
export function see(text: string): SeenText {
  return { text, holds: charactersOf(text) };
}

/** The text after a rule; read again only when the rule changed it. */
export function seeAfter(before: SeenText, text: string): SeenText {
  return text === before.text ? before : see(text);
}

/** Shorter stretches hide nothing that could be told from words. */
export const LONG_RUN = 16;

/** The characters of a text. */
export function charactersOf(text: string): Characters {
  let [controls, marks, capitals, smalls] = [0, 0, 0, 0];
  let isUnusual = false;
  let begin = 0;
  let longestRun = 0;
  const runs: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= DELETE) isUnusual = true;
    else if (code >= 96) smalls |= 1 << (code - 96);
    else if (code >= 64) capitals |= 1 << (code - 64);
    else if (code >= 32) marks |= 1 << (code - 32);
    else controls |= 1 << code;
    if (code < DELETE && IS_BASE64[code] === 1) continue;
    longestRun = Math.max(longestRun, index - begin);
    keepLong(runs, begin, index);
    begin = index + 1;
  }
  longestRun = Math.max(longestRun, text.length - begin);
  keepLong(runs, begin, text.length);
  return { marks, capitals, smalls, isUnusual: isUnusual || (controls & ~TAB_AND_NEWLINE) !== 0, longestRun, runs };
}

function keepLong(runs: number[], begin: number, end: number): void {
  if (end - begin >= LONG_RUN) runs.push(begin, end);
}

/** True when the text holds every character of a keyword, so that it may hold the keyword. */
export function mayHold(text: Characters, keyword: Characters): boolean {
  return (
    (keyword.marks & ~text.marks) === 0 &&
    (keyword.capitals & ~text.capitals) === 0 &&
    (keyword.smalls & ~text.smalls) === 0
  );
}

/** The same for a keyword of letters in whatever case; letters of other alphabets may fold into them. */
export function mayHoldWord(text: Characters, word: Characters): boolean {
  return text.isUnusual || ((word.smalls | word.capitals) & ~(text.smalls | text.capitals)) === 0;
}

/** True when the text holds at least one of these characters. */
export function holdsAny(text: Characters, some: Characters): boolean {
  return (some.marks & text.marks) !== 0 || (some.capitals & text.capitals) !== 0 || (some.smalls & text.smalls) !== 0;
}

const DELETE = 127;
const TAB_AND_NEWLINE = (1 << 9) | (1 << 10);
const IS_BASE64 = new Uint8Array(128).map((_, code) => (/[A-Za-z0-9+/_-]/u.test(String.fromCharCode(code)) ? 1 : 0));
