/** How many cells one kind may have: of those that warn or report failures, and of the others. */
export interface CellCaps {
  readonly loud: number;
  readonly quiet: number;
}

const halvings = (from: number, to: number) =>
  Array.from({ length: Math.log2(from / to) + 1 }, (_, at) => from / 2 ** at);
const [LOUD, LOUD_LATER] = [halvings(2 ** 14, 2 ** 11), halvings(2 ** 10, 8)];
const [QUIET, QUIET_LATER] = [halvings(512, 64), halvings(32, 8)];

/**
 * What gives way, step by step, when all kinds together need too many cells. First comes the detail of what is usual:
 * that a failure began is told by its seconds, and 2^14 of them are four and a half hours of a failure that never pauses.
 */
export const CELL_CAPS: readonly CellCaps[] = [
  ...QUIET.map((quiet) => ({ loud: 2 ** 14, quiet })),
  ...LOUD.slice(1).map((loud) => ({ loud, quiet: 64 })),
  ...QUIET_LATER.map((quiet) => ({ loud: 2 ** 11, quiet })),
  ...LOUD_LATER.map((loud) => ({ loud, quiet: 8 })),
];
