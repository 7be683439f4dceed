/** How much a bundle may hold. Tests lower them; the defaults keep memory bounded on any input. */
export interface BundleLimits {
  readonly maxFiles: number;
  /** Lines that are kept; when a time range is given, lines outside it are skipped without counting. */
  readonly maxLines: number;
  /** Lines that are looked at before a file set is called too big. */
  readonly maxScannedLines: number;
  /** From this many bytes of logs on, lines are counted and only telling ones are kept. Compressed bytes count tenfold. */
  readonly condenseFromBytes: number;
  /** How many lines are read then, and about how many are kept. */
  readonly maxCondensedLines: number;
  readonly maxKeptLines: number;
  /** What one thread counts at a time. */
  readonly shardBytes: number;
  /** Longer lines are cut, never buffered whole. */
  readonly maxLineBytes: number;
  /** Files that must be parsed as a whole (JSON documents) may be this long. */
  readonly maxDocumentBytes: number;
  /** How far a compressed file may grow, as a multiple of its size. */
  readonly maxInflateRatio: number;
}

export const DEFAULT_LIMITS: BundleLimits = {
  maxFiles: 2000,
  maxLines: 200_000,
  maxScannedLines: 10_000_000,
  condenseFromBytes: 16 * 1024 * 1024,
  maxCondensedLines: 50_000_000,
  maxKeptLines: 12_000,
  shardBytes: 32 * 1024 * 1024,
  maxLineBytes: 64 * 1024,
  maxDocumentBytes: 32 * 1024 * 1024,
  maxInflateRatio: 100,
};
