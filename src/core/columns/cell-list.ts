/** Numbers of one cell: which stretch of time, how many lines, and its first line's time and place. */
export const STRIDE = 4;

/** Cells in order of time, in one array of numbers. */
export class CellList {
  data = new Float64Array(4 * STRIDE);
  size = 0;

  /** Where the cell of a stretch stands; -1 for none. */
  find(tick: number): number {
    const at = this.lowerBound(tick);
    return at < this.size && this.data[at * STRIDE] === tick ? at : -1;
  }

  /** Whether a stretch lies behind all cells. */
  isBehind(tick: number): boolean {
    return this.size === 0 || (this.data[(this.size - 1) * STRIDE] ?? 0) < tick;
  }

  /** A new, empty cell in its place; gives the place. */
  insert(tick: number): number {
    const at = this.isBehind(tick) ? this.size : this.lowerBound(tick);
    this.#makeRoom(this.size + 1);
    if (at < this.size) this.data.copyWithin((at + 1) * STRIDE, at * STRIDE, this.size * STRIDE);
    this.data[at * STRIDE] = tick;
    this.data[at * STRIDE + 1] = 0;
    this.size += 1;
    return at;
  }

  /** Takes all cells of another list, which has none of the same stretches and is empty afterwards. */
  absorb(other: CellList): void {
    let [mine, theirs] = [this.size - 1, other.size - 1];
    this.#makeRoom(this.size + other.size);
    this.size += other.size;
    for (let to = this.size - 1; theirs >= 0; to--) {
      const isMine = mine >= 0 && (this.data[mine * STRIDE] ?? 0) > (other.data[theirs * STRIDE] ?? 0);
      if (isMine) this.data.copyWithin(to * STRIDE, mine * STRIDE, (mine + 1) * STRIDE);
      else this.data.set(other.data.subarray(theirs * STRIDE, (theirs + 1) * STRIDE), to * STRIDE);
      if (isMine) mine -= 1;
      else theirs -= 1;
    }
    other.size = 0;
  }

  /** Neighbouring cells become one where `coarser` gives them the same stretch. */
  join(coarser: (tick: number) => number): void {
    const cells = this.data;
    let size = 0;
    for (let from = 0; from < this.size * STRIDE; from += STRIDE) {
      const tick = coarser(cells[from] ?? 0);
      const to = size * STRIDE - STRIDE;
      if (size > 0 && cells[to] === tick) cells[to + 1] = (cells[to + 1] ?? 0) + (cells[from + 1] ?? 0);
      else {
        cells.copyWithin(size * STRIDE, from, from + STRIDE);
        cells[size * STRIDE] = tick;
        size += 1;
      }
    }
    this.size = size;
  }

  lowerBound(tick: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.data[middle * STRIDE] ?? 0) < tick) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #makeRoom(size: number): void {
    if (size * STRIDE <= this.data.length) return;
    const larger = new Float64Array(Math.max(this.data.length * 2, size * STRIDE));
    larger.set(this.data.subarray(0, this.size * STRIDE));
    this.data = larger;
  }
}
