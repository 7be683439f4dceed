const MIB = 1024 ** 2;

/** Bounds of what is written and read. Tests make them small. */
export interface SegmentLimits {
  /** A segment that has reached this size is followed by the next. */
  readonly segmentBytes: number;
  /** Batches that wait for the disk, in bytes; beyond it `append` refuses. Also the bound of one batch. */
  readonly waitingBytes: number;
  /** Spans, metric points and other records of one read, each. */
  readonly spans: number;
  readonly metrics: number;
  readonly others: number;
}

export const DEFAULT_LIMITS: SegmentLimits = {
  segmentBytes: 64 * MIB,
  waitingBytes: 64 * MIB,
  spans: 50_000,
  metrics: 50_000,
  others: 10_000,
};

/** Rows of one frame. With it a row's place in a window, frame × rows, is a whole number below 2^53. */
export const MAX_FRAME_ROWS = 2 ** 20;
/** No size in a header may be larger: a damaged one must not make us allocate gigabytes. */
export const MAX_FRAME_BYTES = 512 * MIB;
/** A segment older than this is not written to any more, so that others can tell an abandoned one. */
export const MAX_SEGMENT_AGE_MS = 60 * 60_000;
/** The last segment of another process may be removed when nothing came for this long: nobody writes to it any more. */
export const ABANDONED_AFTER_MS = 2 * MAX_SEGMENT_AGE_MS;
/** A file that nobody wrote to for this long is no append on its way. */
export const SETTLED_MS = 60_000;
/** Folders of writers per tenant, beside those of the last two hours: each start of a process makes one, each read looks into all. */
export const MAX_WRITERS = 1_000;
/** Batches per tenant that are remembered, to know one that is sent again. */
export const REMEMBERED_BATCHES = 65_536;
/** After a start, batches stored within this time are remembered again. */
export const REMEMBERED_MS = 10 * 60_000;

/** Frames of at least so many bytes end where a block of the disk does, and are written around the page cache. */
export const DIRECT_FROM_BYTES = 64 * 1024;
