import { SEED_A, SEED_B } from "./scan-line.ts";
import type { ShapedLine } from "./shape-line.ts";
import { NAME, VARIABLE } from "./token-traits.ts";
import type { MinerTuning } from "./tuning.ts";

/**
 * Clusters: messages of one group with the same number of columns that agree in most of them. A cluster keeps, for each
 * column, the few different tokens it has seen; a column with many of them is a variable.
 */
export interface Clusters {
  readonly size: number;
  /** Opens a cluster from a message; every column from `variableFrom` on is a variable at once. -1 when no room is left. */
  open(line: ShapedLine, variableFrom: number): number;
  /** How far a message is from a cluster: 2 for each column that differs, 1 where it varies anyway or one name stands for another; more than `limit` when it stops early. */
  distance(cluster: number, line: ShapedLine, limit: number): number;
  /** Takes in the tokens of a message; true when some column became less distinct than it was. */
  learn(cluster: number, line: ShapedLine): boolean;
  /** Makes the column with most different tokens a variable; false when no column has more than one. */
  widen(cluster: number): boolean;
  isVariable(cluster: number, column: number): boolean;
  /** The likeness of the tokens that count as one variable in this column; 0 when there is no variable in it. */
  variableLikeness(cluster: number, column: number): number;
  /** How many columns are variables. */
  varying(cluster: number): number;
  /** Hashes the tokens that tell messages of the cluster apart into `apart`; true when the cluster has seen them all in their columns. */
  tellApart(cluster: number, line: ShapedLine): boolean;
  readonly apart: { a: number; b: number };
  /** Whether every message that `narrow` was made for is one that `wide` knows in each column. */
  covers(wide: number, narrow: number): boolean;
}

const LIKENESS = 1;
const HEAD = 2;
/** Bits of a state above the number of values. */
const MANY = 1 << 8;
const HAS_VARIABLE = 1 << 9;
/** The bit that says that the value at `index` stays apart from a variable in its column. */
const apartBit = (index: number) => 1 << (10 + index);
const COUNT = 0xff;
/** 16 MB of columns: beyond it no cluster is opened. */
const MAX_CELLS = 1 << 22;

export function createClusters(tuning: MinerTuning): Clusters {
  return new ColumnClusters(tuning);
}

class ColumnClusters implements Clusters {
  readonly apart = { a: 0, b: 0 };
  readonly #keeps: number;
  readonly #stride: number;
  readonly #bases: number[] = [];
  readonly #widths: number[] = [];
  readonly #varying: number[] = [];
  #cells = new Int32Array(1 << 12);
  #used = 0;

  constructor({ manyValues }: MinerTuning) {
    this.#keeps = Math.min(manyValues - 1, 20);
    this.#stride = HEAD + 2 * this.#keeps;
  }

  #reserve(columns: number): boolean {
    const needed = this.#used + columns * this.#stride;
    if (needed > MAX_CELLS) return false;
    if (needed > this.#cells.length) {
      const wider = new Int32Array(Math.max(this.#cells.length * 2, needed));
      wider.set(this.#cells);
      this.#cells = wider;
    }
    return true;
  }

  #indexOf(at: number, a: number, b: number): number {
    const end = at + HEAD + 2 * ((this.#cells[at] ?? 0) & COUNT);
    for (let value = at + HEAD; value < end; value += 2)
      if (this.#cells[value] === a && this.#cells[value + 1] === b) return value;
    return -1;
  }

  /** Whether the token may be one variable with those of the column. */
  #isLike(at: number, line: ShapedLine, column: number): boolean {
    const likeness = line.likeness[column] ?? 0;
    return likeness !== 0 && this.#cells[at + LIKENESS] === likeness;
  }

  /** What the token adds to the distance: 0 when the column knows it, 1 when both are names, 2 when it differs. */
  #costOf(at: number, line: ShapedLine, column: number): number {
    const state = this.#cells[at] ?? 0;
    if ((state & MANY) !== 0) return 1;
    const kind = line.kind[column];
    const isKin = this.#isLike(at, line, column);
    if (isKin && ((state & HAS_VARIABLE) !== 0 || kind === VARIABLE)) return 0;
    if (this.#indexOf(at, line.hashA[column] ?? 0, line.hashB[column] ?? 0) !== -1) return 0;
    return isKin && kind === NAME ? 1 : 2;
  }

  /** From now on the column tells nothing this.apart. */
  #makeVariable(at: number): void {
    this.#cells[at] = MANY;
    this.#cells[at + HEAD] = 0;
    this.#cells[at + HEAD + 1] = 0;
  }

  #recount(cluster: number): void {
    let count = 0;
    for (let column = 0; column < (this.#widths[cluster] ?? 0); column++) {
      if (((this.#cells[(this.#bases[cluster] ?? 0) + column * this.#stride] ?? 0) & MANY) !== 0) count += 1;
    }
    this.#varying[cluster] = count;
  }

  #append(at: number, line: ShapedLine, column: number): void {
    const state = this.#cells[at] ?? 0;
    const count = state & COUNT;
    this.#cells[at + HEAD + 2 * count] = line.hashA[column] ?? 0;
    this.#cells[at + HEAD + 2 * count + 1] = line.hashB[column] ?? 0;
    this.#cells[at] = (state + 1) | (this.#isLike(at, line, column) ? 0 : apartBit(count));
  }

  /** A variable came to stand in the column: names like it are the same from now on, the other values stay. */
  #dropNames(at: number): void {
    const state = this.#cells[at] ?? 0;
    const count = state & COUNT;
    let kept = 0;
    for (let index = 0; index < count; index++) {
      if ((state & apartBit(index)) === 0) continue;
      this.#cells[at + HEAD + 2 * kept] = this.#cells[at + HEAD + 2 * index] ?? 0;
      this.#cells[at + HEAD + 2 * kept + 1] = this.#cells[at + HEAD + 2 * index + 1] ?? 0;
      kept += 1;
    }
    let bits = 0;
    for (let index = 0; index < kept; index++) bits |= apartBit(index);
    if (kept >= this.#keeps) this.#makeVariable(at);
    else this.#cells[at] = kept | bits | HAS_VARIABLE;
  }

  #coversColumn(wide: number, narrow: number): boolean {
    const state = this.#cells[wide] ?? 0;
    const other = this.#cells[narrow] ?? 0;
    if ((state & MANY) !== 0) return true;
    if ((other & MANY) !== 0) return false;
    const isKin = this.#cells[wide + LIKENESS] === this.#cells[narrow + LIKENESS];
    if ((other & HAS_VARIABLE) !== 0 && !(isKin && (state & HAS_VARIABLE) !== 0)) return false;
    for (let index = 0; index < (other & COUNT); index++) {
      const isName = (other & apartBit(index)) === 0;
      if (isName && isKin && (state & HAS_VARIABLE) !== 0) continue;
      const value = narrow + HEAD + 2 * index;
      if (this.#indexOf(wide, this.#cells[value] ?? 0, this.#cells[value + 1] ?? 0) === -1) return false;
    }
    return true;
  }

  /** One column takes in a token; true when tokens told apart until now no longer are. */
  #learnColumn(at: number, line: ShapedLine, column: number): boolean {
    const state = this.#cells[at] ?? 0;
    if ((state & MANY) !== 0) return false;
    const hasVariable = (state & HAS_VARIABLE) !== 0;
    if (hasVariable && this.#isLike(at, line, column)) return false;
    if (this.#indexOf(at, line.hashA[column] ?? 0, line.hashB[column] ?? 0) !== -1) return false;
    if (this.#cells[at + LIKENESS] === 0) this.#cells[at + LIKENESS] = line.likeness[column] ?? 0;
    if (line.kind[column] === VARIABLE && this.#isLike(at, line, column)) {
      this.#dropNames(at);
      return true;
    }
    if ((state & COUNT) + (hasVariable ? 1 : 0) >= this.#keeps) {
      this.#makeVariable(at);
      return true;
    }
    this.#append(at, line, column);
    return false;
  }

  get size(): number {
    return this.#bases.length;
  }

  open(line: ShapedLine, variableFrom: number): number {
    if (!this.#reserve(line.columns)) return -1;
    const base = this.#used;
    this.#used += line.columns * this.#stride;
    for (let column = 0; column < line.columns; column++) {
      const at = base + column * this.#stride;
      this.#cells[at + LIKENESS] = line.likeness[column] ?? 0;
      if (column >= variableFrom) this.#makeVariable(at);
      else if (line.kind[column] === VARIABLE) this.#cells[at] = HAS_VARIABLE;
      else this.#append(at, line, column);
    }
    this.#bases.push(base);
    this.#varying.push(Math.max(0, line.columns - variableFrom));
    this.#widths.push(line.columns);
    return this.#bases.length - 1;
  }

  distance(cluster: number, line: ShapedLine, limit: number): number {
    const { hashA, hashB, columns } = line;
    let distance = 0;
    let at = this.#bases[cluster] ?? 0;
    for (let column = 0; column < columns; column++, at += this.#stride) {
      if (this.#cells[at + HEAD] === hashA[column] && this.#cells[at + HEAD + 1] === hashB[column]) continue;
      distance += this.#costOf(at, line, column);
      if (distance > limit) return distance;
    }
    return distance;
  }

  learn(cluster: number, line: ShapedLine): boolean {
    let isWider = false;
    let at = this.#bases[cluster] ?? 0;
    for (let column = 0; column < line.columns; column++, at += this.#stride) {
      if (this.#learnColumn(at, line, column)) isWider = true;
    }
    if (isWider) this.#recount(cluster);
    return isWider;
  }

  widen(cluster: number): boolean {
    const base = this.#bases[cluster] ?? 0;
    let widest = -1;
    let most = 1;
    for (let column = 0; column < (this.#widths[cluster] ?? 0); column++) {
      const state = this.#cells[base + column * this.#stride] ?? 0;
      const values = (state & COUNT) + ((state & HAS_VARIABLE) === 0 ? 0 : 1);
      if ((state & MANY) !== 0 || values <= most) continue;
      most = values;
      widest = column;
    }
    if (widest === -1) return false;
    this.#makeVariable(base + widest * this.#stride);
    this.#recount(cluster);
    return true;
  }

  isVariable(cluster: number, column: number): boolean {
    return ((this.#cells[(this.#bases[cluster] ?? 0) + column * this.#stride] ?? 0) & MANY) !== 0;
  }

  variableLikeness(cluster: number, column: number): number {
    const at = (this.#bases[cluster] ?? 0) + column * this.#stride;
    return ((this.#cells[at] ?? 0) & HAS_VARIABLE) === 0 ? 0 : (this.#cells[at + LIKENESS] ?? 0);
  }

  varying(cluster: number): number {
    return this.#varying[cluster] ?? 0;
  }

  tellApart(cluster: number, line: ShapedLine): boolean {
    const { hashA, hashB, columns } = line;
    let a = SEED_A;
    let b = SEED_B;
    let isKnown = true;
    let at = this.#bases[cluster] ?? 0;
    for (let column = 0; column < columns; column++, at += this.#stride) {
      const state = this.#cells[at] ?? 0;
      if ((state & MANY) !== 0) continue;
      let tokenA = hashA[column] ?? 0;
      let tokenB = hashB[column] ?? 0;
      if ((state & HAS_VARIABLE) !== 0 && this.#isLike(at, line, column)) {
        tokenA = 1;
        tokenB = 1;
      } else if (this.#cells[at + HEAD] !== tokenA || this.#cells[at + HEAD + 1] !== tokenB) {
        if (this.#indexOf(at, tokenA, tokenB) === -1) isKnown = false;
      }
      a = Math.imul(a ^ tokenA, 0x01000193) ^ (a >>> 13);
      b = Math.imul(b ^ tokenB, 0x5bd1e995) ^ (b >>> 13);
    }
    this.apart.a = a;
    this.apart.b = b;
    return isKnown;
  }

  covers(wide: number, narrow: number): boolean {
    if (this.#widths[wide] !== this.#widths[narrow]) return false;
    for (let column = 0; column < (this.#widths[wide] ?? 0); column++) {
      const offset = column * this.#stride;
      if (!this.#coversColumn((this.#bases[wide] ?? 0) + offset, (this.#bases[narrow] ?? 0) + offset)) return false;
    }
    return true;
  }
}
