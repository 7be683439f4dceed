/** How sure the engine was of its first hypothesis, and whether it was right. */
export interface Said {
  readonly suite: string;
  readonly confidence: number;
  readonly isRight: boolean;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly n: number;
  readonly said: number;
  readonly right: number;
}

const EDGES = [0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.01];

/** What was said against what was true, in bins of confidence; empty bins are left out. */
export function reliability(all: readonly Said[]): readonly Bin[] {
  return EDGES.slice(0, -1).flatMap((from, index) => {
    const to = EDGES[index + 1] ?? 1;
    const inside = all.filter(({ confidence }) => confidence >= from && confidence < to);
    if (inside.length === 0) return [];
    const said = mean(inside.map(({ confidence }) => confidence));
    const right = mean(inside.map(({ isRight }) => (isRight ? 1 : 0)));
    return [{ from, to: Math.min(1, to), n: inside.length, said, right }];
  });
}

/** Expected calibration error: the mean distance between what was said and what was true, weighted by the size of the bins. */
export function calibrationError(bins: readonly Bin[]): number {
  const total = bins.reduce((sum, { n }) => sum + n, 0);
  if (total === 0) return 0;
  return bins.reduce((sum, { n, said, right }) => sum + (n / total) * Math.abs(said - right), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
