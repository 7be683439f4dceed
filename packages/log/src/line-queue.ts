/** Lines that belong together: one write, one request. */
export interface Batch {
  /** UTF-8, each line with its newline. */
  readonly bytes: Buffer;
  readonly lines: number;
}

export interface QueueLimits {
  readonly maxLines: number;
  readonly maxBytes: number;
  readonly batchLines: number;
  readonly batchBytes: number;
}

/** Records below warning leave this part of the queue to what an incident is made of. */
const SHARE_FOR_ALL = 0.8;
/** Dropped lines are reported when the queue is emptier than this. */
const SHARE_WITH_ROOM = 0.5;

const FIRST_BYTES = 4 * 1024;
const NEWLINE = 0x0a;

/**
 * A batch that still takes lines. They are kept as bytes outside of the heap: thousands of waiting strings would make
 * every collection of garbage longer.
 */
interface OpenBatch {
  buffer: Buffer;
  bytes: number;
  lines: number;
}

/** A queue that never grows beyond its limits: what does not fit is not taken, and the caller counts it. */
export class LineQueue {
  readonly #limits: QueueLimits;
  #batches: OpenBatch[] = [];
  #lines = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Lines that wait or are being delivered. */
  get lines(): number {
    return this.#lines;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True when a whole batch waits. */
  get hasFullBatch(): boolean {
    return this.#batches.length > 1 || (this.#batches[0]?.lines ?? 0) >= this.#limits.batchLines;
  }

  get hasRoom(): boolean {
    const { maxLines, maxBytes } = this.#limits;
    return this.#lines <= maxLines * SHARE_WITH_ROOM && this.#bytes <= maxBytes * SHARE_WITH_ROOM;
  }

  /** False when a line would not be taken however short it is: then it need not even be written. */
  mayTake(isImportant: boolean): boolean {
    const share = isImportant ? 1 : SHARE_FOR_ALL;
    return this.#lines + 1 <= this.#limits.maxLines * share && this.#bytes < this.#limits.maxBytes * share;
  }

  /** False when there is no room. Important lines may use the whole queue, others four fifths of it. */
  offer(line: string, isImportant: boolean): boolean {
    const bytes = Buffer.byteLength(line);
    const share = isImportant ? 1 : SHARE_FOR_ALL;
    const { maxLines, maxBytes } = this.#limits;
    if (this.#lines + 1 > maxLines * share || this.#bytes + bytes > maxBytes * share) return false;
    append(this.#batchFor(bytes), line, bytes);
    this.#lines++;
    this.#bytes += bytes;
    return true;
  }

  /** The oldest batch, or null. Its lines count as queued until they are settled. */
  take(): Batch | null {
    const batch = this.#batches.shift();
    return batch === undefined ? null : { bytes: batch.buffer.subarray(0, batch.bytes), lines: batch.lines };
  }

  /** These lines are delivered or given up. */
  settle(batch: Batch): void {
    this.#lines -= batch.lines;
    this.#bytes -= batch.bytes.length;
  }

  #batchFor(bytes: number): OpenBatch {
    const { batchLines, batchBytes } = this.#limits;
    const last = this.#batches.at(-1);
    if (last !== undefined && last.lines < batchLines && last.bytes + bytes <= batchBytes) return last;
    const made: OpenBatch = { buffer: Buffer.allocUnsafe(Math.max(bytes, FIRST_BYTES)), bytes: 0, lines: 0 };
    this.#batches.push(made);
    return made;
  }
}

function append(batch: OpenBatch, line: string, bytes: number): void {
  if (batch.bytes + bytes > batch.buffer.length) {
    const larger = Buffer.allocUnsafe(Math.max(batch.buffer.length * 2, batch.bytes + bytes));
    batch.buffer.copy(larger, 0, 0, batch.bytes);
    batch.buffer = larger;
  }
  batch.buffer.write(line, batch.bytes);
  batch.bytes += bytes;
  batch.lines++;
}

/** Two batches of about half the lines each; null when there is only one line. */
export function halvesOf({ bytes, lines }: Batch): readonly [Batch, Batch] | null {
  if (lines < 2) return null;
  const first = Math.ceil(lines / 2);
  let end = 0;
  for (let line = 0; line < first; line++) end = bytes.indexOf(NEWLINE, end) + 1;
  return [
    { bytes: bytes.subarray(0, end), lines: first },
    { bytes: bytes.subarray(end), lines: lines - first },
  ];
}
