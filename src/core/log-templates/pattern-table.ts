import { LETTERS, LETTERS_AND_SIGN, type ScannedLine } from "./scan-line.ts";
import type { LineShaper } from "./shape-line.ts";
import { MAYBE_SPECIAL } from "./special-words.ts";

/**
 * Remembers, in fixed memory, whole lines with the places where any word may stand, so that a line of known words around
 * fresh ones needs no search. Found by group, number of tokens and first token; what it forgets is searched for again.
 */
export interface PatternTable {
  /** The template of a pattern the line fits; -1 when there is none. */
  find(group: number, line: ScannedLine, bytes: Uint8Array): number;
  /** Remembers the line; bit i of `anyWord` says that any word or name may stand in place i. */
  keep(group: number, line: ScannedLine, entry: { anyWord: number; template: number }): void;
  /** From now on it remembers in this table of the same size, which holds what it knew; false when the size is another. */
  moveTo(table: Int32Array): boolean;
}

export const MAX_PATTERN_TOKENS = 31;

const SETS = 1024;
const WAYS = 4;
const HEAD = 4;
const STRIDE = HEAD + 2 * MAX_PATTERN_TOKENS + 2;

export function createPatternTable(shaper: LineShaper): PatternTable {
  let table: Int32Array = new Int32Array(SETS * WAYS * STRIDE);
  const next = new Uint8Array(SETS);

  function setOf(group: number, line: ScannedLine): number {
    const mixed = Math.imul((line.hashA[0] ?? 0) ^ Math.imul(group * 64 + line.tokens, 0x9e3779b1), 0x85ebca6b);
    return (mixed ^ (mixed >>> 16)) & (SETS - 1);
  }

  function fits(at: number, line: ScannedLine, bytes: Uint8Array): boolean {
    const { hashA, hashB, shape } = line;
    const anyWord = table[at + 3] ?? 0;
    let cell = at + HEAD;
    for (let token = 0; token < line.tokens; token++, cell += 2) {
      const a = hashA[token] ?? 0;
      if (((anyWord >>> token) & 1) === 0) {
        if (table[cell] !== a || table[cell + 1] !== hashB[token]) return false;
        continue;
      }
      const made = shape[token];
      if (made === LETTERS_AND_SIGN || (made === LETTERS && MAYBE_SPECIAL[a & 8191] === 0)) continue;
      if (!shaper.standsAlone(line, bytes, token)) return false;
    }
    return true;
  }

  return {
    find(group, line, bytes) {
      const set = setOf(group, line);
      for (let way = 0; way < WAYS; way++) {
        const at = (set * WAYS + way) * STRIDE;
        const template = table[at + 2] ?? 0;
        if (template === 0) return -1;
        if (table[at] === group && table[at + 1] === line.tokens && fits(at, line, bytes)) return template - 1;
      }
      return -1;
    },
    keep(group, line, { anyWord, template }) {
      const set = setOf(group, line);
      const way = (next[set] ?? 0) % WAYS;
      next[set] = (way + 1) % WAYS;
      const at = (set * WAYS + way) * STRIDE;
      table[at] = group;
      table[at + 1] = line.tokens;
      table[at + 2] = template + 1;
      table[at + 3] = anyWord;
      for (let token = 0; token < line.tokens; token++) {
        table[at + HEAD + 2 * token] = line.hashA[token] ?? 0;
        table[at + HEAD + 2 * token + 1] = line.hashB[token] ?? 0;
      }
    },
    moveTo(shared) {
      if (shared.length !== table.length) return false;
      shared.set(table);
      table = shared;
      return true;
    },
  };
}
