import { CellList, STRIDE } from "./cell-list.ts";
import type { KindState } from "./condense.ts";

/** How long one cell is, from fine to coarse. Kinds that would need too many cells are counted in longer ones. */
const WIDTHS_MS: readonly number[] = [1_000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000, 2 ** 52];
const FIRST_LINES = 8;
/** Cells of times that came late are put in order together: one by one each would move all that follow it. */
const MAX_LATE = 256;

/** A line by when it happened and where it stands. */
export interface LinePlace {
  readonly timeMs: number;
  readonly place: number;
}

/**
 * The cells of one kind in order of time, by number: stretches of time, each with its first line. Nothing is made for a cell,
 * as there may be a million; valid until the next line is added.
 */
export interface Cells {
  readonly size: number;
  /** When the stretch begins. */
  fromMs(cell: number): number;
  lines(cell: number): number;
  firstMs(cell: number): number;
  firstPlace(cell: number): number;
}

/**
 * The lines of one kind, counted per stretch of time. Everything kept is a minimum, a maximum or a sum, so the order in
 * which lines come does not matter.
 */
export class KindCells {
  lines = 0;
  #level = 0;
  #widthMs = WIDTHS_MS[0] ?? 1_000;
  readonly #main = new CellList();
  #late: CellList | null = null;
  /** Where the cell of the line before stands: neighbours in a file are neighbours in time. */
  #list = this.#main;
  #at = -1;
  readonly #firsts: LinePlace[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;
  #lastPlace = 0;

  /** Counts one line, in at most `maxCells` cells; true when it opened one more of a second. */
  add(timeMs: number, place: number, maxCells: number): boolean {
    this.lines += 1;
    const tick = Math.floor(timeMs / this.#widthMs);
    const isNew = this.#at === -1 || this.#list.data[this.#at * STRIDE] !== tick ? this.#seek(tick) : false;
    this.#count(timeMs, place, 1);
    if (this.lines <= FIRST_LINES || isBefore(timeMs, place, this.#firsts.at(-1))) this.#keepFirst({ timeMs, place });
    this.#keepLast(timeMs, place);
    if (!isNew) return false;
    if (this.#size > maxCells) this.shrink(maxCells);
    return this.#level === 0;
  }

  /** Counts in longer stretches until `maxCells` are enough. */
  shrink(maxCells: number): void {
    while (this.#size > maxCells && this.#level < WIDTHS_MS.length - 1) this.#coarsen();
  }

  /**
   * How many of `maxCells` cells this kind takes up: those it has, or all once it had to be counted in longer ones. It
   * depends on the seconds that have lines and never falls while lines come.
   */
  charge(maxCells: number): number {
    return this.#level === 0 ? Math.min(this.#size, maxCells) : maxCells;
  }

  state(): KindState {
    return {
      lines: this.lines,
      level: this.#level,
      cells: this.#sorted().data.slice(0, this.#size * STRIDE),
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
      this.#seek(Math.floor(timeMs / this.#widthMs));
      this.#count(timeMs, place, cells[at + 1] ?? 0);
    }
    for (let at = 0; at < firsts.length; at += 2)
      this.#keepFirst({ timeMs: firsts[at] ?? 0, place: firsts[at + 1] ?? 0 });
    this.lines += state.lines;
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

  /** How long each cell is: a second, unless there were too many of them. */
  get widthMs(): number {
    return this.#widthMs;
  }

  /** All cells, in order of time. */
  cells(): Cells {
    const { data } = this.#sorted();
    const widthMs = this.#widthMs;
    return {
      size: this.#size,
      fromMs: (cell) => (data[cell * STRIDE] ?? 0) * widthMs,
      lines: (cell) => data[cell * STRIDE + 1] ?? 0,
      firstMs: (cell) => data[cell * STRIDE + 2] ?? 0,
      firstPlace: (cell) => data[cell * STRIDE + 3] ?? 0,
    };
  }

  /** Which of the cells a line lies in. */
  cellIndexOf(timeMs: number): number {
    return this.#sorted().lowerBound(Math.floor(timeMs / this.#widthMs));
  }

  get #size(): number {
    return this.#main.size + (this.#late?.size ?? 0);
  }

  #sorted(): CellList {
    if (this.#late !== null && this.#late.size > 0) {
      this.#main.absorb(this.#late);
      this.#at = -1;
    }
    return this.#main;
  }

  /** Goes to the cell of a stretch; true when it is a new one. */
  #seek(tick: number): boolean {
    const isLatest = this.#main.isBehind(tick);
    const known = isLatest ? -1 : this.#main.find(tick);
    this.#list = this.#main;
    this.#at = isLatest ? this.#main.insert(tick) : known;
    return isLatest || (known === -1 && this.#seekLate(tick));
  }

  #seekLate(tick: number): boolean {
    this.#late ??= new CellList();
    const known = this.#late.find(tick);
    if (known === -1 && this.#late.size >= MAX_LATE) this.#main.absorb(this.#late);
    this.#list = this.#late;
    this.#at = known === -1 ? this.#late.insert(tick) : known;
    return known === -1;
  }

  #count(timeMs: number, place: number, more: number): void {
    const cells = this.#list.data;
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

  /** Neighbouring cells become one; a width always divides the next one, so no cell is torn. */
  #coarsen(): void {
    const before = this.#widthMs;
    this.#level += 1;
    const after = WIDTHS_MS[this.#level] ?? before;
    this.#sorted().join((tick) => Math.floor((tick * before) / after));
    this.#widthMs = after;
    this.#at = -1;
  }
}

function isBefore(timeMs: number, place: number, than: LinePlace | undefined): boolean {
  if (than === undefined) return false;
  return timeMs < than.timeMs || (timeMs === than.timeMs && place < than.place);
}
