/** Lines of one piece that are left to the slow way: each costs ten times as much. */
const MAX_ODD_LINES = 20_000;

/** Lines that only the slow way can read, by number in their piece and by where they begin in the unpacked file. Plain data. */
export interface OddLines {
  readonly lines: Int32Array;
  readonly offsets: Float64Array;
  /** Further ones that were not remembered. */
  readonly missed: number;
}

/** Remembers where odd lines stand, never what they hold: a file of nothing else must not fill the memory. */
export class OddLinePlaces {
  #lines = new Int32Array(64);
  #offsets = new Float64Array(64);
  #size = 0;
  #missed = 0;

  add(line: number, offset: number): void {
    if (this.#size === MAX_ODD_LINES) {
      this.#missed += 1;
      return;
    }
    if (this.#size === this.#lines.length) this.#grow();
    this.#lines[this.#size] = line;
    this.#offsets[this.#size] = offset;
    this.#size += 1;
  }

  state(): OddLines {
    return {
      lines: this.#lines.slice(0, this.#size),
      offsets: this.#offsets.slice(0, this.#size),
      missed: this.#missed,
    };
  }

  #grow(): void {
    const lines = new Int32Array(this.#lines.length * 2);
    lines.set(this.#lines);
    this.#lines = lines;
    const offsets = new Float64Array(this.#offsets.length * 2);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
  }
}
