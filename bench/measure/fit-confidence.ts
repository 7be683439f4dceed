import { type ConfidenceTable, confidences } from "../../src/core/hypotheses/confidence.ts";
import { calibrationError, reliability } from "./calibration.ts";

/** The scores of one answer, best first, and whether its first hypothesis was right. */
export interface Answered {
  readonly suite: string;
  readonly scores: readonly number[];
  readonly isRight: boolean;
}

/** One suite's calibration with a table fitted on the others. */
export interface LeftOut {
  readonly suite: string;
  readonly n: number;
  readonly table: ConfidenceTable;
  readonly error: number;
}

const TEMPERATURES = [50, 75, 100, 150, 200, 300, 400, 600, 800];
const NONES = [0, 100, 200, 300, 400, 500, 600, 800];
const CEILING = 0.95;
const LEAST = 0.01;

/** The table with the least log loss. Every suite weighs the same, so that a large one does not decide alone. */
export function fitConfidence(answers: readonly Answered[]): ConfidenceTable {
  const perSuite = [...Map.groupBy(answers, ({ suite }) => suite).values()];
  const tables = TEMPERATURES.flatMap((temperature) =>
    NONES.map((noneOfThese) => ({ temperature, noneOfThese, ceiling: CEILING })),
  );
  const [best] = tables
    .map((table) => ({ table, loss: perSuite.reduce((sum, group) => sum + logLoss(group, table), 0) }))
    .toSorted((a, b) => a.loss - b.loss);
  if (best === undefined) throw new TypeError("there is always a table");
  return best.table;
}

/** Fits on all suites but one and looks at that one, for each. */
export function leaveOneSuiteOut(answers: readonly Answered[]): readonly LeftOut[] {
  return [...Map.groupBy(answers, ({ suite }) => suite)].map(([suite, own]) => {
    const table = fitConfidence(answers.filter((each) => each.suite !== suite));
    return { suite, n: own.length, table, error: errorOf(own, table) };
  });
}

/** Expected calibration error with a table. */
export function errorOf(answers: readonly Answered[], table: ConfidenceTable): number {
  return calibrationError(reliability(answers.map((each) => ({ ...each, confidence: firstOf(each, table) }))));
}

function logLoss(answers: readonly Answered[], table: ConfidenceTable): number {
  const losses = answers.map((each) => {
    const p = Math.min(1 - LEAST, Math.max(LEAST, firstOf(each, table)));
    return -Math.log(each.isRight ? p : 1 - p);
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function firstOf({ scores }: Answered, table: ConfidenceTable): number {
  return confidences(scores, [], table)[0] ?? 0;
}
