import { CELL_CAPS } from "./cell-caps.ts";
import type { CondenserOptions, CondenserState, KeptLine, MergingCondenser } from "./condense.ts";
import { KindCells } from "./kind-cells.ts";
import { withRepeats } from "./stand-for.ts";
import { tellingLines } from "./telling-lines.ts";
import { TraceSample } from "./trace-sample.ts";

/** Cells of all kinds together: about 32 MB. */
const MAX_CELLS = 2 ** 20;
/** So much of what is kept are whole requests, for the graph and the clocks; the rest tells what went wrong. */
const TRACED_SHARE = 0.25;
const MAX_TRACED_LINES = 2 ** 14;

/** An empty condenser. Memory stays bounded by the number of kinds, whatever the number of lines; `maxCells` is for tests. */
export function createCondenser(options: CondenserOptions, maxCells = MAX_CELLS): MergingCondenser {
  return new CellCondenser(options, maxCells);
}

class CellCondenser implements MergingCondenser {
  readonly #isLoud: CondenserOptions["isLoud"];
  readonly #maxCells: number;
  readonly #kinds: KindCells[] = [];
  readonly #caps: number[] = [];
  readonly #traced: TraceSample;
  /** Which of the caps hold. It depends on the lines of all kinds, not on their order nor on the numbers of kinds. */
  #step = 0;
  /** What the kinds take up of `maxCells`. */
  #charged = 0;

  constructor({ isLoud, maxKept = Number.POSITIVE_INFINITY }: CondenserOptions, maxCells: number) {
    this.#isLoud = isLoud;
    this.#traced = new TraceSample(Math.min(MAX_TRACED_LINES, Math.floor(maxKept * TRACED_SHARE)));
    this.#maxCells = maxCells;
  }

  add(kind: number, timeMs: number, { place, trace }: { readonly place: number; readonly trace: number }): void {
    while (kind >= this.#kinds.length) this.#open();
    if (this.#kinds[kind]?.add(timeMs, place, this.#caps[kind] ?? 1) === true) this.#charge(1);
    if (trace !== 0) this.#traced.add(trace, kind, { timeMs, place });
  }

  finish(maxKept: number): readonly KeptLine[] {
    const kinds = this.#kinds.map((cells, kind) => ({ cells, isLoud: this.#isLoud(kind) }));
    const traced = this.#traced.lines(Math.floor(maxKept * TRACED_SHARE));
    const chosen = tellingLines(kinds, traced, maxKept);
    return this.#kinds
      .flatMap((cells, kind) => withRepeats(cells, chosen[kind] ?? [], this.#caps[kind] ?? 1))
      .toSorted((a, b) => a.place - b.place);
  }

  state(): CondenserState {
    return { step: this.#step, kinds: this.#kinds.map((cells) => cells.state()), traced: this.#traced.state() };
  }

  merge({ step, kinds, traced }: CondenserState, kindOf: (kind: number) => number): void {
    while (this.#step < step) this.#goOn();
    for (const [theirs, state] of kinds.entries()) {
      const kind = kindOf(theirs);
      while (kind >= this.#kinds.length) this.#open();
      const [cells, cap = 1] = [this.#kinds[kind], this.#caps[kind]];
      const before = cells?.charge(cap) ?? 0;
      cells?.merge(state, cap);
      this.#charge((cells?.charge(cap) ?? 0) - before);
    }
    this.#traced.merge(traced, kindOf);
  }

  #open(): void {
    const kind = this.#kinds.push(new KindCells()) - 1;
    this.#caps.push(this.#capOf(kind));
  }

  #capOf(kind: number): number {
    const { loud, quiet } = CELL_CAPS[this.#step] ?? { loud: 8, quiet: 8 };
    return this.#isLoud(kind) ? loud : quiet;
  }

  #charge(more: number): void {
    this.#charged += more;
    while (this.#charged > this.#maxCells && this.#step < CELL_CAPS.length - 1) this.#goOn();
  }

  #goOn(): void {
    this.#step += 1;
    this.#charged = 0;
    for (const [kind, cells] of this.#kinds.entries()) {
      const cap = this.#capOf(kind);
      this.#caps[kind] = cap;
      cells.shrink(cap);
      this.#charged += cells.charge(cap);
    }
  }
}
