import type { Safe } from "../safe.ts";

/** What a keeper remembers, so that another process can go on exactly where this one stands. */
export interface KeeperState {
  readonly names: readonly Safe[];
  readonly numbers: Float64Array;
}

/** Raised whenever the order or meaning of the numbers changes: what an older version wrote cannot be read then. */
const VERSION = 1;

const FIRST_SIZE = 1024;

/** Takes down what a keeper remembers, number by number. */
export class StateWriter {
  readonly #names = new Map<Safe, number>();
  #numbers = new Float64Array(FIRST_SIZE);
  #size = 0;

  constructor() {
    this.#add(VERSION);
  }

  put(...numbers: readonly number[]): void {
    for (const number of numbers) this.#add(number);
  }

  name(name: Safe): void {
    let index = this.#names.get(name);
    if (index === undefined) {
      index = this.#names.size;
      this.#names.set(name, index);
    }
    this.#add(index);
  }

  finish(): KeeperState {
    return { names: [...this.#names.keys()], numbers: this.#numbers.slice(0, this.#size) };
  }

  #add(number: number): void {
    if (this.#size === this.#numbers.length) {
      const larger = new Float64Array(2 * this.#size);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#size] = number;
    this.#size += 1;
  }
}

/** Gives back in the same order what a writer took. Throws `RangeError` where the state does not agree with itself. */
export class StateReader {
  readonly #state: KeeperState;
  #at = 0;

  constructor(state: KeeperState) {
    this.#state = state;
    const version = this.number();
    if (version !== VERSION) throw new RangeError(`a state of version ${version} cannot be read, only ${VERSION}`);
  }

  number(): number {
    const number = this.#state.numbers[this.#at];
    if (number === undefined || Number.isNaN(number)) throw new RangeError(`the state has no number ${this.#at}`);
    this.#at += 1;
    return number;
  }

  flag(): boolean {
    return this.number() !== 0;
  }

  /** How many parts follow: never more than there are numbers left. */
  count(): number {
    const count = this.number();
    const left = this.#state.numbers.length - this.#at;
    if (Number.isInteger(count) && count >= 0 && count <= left) return count;
    throw new RangeError(`the state speaks of ${count} parts where ${left} numbers are left`);
  }

  name(): Safe {
    const index = this.number();
    const name = this.#state.names[index];
    if (name === undefined) throw new RangeError(`the state has no name ${index}`);
    return name;
  }
}
