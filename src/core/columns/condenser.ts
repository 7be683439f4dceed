import type { LogRepeats } from "../event.ts";
import type { CondenserOptions, CondenserState, KeptLine, MergingCondenser } from "./condense.ts";
import { KindCells, type LinePlace } from "./kind-cells.ts";
import { tellingLines } from "./telling-lines.ts";
import { TraceSample } from "./trace-sample.ts";

/** Cells of all kinds together: about 32 MB. */
const MAX_CELLS = 2 ** 20;
/** A new failure fits in at one cell a second for more than half an hour; what lasts longer is counted more coarsely. */
const MAX_LOUD_CELLS = 2048;
const MAX_QUIET_CELLS = 512;
const MIN_CELLS = 8;
/** So much of what is kept are whole requests, for the graph and the clocks; the rest tells what went wrong. */
const TRACED_SHARE = 0.25;
const MAX_TRACED_LINES = 2 ** 14;

/** An empty condenser. Memory stays bounded by the number of kinds, whatever the number of lines. */
export function createCondenser(options: CondenserOptions): MergingCondenser {
  return new CellCondenser(options);
}

class CellCondenser implements MergingCondenser {
  readonly #isLoud: CondenserOptions["isLoud"];
  readonly #kinds: KindCells[] = [];
  readonly #budgets: number[] = [];
  readonly #traced = new TraceSample(MAX_TRACED_LINES);

  constructor({ isLoud }: CondenserOptions) {
    this.#isLoud = isLoud;
  }

  add(kind: number, timeMs: number, { place, trace }: { readonly place: number; readonly trace: number }): void {
    while (kind >= this.#kinds.length) this.#open();
    this.#kinds[kind]?.add(timeMs, place, this.#budgets[kind] ?? MIN_CELLS);
    if (trace !== 0) this.#traced.add(trace, kind, { timeMs, place });
  }

  finish(maxKept: number): readonly KeptLine[] {
    const kinds = this.#kinds.map((cells, kind) => ({ cells, isLoud: this.#isLoud(kind) }));
    const traced = this.#traced.lines(Math.floor(maxKept * TRACED_SHARE));
    const chosen = tellingLines(kinds, traced, maxKept);
    return this.#kinds.flatMap((cells, kind) => withRepeats(cells, chosen[kind] ?? []));
  }

  state(): CondenserState {
    return { kinds: this.#kinds.map((cells) => cells.state()), traced: this.#traced.state() };
  }

  merge({ kinds, traced }: CondenserState, kindOf: (kind: number) => number): void {
    for (const [theirs, state] of kinds.entries()) {
      const kind = kindOf(theirs);
      while (kind >= this.#kinds.length) this.#open();
      this.#kinds[kind]?.merge(state, this.#budgets[kind] ?? MIN_CELLS);
    }
    this.#traced.merge(traced, kindOf);
  }

  /** The budget of each kind depends on their number alone, so it cannot depend on the order of lines. */
  #open(): void {
    const kind = this.#kinds.push(new KindCells()) - 1;
    const share = 2 ** Math.floor(Math.log2(MAX_CELLS / this.#kinds.length));
    const budgetOf = (each: number) =>
      Math.max(MIN_CELLS, Math.min(share, this.#isLoud(each) ? MAX_LOUD_CELLS : MAX_QUIET_CELLS));
    this.#budgets.push(budgetOf(kind));
    // Only a power of two changes the share.
    if ((this.#kinds.length & (this.#kinds.length - 1)) !== 0) return;
    for (const [each, cells] of this.#kinds.entries()) {
      this.#budgets[each] = budgetOf(each);
      cells.shrink(budgetOf(each));
    }
  }
}

interface Counting {
  readonly seconds: number[];
  readonly counts: number[];
}

/** What is not kept of a cell is counted at the last kept line before it, in the second of the cell's first line. */
function withRepeats(cells: KindCells, kept: readonly LinePlace[]): readonly KeptLine[] {
  const lines = cells.cells();
  const keptIn = new Int32Array(lines.length);
  for (const { timeMs } of kept) {
    const at = cells.cellIndexOf(timeMs);
    keptIn[at] = (keptIn[at] ?? 0) + 1;
  }
  const repeats = kept.map((): Counting => ({ seconds: [], counts: [] }));
  let owner = 0;
  for (const [at, { first, lines: count }] of lines.entries()) {
    while (owner + 1 < kept.length && !isAfter(kept[owner + 1], first)) owner += 1;
    const left = count - (keptIn[at] ?? 0);
    if (left > 0) push(repeats[owner], Math.floor(first.timeMs / 1000), left);
  }
  return kept.map(({ place }, at) => ({ place, repeats: orNone(repeats[at]) }));
}

function isAfter(line: LinePlace | undefined, than: LinePlace): boolean {
  return line === undefined || line.timeMs > than.timeMs || (line.timeMs === than.timeMs && line.place > than.place);
}

function push(into: Counting | undefined, second: number, count: number): void {
  into?.seconds.push(second);
  into?.counts.push(count);
}

function orNone(counting: Counting | undefined): LogRepeats | null {
  return counting === undefined || counting.seconds.length === 0 ? null : counting;
}
