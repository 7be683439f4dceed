import { LETTERS, LETTERS_AND_SIGN, type ScannedLine } from "./scan-line.ts";
import type { LineShaper } from "./shape-line.ts";
import { MAYBE_SPECIAL } from "./special-words.ts";

/**
 * Remembers, in fixed memory, whole lines with the places where any word may stand, so that a line of known words around
 * fresh ones needs no search. Found by group, number of tokens and first token, or without the first token where any word
 * may stand there; what it forgets is searched for again.
 */
export interface PatternTable {
  /** The template of a pattern the line fits; -1 when there is none. */
  find(group: number, line: ScannedLine, bytes: Uint8Array): number;
  /** Remembers the line; bit i of `anyWord`, in words of 32, says that any word or name may stand in place i. */
  keep(group: number, line: ScannedLine, entry: { anyWord: Int32Array; template: number }): void;
  /** Lines of the group that start with this token fit no pattern that starts with any word: they have templates of their own. */
  nameFirst(group: number, hashA: number): void;
  /** From now on it remembers in these tables of the same size, which hold what it knew; false when a size is another. */
  moveTo(lines: Int32Array, firstWords: Int32Array): boolean;
}

export const MAX_PATTERN_TOKENS = 64;

const SETS = 1024;
const WAYS = 4;
/** Of a line: group, number of tokens, template + 1, and from 4 on two words of `anyWord`; then one row of each hash. */
const HEAD = 8;
const ANY_WORD = 4;
const STRIDE = HEAD + 2 * MAX_PATTERN_TOKENS;
/** Bits of first words, in words of 32. A bit that another word has set too costs a search. */
const FIRST_WORDS = 2048;

export function createPatternTable(shaper: LineShaper): PatternTable {
  return new SetsOfLines(shaper);
}

class SetsOfLines implements PatternTable {
  readonly #shaper: LineShaper;
  readonly #next = new Uint8Array(SETS);
  #table: Int32Array = new Int32Array(SETS * WAYS * STRIDE);
  #firstWords: Int32Array = new Int32Array(FIRST_WORDS);

  constructor(shaper: LineShaper) {
    this.#shaper = shaper;
  }

  find(group: number, line: ScannedLine, bytes: Uint8Array): number {
    const { tokens } = line;
    if (tokens === 0 || tokens > MAX_PATTERN_TOKENS) return -1;
    const first = line.hashA[0] ?? 0;
    const template = this.#findIn(setOf(group, tokens, first), group, line, bytes);
    if (template !== -1 || this.#isNamed(group, first)) return template;
    return this.#findIn(setOf(group, tokens, 0), group, line, bytes);
  }

  // oxlint-disable-next-line max-params -- looked up for every message that misses the cache: an object per call costs more than the look
  #findIn(set: number, group: number, line: ScannedLine, bytes: Uint8Array): number {
    const table = this.#table;
    for (let way = 0; way < WAYS; way++) {
      const at = (set * WAYS + way) * STRIDE;
      const template = table[at + 2] ?? 0;
      if (template === 0) return -1;
      if (table[at] === group && table[at + 1] === line.tokens && this.#fits(at, line, bytes)) return template - 1;
    }
    return -1;
  }

  #fits(at: number, line: ScannedLine, bytes: Uint8Array): boolean {
    const { hashA, hashB, shape, tokens } = line;
    const table = this.#table;
    const rowA = at + HEAD;
    const rowB = rowA + MAX_PATTERN_TOKENS;
    for (let token = 0; token < tokens; token++) {
      const a = hashA[token] ?? 0;
      if (table[rowA + token] === a && table[rowB + token] === hashB[token]) continue;
      if ((((table[at + ANY_WORD + (token >> 5)] ?? 0) >>> (token & 31)) & 1) === 0) return false;
      const made = shape[token];
      if (made === LETTERS_AND_SIGN || (made === LETTERS && MAYBE_SPECIAL[a & 8191] === 0)) continue;
      if (!this.#shaper.standsAlone(line, bytes, token)) return false;
    }
    return true;
  }

  keep(group: number, line: ScannedLine, { anyWord, template }: { anyWord: Int32Array; template: number }): void {
    const { tokens } = line;
    const isAnyFirst = ((anyWord[0] ?? 0) & 1) !== 0;
    const set = setOf(group, tokens, isAnyFirst ? 0 : (line.hashA[0] ?? 0));
    const way = (this.#next[set] ?? 0) % WAYS;
    this.#next[set] = (way + 1) % WAYS;
    const table = this.#table;
    const at = (set * WAYS + way) * STRIDE;
    table[at] = group;
    table[at + 1] = tokens;
    table[at + 2] = template + 1;
    table.set(anyWord, at + ANY_WORD);
    for (let token = 0; token < tokens; token++) {
      table[at + HEAD + token] = line.hashA[token] ?? 0;
      table[at + HEAD + MAX_PATTERN_TOKENS + token] = line.hashB[token] ?? 0;
    }
  }

  nameFirst(group: number, hashA: number): void {
    const bit = firstBit(group, hashA);
    this.#firstWords[bit >> 5] = (this.#firstWords[bit >> 5] ?? 0) | (1 << (bit & 31));
  }

  #isNamed(group: number, hashA: number): boolean {
    const bit = firstBit(group, hashA);
    return (((this.#firstWords[bit >> 5] ?? 0) >>> (bit & 31)) & 1) !== 0;
  }

  moveTo(lines: Int32Array, firstWords: Int32Array): boolean {
    if (lines.length !== this.#table.length || firstWords.length !== FIRST_WORDS) return false;
    lines.set(this.#table);
    firstWords.set(this.#firstWords);
    this.#table = lines;
    this.#firstWords = firstWords;
    return true;
  }
}

function setOf(group: number, tokens: number, first: number): number {
  const mixed = Math.imul(first ^ Math.imul(group * 128 + tokens, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 16)) & (SETS - 1);
}

function firstBit(group: number, hashA: number): number {
  const mixed = Math.imul(hashA ^ Math.imul(group, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 16)) & (FIRST_WORDS * 32 - 1);
}
