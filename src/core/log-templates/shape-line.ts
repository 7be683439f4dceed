import { LETTERS, LETTERS_AND_SIGN, type ScannedLine, writeMasked } from "./scan-line.ts";
import {
  AMOUNT,
  BARE,
  createTraitsCache,
  KIND_BITS,
  MONTH,
  NAME,
  NUMBERED,
  OPENS,
  readTraits,
  type TokenTraits,
  traitsOfLetters,
  UNIT,
  VARIABLE,
  WEEKDAY,
  WORD,
  ZONE,
} from "./token-traits.ts";

/**
 * The columns of a message that is compared with templates: tokens that make one variable together (a date, an amount and
 * its unit, a list of numbers) are one column. Written over by the next message.
 */
export interface ShapedLine {
  columns: number;
  /** How many columns are not variables: the words that agreement is measured by. */
  literals: number;
  readonly hashA: Int32Array;
  readonly hashB: Int32Array;
  /** WORD, NAME, VARIABLE or NUMBERED. */
  readonly kind: Uint8Array;
  /** Tokens that may be one variable have the same: 0 for words, 1 without a key, else the hash of the key. */
  readonly likeness: Int32Array;
  /** Range of tokens of the scanned line, from inclusive to exclusive. */
  readonly firstToken: Int32Array;
  readonly endToken: Int32Array;
}

export interface LineShaper {
  readonly line: ShapedLine;
  /** Fills `line` from a scanned message. What it does depends on the masked tokens only. */
  shape(scanned: ScannedLine, bytes: Uint8Array): void;
  /** Whether a token is a word or name that makes one column whatever stands beside it. */
  standsAlone(scanned: ScannedLine, bytes: Uint8Array, token: number): boolean;
  /** Moves the traits it remembers (see `token-traits.ts`); false when the table has not their size. */
  moveTraits(table: Int32Array): boolean;
}

/** Any variable is the same as any other: its hash says only under which key it stands. */
const VARIABLE_A = 0x3c6ef372;
const VARIABLE_B = 0x1b873593;
const LONGEST_TOKEN = 256;
/** The likeness of names and variables without a key. */
export const UNKEYED = 1;

export function createShapedLine(size: number): ShapedLine {
  return {
    columns: 0,
    literals: 0,
    hashA: new Int32Array(size),
    hashB: new Int32Array(size),
    kind: new Uint8Array(size),
    likeness: new Int32Array(size),
    firstToken: new Int32Array(size),
    endToken: new Int32Array(size),
  };
}

interface TokenReader {
  readonly traits: TokenTraits;
  /** Traits of a token that holds more than letters, into `traits`. */
  look(scanned: ScannedLine, bytes: Uint8Array, token: number): void;
  standsAlone(scanned: ScannedLine, bytes: Uint8Array, token: number): boolean;
  moveTraits(table: Int32Array): boolean;
}

function createTokenReader(): TokenReader {
  const cache = createTraitsCache();
  const masked = new Uint8Array(LONGEST_TOKEN);
  const traits: TokenTraits = { bits: 0, key: 0 };

  /** Traits of a token that holds more than letters, into `traits`. */
  function look(scanned: ScannedLine, bytes: Uint8Array, token: number): void {
    const a = scanned.hashA[token] ?? 0;
    const b = scanned.hashB[token] ?? 0;
    if (cache.read(traits, a, b)) return;
    readTraits(traits, masked, writeMasked(masked, bytes, scanned.from[token] ?? 0, scanned.to[token] ?? 0));
    cache.keep(traits, a, b);
  }

  return {
    traits,
    look,
    moveTraits: (table) => cache.moveTo(table),
    standsAlone(scanned, bytes, token) {
      if (scanned.shape[token] === LETTERS) {
        const size = (scanned.to[token] ?? 0) - (scanned.from[token] ?? 0);
        return traitsOfLetters(scanned.hashA[token] ?? 0, scanned.hashB[token] ?? 0, size) === WORD;
      }
      look(scanned, bytes, token);
      return traits.bits === WORD || (traits.bits & KIND_BITS) === NAME || traits.bits === NUMBERED;
    },
  };
}

export function createLineShaper(maxTokens: number): LineShaper {
  const line = createShapedLine(maxTokens + 1);
  const reader = createTokenReader();
  const { traits } = reader;

  return {
    line,
    standsAlone: (scanned, bytes, token) => reader.standsAlone(scanned, bytes, token),
    moveTraits: (table) => reader.moveTraits(table),
    // oxlint-disable-next-line complexity -- runs for each token of a line that misses the cache; calls per token cost a third
    shape(scanned, bytes) {
      const { hashA, hashB, shape: made, from, to } = scanned;
      const { hashA: columnA, hashB: columnB, kind: kinds, likeness, firstToken, endToken } = line;
      let columns = 0;
      let literals = 0;
      let lastBits = 0;
      for (let token = 0; token < scanned.tokens; token++) {
        const a = hashA[token] ?? 0;
        const b = hashB[token] ?? 0;
        let key = 0;
        let bits = WORD;
        if (made[token] === LETTERS) bits = traitsOfLetters(a, b, (to[token] ?? 0) - (from[token] ?? 0));
        else if (made[token] !== LETTERS_AND_SIGN) {
          reader.look(scanned, bytes, token);
          ({ bits, key } = traits);
        }
        if ((lastBits & (WEEKDAY | MONTH)) !== 0 && isPartOfDate(lastBits, bits)) {
          literals -= 1;
          columns = turnIntoDate(line, columns - 1);
          lastBits = VARIABLE | BARE;
        }
        const kind = bits & KIND_BITS;
        const mayContinue = kind === VARIABLE || (bits & (UNIT | ZONE)) !== 0;
        if (mayContinue && columns > 0 && isOpenVariable(line, columns - 1)) {
          const isRepeat = key === 0 && hashA[token - 1] === a && hashB[token - 1] === b;
          if (continues(lastBits, bits, isRepeat)) {
            endToken[columns - 1] = token + 1;
            lastBits = kind === VARIABLE ? bits : VARIABLE | AMOUNT;
            continue;
          }
        }
        columnA[columns] = kind === VARIABLE ? VARIABLE_A ^ key : a;
        columnB[columns] = kind === VARIABLE ? VARIABLE_B ^ key : b;
        kinds[columns] = kind;
        likeness[columns] = kind === WORD ? 0 : key === 0 ? UNKEYED : key;
        firstToken[columns] = token;
        endToken[columns] = token + 1;
        if (kind !== VARIABLE) literals += 1;
        lastBits = bits;
        columns += 1;
      }
      line.columns = columns;
      line.literals = literals;
    },
  };
}

/** A weekday or month name is part of a date when the next token is a number, or the month behind a weekday. */
function isPartOfDate(name: number, next: number): boolean {
  return (next & BARE) !== 0 || ((name & WEEKDAY) !== 0 && (next & MONTH) !== 0);
}

/** The last column becomes a variable and joins the variable before it; gives how many columns there are now. */
function turnIntoDate(line: ShapedLine, last: number): number {
  if (last > 0 && isOpenVariable(line, last - 1)) {
    line.endToken[last - 1] = line.endToken[last] ?? 0;
    return last;
  }
  line.hashA[last] = VARIABLE_A;
  line.hashB[last] = VARIABLE_B;
  line.kind[last] = VARIABLE;
  line.likeness[last] = UNKEYED;
  return last + 1;
}

function isOpenVariable(line: ShapedLine, column: number): boolean {
  return line.kind[column] === VARIABLE && line.likeness[column] === UNKEYED;
}

/** Whether a token continues the variable before it: another number of a list, a unit, a time zone, the amount said again in brackets. */
function continues(before: number, bits: number, isRepeat: boolean): boolean {
  if ((bits & KIND_BITS) !== VARIABLE) return (before & BARE) !== 0;
  if (isRepeat) return true;
  if ((bits & BARE) === 0) return false;
  return (bits & OPENS) === 0 ? (before & (BARE | AMOUNT)) !== 0 : (before & AMOUNT) !== 0;
}
