import type { LogRepeats } from "../event.ts";

/**
 * Chooses which of very many log lines are kept as records and counts the rest, so that an answer costs the same for a
 * thousand lines and for ten million. Lines may come in any order; the choice does not depend on it.
 */
export interface Condenser {
  /**
   * Counts one line. `kind` stands for its service, host, severity and template; `place` is where the caller finds it
   * again (a line number, an offset: any whole number below 2^53, unique); `trace` is a hash of its trace id, 0 for none.
   */
  add(kind: number, timeMs: number, line: { readonly place: number; readonly trace: number }): void;
  /** The lines to keep, by place, and what each stands for. At most `maxKept`. */
  finish(maxKept: number): readonly KeptLine[];
}

export interface KeptLine {
  readonly place: number;
  readonly repeats: LogRepeats | null;
}
