import type { KindState } from "./condense.ts";

/** How long one cell is, from fine to coarse. Kinds that would need too many cells are counted in longer ones. */
const WIDTHS_MS: readonly number[] = [1_000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000, 2 ** 52];
const FIRST_LINES = 8;
/** Numbers of one cell: which stretch of time, how many lines, and its first line's time and place. */
const STRIDE = 4;

/** A line by when it happened and where it stands. */
export interface LinePlace {
  readonly timeMs: number;
  readonly place: number;
}

/** One stretch of time of one kind: how many lines, and the first of them. */
export interface Cell {
  readonly first: LinePlace;
  readonly lines: number;
}

/**
 * The lines of one kind, counted per stretch of time. Everything kept is a minimum, a maximum or a sum, so the order in
 * which lines come does not matter.
 */
export class KindCells {
  lines = 0;
  #level = 0;
  #widthMs = WIDTHS_MS[0] ?? 1_000;
  #size = 0;
  #cells = new Float64Array(4 * STRIDE);
  /** Where the cell of the line before stands: neighbours in a file are neighbours in time. */
  #at = -1;
  readonly #firsts: LinePlace[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;
  #lastPlace = 0;

  /** Counts one line, in at most `maxCells` cells. */
  add(timeMs: number, place: number, maxCells: number): void {
    this.lines += 1;
    const tick = Math.floor(timeMs / this.#widthMs);
    if (this.#at === -1 || this.#cells[this.#at * STRIDE] !== tick) this.#at = this.#cellOf(tick);
    this.#count(timeMs, place, 1);
    if (this.lines <= FIRST_LINES || isBefore(timeMs, place, this.#firsts.at(-1))) this.#keepFirst({ timeMs, place });
    this.#keepLast(timeMs, place);
    if (this.#size > maxCells) this.shrink(maxCells);
  }

  /** Counts in longer stretches until `maxCells` are enough. */
  shrink(maxCells: number): void {
    while (this.#size > maxCells && this.#level < WIDTHS_MS.length - 1) this.#coarsen();
  }

  state(): KindState {
    return {
      lines: this.lines,
      level: this.#level,
      cells: this.#cells.slice(0, this.#size * STRIDE),
      firsts: Float64Array.from(this.#firsts.flatMap(({ timeMs, place }) => [timeMs, place])),
      last: [this.#lastMs, this.#lastPlace],
    };
  }

  /** Adds what was counted elsewhere, in at most `maxCells` cells. */
  merge(state: KindState, maxCells: number): void {
    while (this.#level < state.level) this.#coarsen();
    const { cells, firsts, last } = state;
    for (let at = 0; at < cells.length; at += STRIDE) {
      const [timeMs = 0, place = 0] = [cells[at + 2], cells[at + 3]];
      this.#at = this.#cellOf(Math.floor(timeMs / this.#widthMs));
      this.#count(timeMs, place, cells[at + 1] ?? 0);
    }
    this.lines += state.lines;
    for (let at = 0; at < firsts.length; at += 2)
      this.#keepFirst({ timeMs: firsts[at] ?? 0, place: firsts[at + 1] ?? 0 });
    this.#keepLast(last[0], last[1]);
    this.shrink(maxCells);
  }

  /** The first eight lines, in order. */
  get firsts(): readonly LinePlace[] {
    return this.#firsts;
  }

  get last(): LinePlace {
    return { timeMs: this.#lastMs, place: this.#lastPlace };
  }

  /** All cells, in order of time. */
  cells(): readonly Cell[] {
    return Array.from({ length: this.#size }, (_, at) => ({
      first: { timeMs: this.#cells[at * STRIDE + 2] ?? 0, place: this.#cells[at * STRIDE + 3] ?? 0 },
      lines: this.#cells[at * STRIDE + 1] ?? 0,
    }));
  }

  /** Which of the cells a line lies in. */
  cellIndexOf(timeMs: number): number {
    return this.#lowerBound(Math.floor(timeMs / this.#widthMs));
  }

  #count(timeMs: number, place: number, more: number): void {
    const cells = this.#cells;
    const at = this.#at * STRIDE;
    const lines = cells[at + 1] ?? 0;
    cells[at + 1] = lines + more;
    const firstMs = cells[at + 2] ?? 0;
    if (lines > 0 && (firstMs < timeMs || (firstMs === timeMs && (cells[at + 3] ?? 0) < place))) return;
    cells[at + 2] = timeMs;
    cells[at + 3] = place;
  }

  #keepLast(timeMs: number, place: number): void {
    if (timeMs < this.#lastMs || (timeMs === this.#lastMs && place <= this.#lastPlace)) return;
    this.#lastMs = timeMs;
    this.#lastPlace = place;
  }

  #keepFirst(line: LinePlace): void {
    const at = this.#firsts.findLastIndex((known) => !isBefore(line.timeMs, line.place, known)) + 1;
    this.#firsts.splice(at, 0, line);
    if (this.#firsts.length > FIRST_LINES) this.#firsts.pop();
  }

  #cellOf(tick: number): number {
    const last = this.#size - 1;
    const isLater = last < 0 || (this.#cells[last * STRIDE] ?? 0) < tick;
    const at = isLater ? this.#size : this.#lowerBound(tick);
    return this.#cells[at * STRIDE] === tick && at < this.#size ? at : this.#insert(at, tick);
  }

  #insert(at: number, tick: number): number {
    const needed = (this.#size + 1) * STRIDE;
    if (needed > this.#cells.length) {
      const larger = new Float64Array(this.#cells.length * 2);
      larger.set(this.#cells);
      this.#cells = larger;
    }
    if (at < this.#size) this.#cells.copyWithin((at + 1) * STRIDE, at * STRIDE, this.#size * STRIDE);
    this.#cells[at * STRIDE] = tick;
    this.#cells[at * STRIDE + 1] = 0;
    this.#size += 1;
    return at;
  }

  #lowerBound(tick: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#cells[middle * STRIDE] ?? 0) < tick) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Neighbouring cells become one; a width always divides the next one, so no cell is torn. */
  #coarsen(): void {
    const before = this.#widthMs;
    this.#level += 1;
    this.#widthMs = WIDTHS_MS[this.#level] ?? before;
    const cells = this.#cells;
    let size = 0;
    for (let from = 0; from < this.#size * STRIDE; from += STRIDE) {
      const tick = Math.floor(((cells[from] ?? 0) * before) / this.#widthMs);
      const to = size * STRIDE - STRIDE;
      if (size > 0 && cells[to] === tick) cells[to + 1] = (cells[to + 1] ?? 0) + (cells[from + 1] ?? 0);
      else {
        cells.copyWithin(size * STRIDE, from, from + STRIDE);
        cells[size * STRIDE] = tick;
        size += 1;
      }
    }
    this.#size = size;
    this.#at = -1;
  }
}

function isBefore(timeMs: number, place: number, than: LinePlace | undefined): boolean {
  if (than === undefined) return false;
  return timeMs < than.timeMs || (timeMs === than.timeMs && place < than.place);
}
