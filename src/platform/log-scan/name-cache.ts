import type { NameTable } from "../../core/columns/name-table.ts";

const SLOTS = 1024;
const ROW_SHIFT = 6;
const MAX_NAME = 56;
const MULTIPLIER = 0x9e3779b1;

/**
 * Remembers the numbers of names met lately, in front of a `NameTable`: names are compared four bytes at a time, where the
 * table goes byte by byte. It never gives another number than the table would.
 */
export class NameCache {
  #table: NameTable | null = null;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #bound = 0;
  readonly #lengths = new Int32Array(SLOTS);
  readonly #numbers = new Int32Array(SLOTS);
  readonly #words = new Int32Array(SLOTS << (ROW_SHIFT - 2));

  /** Names come from these bytes and belong to this table from now on. */
  open(table: NameTable, view: DataView): void {
    this.#view = view;
    this.#bound = view.byteLength - 4;
    if (this.#table === table) return;
    this.#table = table;
    this.#lengths.fill(0);
  }

  /** The table's number for the name. */
  indexOf(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from;
    const table = this.#table;
    if (table === null) return -1;
    if (length > MAX_NAME || length < 1 || to > this.#bound) return table.indexOfBytes(bytes, from, to);
    const view = this.#view;
    const words = this.#words;
    const mask = (1 << ((length & 3) << 3)) - 1;
    const last = view.getInt32(from + (length & ~3), true) & mask;
    let hash = Math.imul(length ^ last, MULTIPLIER);
    for (let at = 0; at + 4 <= length; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(from + at, true), MULTIPLIER);
      hash ^= hash >>> 15;
    }
    const slot = (hash >>> 14) & (SLOTS - 1);
    const row = slot << (ROW_SHIFT - 2);
    const whole = length >> 2;
    if (this.#lengths[slot] === length && words[row + whole] === last) {
      let same = 0;
      while (same < whole && words[row + same] === view.getInt32(from + (same << 2), true)) same++;
      if (same === whole) return this.#numbers[slot] ?? -1;
    }
    const number = table.indexOfBytes(bytes, from, to);
    for (let word = 0; word < whole; word++) words[row + word] = view.getInt32(from + (word << 2), true);
    words[row + whole] = last;
    this.#lengths[slot] = length;
    this.#numbers[slot] = number;
    return number;
  }
}
