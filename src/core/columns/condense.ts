import type { LogRepeats } from "../event.ts";

/**
 * Chooses which of very many log lines are kept as records and counts the rest, so that an answer costs the same for a
 * thousand lines and for ten million. Lines may come in any order; the choice does not depend on it.
 */
export interface Condenser {
  /**
   * Counts one line. `kind` stands for its service, host, severity and template: a small whole number, for memory grows
   * with the largest. `place` is where the caller finds the line again (a line number, an offset: any whole number below
   * 2^53, unique); `trace` is a hash of its trace id, 0 for none.
   */
  add(kind: number, timeMs: number, line: { readonly place: number; readonly trace: number }): void;
  /**
   * The lines to keep, by place, and what each stands for: about `maxKept`, and at least one of each kind. Their number
   * and the counts of their repeats add up to the number of lines.
   */
  finish(maxKept: number): readonly KeptLine[];
}

/** A condenser whose lines may be counted in parts, in threads of their own, and put together. */
export interface MergingCondenser extends Condenser {
  /** What was counted so far, as plain data. */
  state(): CondenserState;
  /** Adds what another condenser counted, in any order; `kindOf` gives its kinds the numbers they have here. */
  merge(state: CondenserState, kindOf: (kind: number) => number): void;
}

/** Plain data that survives a copy to another thread. Several numbers of one thing stand one behind the other. */
export interface CondenserState {
  /** How far the detail of cells had to give way. */
  readonly step: number;
  readonly kinds: readonly KindState[];
  /** Of sampled requests: which hashes are in (`mask`), and draw, kind, time and place of each line. */
  readonly traced: { readonly mask: number; readonly lines: Float64Array };
}

export interface KindState {
  readonly lines: number;
  readonly level: number;
  /** Tick, lines, first time and first place of each cell. */
  readonly cells: Float64Array;
  /** Time and place of the first lines, and of the last. */
  readonly firsts: Float64Array;
  readonly last: readonly [timeMs: number, place: number];
}

export interface KeptLine {
  readonly place: number;
  readonly repeats: LogRepeats | null;
}

export interface CondenserOptions {
  /** Whether lines of this kind warn or report failures: more of them are kept, and they are counted more finely. */
  readonly isLoud: (kind: number) => boolean;
  /** The most lines that `finish` will be asked for: what could not be kept then need not be remembered. */
  readonly maxKept?: number;
}
