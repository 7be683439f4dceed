import { NONE } from "./frame-columns.ts";

/**
 * Gives names of a catalog the small numbers of one frame's dictionary, in the order of their first row. One lookup in an
 * array per row; nothing is cleared between frames.
 */
export class FrameNumbers {
  /** The catalog's numbers that this frame uses; their positions are the numbers of the dictionary. */
  readonly used: number[] = [];
  #stamps = new Int32Array(1024);
  #numbers = new Uint16Array(1024);
  #stamp = 0;

  /** Begins a frame and fills `target` with its numbers; negative ones of `source` become `NONE`. */
  fill(source: Int32Array, target: Uint16Array): void {
    this.used.length = 0;
    this.#stamp += 1;
    const stamp = this.#stamp;
    let stamps = this.#stamps;
    let numbers = this.#numbers;
    for (let row = 0; row < target.length; row++) {
      const name = source[row] ?? -1;
      if (name < 0) target[row] = NONE;
      else if (stamps[name] === stamp) target[row] = numbers[name] ?? NONE;
      else {
        target[row] = this.#add(name);
        stamps = this.#stamps;
        numbers = this.#numbers;
      }
    }
  }

  /** Names beyond what a column can hold are left out: 65,535 in one frame come from nobody who means well. */
  #add(name: number): number {
    if (this.used.length === NONE) return NONE;
    if (name >= this.#stamps.length) this.#grow(name);
    this.#stamps[name] = this.#stamp;
    this.#numbers[name] = this.used.length;
    return this.used.push(name) - 1;
  }

  #grow(name: number): void {
    const size = 2 ** Math.ceil(Math.log2(name + 1));
    const stamps = new Int32Array(size);
    const numbers = new Uint16Array(size);
    stamps.set(this.#stamps);
    numbers.set(this.#numbers);
    this.#stamps = stamps;
    this.#numbers = numbers;
  }
}
