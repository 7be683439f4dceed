import { RE2JS, RE2JSSyntaxException } from "re2js";
import { OverBudget } from "./over-budget.ts";

/** A pattern whose time is at most its size times the length of the text, whatever both are. */
export interface LinearPattern {
  /** Replaces the leftmost longest matches. Throws `OverBudget`, before it begins, when the text could cost more than the steps that are left. */
  replaceAll(text: string, by: string, budget: { steps: number }): string;
}

/** Instructions of the compiled pattern; ordinary ones have a few dozen. */
const MAX_SIZE = 2_000;

/**
 * Compiles a pattern in RE2's syntax (https://github.com/google/re2/wiki/Syntax), which can be matched without going back;
 * a sentence that says what to change when it cannot be.
 */
export function compileLinearPattern(source: string): LinearPattern | string {
  const pattern = compiled(source);
  if (typeof pattern === "string") return pattern;
  const size = pattern.programSize();
  if (size > MAX_SIZE) return "it is too large; repeat less or use fewer choices";
  if (matchesNothing(pattern)) return "it matches the empty text; let it need at least one character";
  return {
    replaceAll(text, by, budget) {
      budget.steps -= size * text.length;
      if (budget.steps < 0) throw new OverBudget();
      return pattern.matcher(text).replaceAll(() => by);
    },
  };
}

/** Letters, a digit and ends of words and lines: whatever may match without a character does so somewhere here. */
const PROBE = "a B 1_\n.";

function matchesNothing(pattern: RE2JS): boolean {
  const found = pattern.matcher(PROBE);
  for (let tries = 0; tries <= PROBE.length && found.find(); tries++) if (found.start() === found.end()) return true;
  return false;
}

function compiled(source: string): RE2JS | string {
  try {
    return RE2JS.compile(source, RE2JS.LONGEST_MATCH);
  } catch (cause) {
    if (cause instanceof RE2JSSyntaxException) return `it is not in RE2's syntax (${cause.message})`;
    throw cause;
  }
}
