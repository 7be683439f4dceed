import { CONFIDENCE_TABLE } from "../hypotheses/confidence.ts";
import { own, ownWords, type Safe } from "../safe.ts";

const POINTS_PER_TENTH = 10;

/** A score and its lines as people read them, in order: sign and one decimal. The lines add up to the score exactly. */
export interface ShownArithmetic {
  readonly score: Safe;
  readonly supporting: readonly Safe[];
  readonly against: readonly Safe[];
}

/** "+2.4", "−0.5": one number of hundredths of a nat on its own. */
export function signedPoints(points: number): Safe {
  return signedTenths(Math.round(points / POINTS_PER_TENTH));
}

/** How many points make a cause twice as likely: the unit in which people can think about the numbers. */
export function pointsThatDouble(): Safe {
  return signedPoints(Math.LN2 * CONFIDENCE_TABLE.temperature);
}

/**
 * Prints a score with the lines it is made of. Each line is rounded to a tenth, up or down, so that the lines still
 * add up to the score shown; no line is off by a whole tenth.
 */
export function showArithmetic(cause: {
  readonly supporting: readonly { readonly points: number }[];
  readonly against: readonly { readonly points: number }[];
}): ShownArithmetic {
  const points = [...cause.supporting, ...cause.against].map((line) => line.points);
  const tenths = roundTogether(points);
  const shown = tenths.map(signedTenths);
  return {
    score: signedTenths(tenths.reduce((sum, value) => sum + value, 0)),
    supporting: shown.slice(0, cause.supporting.length),
    against: shown.slice(cause.supporting.length),
  };
}

/** Largest remainder: round all down, then give the missing tenths to the lines that lost most. */
function roundTogether(points: readonly number[]): readonly number[] {
  const exact = points.map((value) => value / POINTS_PER_TENTH);
  const down = exact.map(Math.floor);
  const target = Math.round(points.reduce((sum, value) => sum + value, 0) / POINTS_PER_TENTH);
  const missing = target - down.reduce((sum, value) => sum + value, 0);
  const lost = (index: number) => (exact[index] ?? 0) - (down[index] ?? 0);
  const up = new Set(
    down
      .map((_, index) => index)
      .toSorted((a, b) => lost(b) - lost(a) || a - b)
      .slice(0, missing),
  );
  return down.map((value, index) => (up.has(index) ? value + 1 : value));
}

function signedTenths(tenths: number): Safe {
  return ownWords(own(`${tenths < 0 ? "−" : "+"}${(Math.abs(tenths) / 10).toFixed(1)}`));
}
