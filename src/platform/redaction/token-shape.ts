import { type Characters, charactersOf } from "./characters.ts";

/** A secret that can be told by its look alone. */
export interface TokenShape {
  /** Stands in every text that the pattern matches; looked for before the pattern is tried. */
  readonly keyword: string;
  readonly needs: Characters;
  /** Runs in linear time: bounded prefixes and no quantifier inside another. */
  readonly pattern: RegExp;
  readonly marker: string;
}

/** A shape whose match is replaced by a marker of its kind. `also` are characters that every match has beside its keyword. */
export function shape(keyword: string, pattern: RegExp, { kind = "token", also = "" } = {}): TokenShape {
  return { keyword, needs: charactersOf(keyword + also), pattern, marker: `[redacted-${kind}]` };
}
