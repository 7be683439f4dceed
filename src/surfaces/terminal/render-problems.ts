import { paperFor, type TerminalOptions } from "./paper.ts";

/** Why something could not be read: where, and what to do about it. */
export interface ReadingProblem {
  readonly where: string;
  readonly what: string;
}

const MAX_PROBLEMS = 20;

/** One problem a line, at most twenty, with a count of the rest. Empty text when there is none. */
export function renderProblems(problems: readonly ReadingProblem[], options: TerminalOptions): string {
  if (problems.length === 0) return "";
  const paper = paperFor(options);
  const lines = problems
    .slice(0, MAX_PROBLEMS)
    .flatMap(({ where, what }) => paper.beside("-", `${where}: ${what}`, { indent: 2, column: 2 }));
  const more = problems.length - MAX_PROBLEMS;
  const rest = more > 0 ? [`  and ${more} more`] : [];
  return `${[paper.ink("bold", "Could not read:"), ...lines, ...rest].join("\n")}\n`;
}
