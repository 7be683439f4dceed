import type { LogRepeats } from "../event.ts";
import type { KeptLine } from "./condense.ts";
import type { KindCells, LinePlace } from "./kind-cells.ts";

const SECOND_MS = 1_000;
/** A long cell is told in at most so many counts, so that a busy one differs from one with a line or two. */
const MAX_PIECES = 10;

/**
 * What is not kept of a kind is counted at the last kept line before it. Lines of a cell of one second are counted in it.
 * Of a longer cell nobody knows the seconds: its lines are counted from its end on, never before they were written, in
 * the more counts the more lines it has; all cells of the kind in `maxCells` counts.
 */
export function withRepeats(cells: KindCells, kept: readonly LinePlace[], maxCells: number): readonly KeptLine[] {
  const list = cells.cells();
  const keptIn = new Int32Array(list.size);
  for (const { timeMs } of kept) {
    const at = cells.cellIndexOf(timeMs);
    keptIn[at] = (keptIn[at] ?? 0) + 1;
  }
  const spread: Spread = {
    widthS: cells.widthMs / SECOND_MS,
    pieces: Math.max(1, Math.min(MAX_PIECES, Math.floor(maxCells / Math.max(1, list.size)))),
    lastSecond: Math.floor(cells.last.timeMs / SECOND_MS),
  };
  const repeats = kept.map((): Counting => ({ seconds: [], counts: [] }));
  let owner = 0;
  for (let cell = 0; cell < list.size; cell++) {
    const [firstMs, firstPlace] = [list.firstMs(cell), list.firstPlace(cell)];
    while (owner + 1 < kept.length && !isAfter(kept[owner + 1], firstMs, firstPlace)) owner += 1;
    const left = list.lines(cell) - (keptIn[cell] ?? 0);
    if (left <= 0) continue;
    if (spread.widthS === 1) push(repeats[owner], list.fromMs(cell) / SECOND_MS, left);
    else count(repeats[owner], { fromMs: list.fromMs(cell), lines: list.lines(cell), left }, spread);
  }
  const within = spread.widthS === 1 ? null : 2 * spread.widthS;
  return kept.map(({ place }, at) => ({ place, repeats: told(repeats[at], within) }));
}

interface Counting {
  readonly seconds: number[];
  readonly counts: number[];
}

interface Spread {
  readonly widthS: number;
  readonly pieces: number;
  readonly lastSecond: number;
}

/** A longer cell, of whose lines so many are left to be counted. */
interface Uncounted {
  readonly fromMs: number;
  readonly lines: number;
  readonly left: number;
}

function count(
  into: Counting | undefined,
  { fromMs, lines, left }: Uncounted,
  { widthS, pieces, lastSecond }: Spread,
): void {
  // How many of its seconds can have had a line at most, as a share of all of them.
  const busy = Math.min(widthS, lines) / widthS;
  const parts = Math.max(1, Math.min(left, Math.round(pieces * busy)));
  const end = fromMs / SECOND_MS + widthS - 1;
  for (let part = 0; part < parts; part++) {
    const share = Math.floor((left * (part + 1)) / parts) - Math.floor((left * part) / parts);
    push(into, Math.min(lastSecond, end + Math.floor((part * widthS) / parts)), share);
  }
}

function push(into: Counting | undefined, second: number, lines: number): void {
  if (into === undefined) return;
  const last = into.seconds.length - 1;
  if (into.seconds[last] === second) into.counts[last] = (into.counts[last] ?? 0) + lines;
  else {
    into.seconds.push(second);
    into.counts.push(lines);
  }
}

function isAfter(line: LinePlace | undefined, timeMs: number, place: number): boolean {
  return line === undefined || line.timeMs > timeMs || (line.timeMs === timeMs && line.place > place);
}

function told(counting: Counting | undefined, withinSeconds: number | null): LogRepeats | null {
  if (counting === undefined || counting.seconds.length === 0) return null;
  return withinSeconds === null ? counting : { ...counting, withinSeconds };
}
