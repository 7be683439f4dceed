import type { Cells, KindCells, LinePlace } from "./kind-cells.ts";
import type { TracedLine } from "./trace-sample.ts";

export interface CountedKind {
  readonly cells: KindCells;
  readonly isLoud: boolean;
}

/** Of a loud kind and of a quiet one: beginnings (after silence, of a faster stretch), and lines in between. */
const MAX_BEGINNINGS = { loud: 64, quiet: 12 } as const;
const MAX_BETWEEN = { loud: 64, quiet: 8 } as const;
/** A kind that comes back after so long has begun again. */
const SILENCE_MS = 30_000;
const STRETCH_MS = 10_000;
/** A stretch with this many times the lines of any before it is a jump; the very first lines are no stretch yet. */
const JUMP = 2;

/**
 * Which lines of each kind tell most: the first and the last of each, whole sampled requests, all of a rare kind, where
 * it began again or came faster than ever, and some in between. About `maxKept` in all, by the lines alone, never by the
 * numbers of their kinds; those of one kind in order of time.
 */
export function tellingLines(
  kinds: readonly CountedKind[],
  traced: readonly TracedLine[],
  maxKept: number,
): readonly (readonly LinePlace[])[] {
  const choice = new Choice(kinds.length, maxKept);
  const ranked = inRank(kinds);
  for (const { kind, cells } of ranked) choice.need(kind, cells.firsts.slice(0, 1));
  for (const { kind, cells } of ranked) choice.take(kind, cells.lines > 1 ? [cells.last] : []);
  for (const line of traced) choice.take(line.kind, [line]);
  for (const { kind, cells } of ranked) choice.take(kind, cells.firsts);
  const counted = ranked.map((each) => ({ ...each, list: each.cells.cells() }));
  for (const { kind, list, isLoud } of counted)
    choice.take(kind, beginnings(list, isLoud ? MAX_BEGINNINGS.loud : MAX_BEGINNINGS.quiet));
  for (const { kind, list, isLoud } of counted)
    choice.take(kind, spread(list, isLoud ? MAX_BETWEEN.loud : MAX_BETWEEN.quiet));
  return choice.lines();
}

interface RankedKind extends CountedKind {
  readonly kind: number;
}

/** Loud kinds first, then by their first line. */
function inRank(kinds: readonly CountedKind[]): readonly RankedKind[] {
  return kinds
    .map((each, kind) => ({ ...each, kind }))
    .filter(({ cells }) => cells.lines > 0)
    .toSorted((a, b) => Number(b.isLoud) - Number(a.isLoud) || byTime(a.cells.firsts[0], b.cells.firsts[0]));
}

class Choice {
  readonly #chosen: readonly Map<number, LinePlace>[];
  #room: number;

  constructor(kinds: number, room: number) {
    this.#chosen = Array.from({ length: kinds }, () => new Map<number, LinePlace>());
    this.#room = room;
  }

  /** Lines that are kept whether there is room or not. */
  need(kind: number, lines: readonly LinePlace[]): void {
    for (const line of lines) {
      this.#chosen[kind]?.set(line.place, line);
      this.#room -= 1;
    }
  }

  take(kind: number, lines: readonly LinePlace[]): void {
    const chosen = this.#chosen[kind];
    for (const line of lines) {
      if (this.#room <= 0 || chosen === undefined) return;
      if (chosen.has(line.place)) continue;
      chosen.set(line.place, line);
      this.#room -= 1;
    }
  }

  lines(): readonly (readonly LinePlace[])[] {
    return this.#chosen.map((lines) => [...lines.values()].toSorted(byTime));
  }
}

function byTime(a: LinePlace | undefined, b: LinePlace | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return a.timeMs - b.timeMs || a.place - b.place;
}

/** The first lines of the stretches that have more lines than ever before, and then those after a silence. */
function beginnings(cells: Cells, most: number): readonly LinePlace[] {
  const found = jumps(cells, most);
  return found.length < most ? [...found, ...afterSilence(cells, most - found.length)] : found;
}

function jumps(cells: Cells, limit: number): readonly LinePlace[] {
  const found: LinePlace[] = [];
  let [tick, lines, first, most] = [Number.NEGATIVE_INFINITY, 0, -1, 0];
  for (let cell = 0; cell < cells.size && found.length < limit; cell++) {
    const now = Math.floor(cells.firstMs(cell) / STRETCH_MS);
    if (now !== tick) {
      most = Math.max(most, lines);
      [tick, lines, first] = [now, 0, cell];
    }
    lines += cells.lines(cell);
    if (first !== -1 && most > 0 && lines >= JUMP * most) {
      found.push(firstOf(cells, first));
      first = -1;
    }
  }
  return found;
}

function afterSilence(cells: Cells, limit: number): readonly LinePlace[] {
  const found: LinePlace[] = [];
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (let cell = 0; cell < cells.size && found.length < limit; cell++) {
    const firstMs = cells.firstMs(cell);
    if (firstMs - beforeMs >= SILENCE_MS) found.push(firstOf(cells, cell));
    beforeMs = firstMs;
  }
  return found;
}

function spread(cells: Cells, most: number): readonly LinePlace[] {
  const step = Math.max(1, cells.size / most);
  const found: LinePlace[] = [];
  for (let at = 0; at < cells.size && found.length < most; at += step) found.push(firstOf(cells, Math.floor(at)));
  return found;
}

function firstOf(cells: Cells, cell: number): LinePlace {
  return { timeMs: cells.firstMs(cell), place: cells.firstPlace(cell) };
}
