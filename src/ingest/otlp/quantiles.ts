/** Counts between bounds: `counts[i]` lie above `bounds[i - 1]` and at most at `bounds[i]`; the last have no upper bound. */
export interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly min: number | null;
  readonly max: number | null;
}

/**
 * The value below which this share of the counts lies: linear interpolation inside of the bucket that holds it, as
 * Prometheus' histogram_quantile does. The open ends are closed by min and max where they were sent, else by 0 and by the
 * highest bound, so that nothing is told that nobody measured. Null without counts.
 */
export function quantileOf({ bounds, counts, min, max }: Buckets, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!(total > 0) || counts.length !== bounds.length + 1) return null;
  const wanted = share * total;
  let before = 0;
  for (let index = 0; index < counts.length; index++) {
    const count = counts[index] ?? 0;
    if (count > 0 && before + count >= wanted) {
      const lower = Math.max(bounds[index - 1] ?? min ?? Math.min(0, bounds[0] ?? 0), min ?? Number.NEGATIVE_INFINITY);
      const upper = Math.min(bounds[index] ?? max ?? bounds.at(-1) ?? lower, max ?? Number.POSITIVE_INFINITY);
      return within(lower + (upper - lower) * Math.max(0, (wanted - before) / count), min, max);
    }
    before += count;
  }
  return null;
}

/** Counts in buckets whose bounds grow by the same factor: bucket i of `positive` holds (base^(offset+i), base^(offset+i+1)]. */
export interface ExponentialBuckets {
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: { readonly offset: number; readonly counts: readonly number[] };
  readonly negative: { readonly offset: number; readonly counts: readonly number[] };
  readonly min: number | null;
  readonly max: number | null;
}

/** The same for exponential buckets, base = 2^(2^-scale): interpolated between the logarithms of the bounds. */
export function exponentialQuantileOf(buckets: ExponentialBuckets, share: number): number | null {
  const { scale, zeroCount, positive, negative, min, max } = buckets;
  const log2Base = 2 ** -scale;
  const total = zeroCount + sum(positive.counts) + sum(negative.counts);
  if (!(total > 0)) return null;
  let left = share * total;
  for (let index = negative.counts.length - 1; index >= 0; index--) {
    const count = negative.counts[index] ?? 0;
    if (count > 0 && count >= left)
      return within(-(2 ** ((negative.offset + index + 1 - left / count) * log2Base)), min, max);
    left -= count;
  }
  if (zeroCount > 0 && zeroCount >= left) return 0;
  left -= zeroCount;
  for (let index = 0; index < positive.counts.length; index++) {
    const count = positive.counts[index] ?? 0;
    if (count > 0 && count >= left) return within(2 ** ((positive.offset + index + left / count) * log2Base), min, max);
    left -= count;
  }
  return max;
}

function within(value: number, min: number | null, max: number | null): number | null {
  const bounded = Math.min(Math.max(value, min ?? value), max ?? value);
  return Number.isFinite(bounded) ? bounded : null;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
