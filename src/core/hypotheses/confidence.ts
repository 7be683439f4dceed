import type { Gap } from "../analysis.ts";

/** Version of the table below; it changes when the table is fitted again. */
export const CONFIDENCE_VERSION = 1;

export interface ConfidenceTable {
  /** Points that make one suspect e times as likely as another. Far above 100, because signals overlap and are not independent. */
  readonly temperature: number;
  /** "None of these": a suspect needs about this many points to be as likely as no suspect at all. */
  readonly noneOfThese: number;
  readonly ceiling: number;
}

export const CONFIDENCE_TABLE: ConfidenceTable = { temperature: 150, noneOfThese: 300, ceiling: 0.95 };
const SHARE_PER_FAILED_SOURCE = 0.95;
const SHARE_PER_PARTIAL_SOURCE = 0.97;
const SHARE_PER_MISSING_SOURCE = 0.99;
/** However much could not be looked at, this share of a confidence stays. */
const FLOOR_OF_GAPS = 0.6;

/** How likely each suspect is the cause, 0 to 0.95 with two decimals, in the order of the scores. Grows with the score, falls with every gap. */
export function confidences(
  scores: readonly number[],
  gaps: readonly Gap[],
  { temperature, noneOfThese, ceiling }: ConfidenceTable = CONFIDENCE_TABLE,
): readonly number[] {
  const top = Math.max(noneOfThese, ...scores);
  const weight = (score: number): number => Math.exp((score - top) / temperature);
  // Summed from small to large, so that the order of the suspects cannot change the last digit.
  const total = [...scores, noneOfThese]
    .map(weight)
    .toSorted((a, b) => a - b)
    .reduce((sum, each) => sum + each, 0);
  const sight = shareSeen(gaps);
  return scores.map((score) => Math.round(100 * sight * Math.min(ceiling, weight(score) / total)) / 100);
}

function shareSeen(gaps: readonly Gap[]): number {
  const shares = {
    failed: SHARE_PER_FAILED_SOURCE,
    partial: SHARE_PER_PARTIAL_SOURCE,
    "not-configured": SHARE_PER_MISSING_SOURCE,
  };
  const product = gaps
    .map(({ status }) => shares[status])
    .toSorted((a, b) => a - b)
    .reduce((share, each) => share * each, 1);
  return Math.max(FLOOR_OF_GAPS, product);
}
