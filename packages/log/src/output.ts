import { write, writeSync } from "node:fs";
import { type Batch, LineQueue, type QueueLimits } from "./line-queue.ts";
import { SinkCounts, type SinkStats } from "./sink-stats.ts";

/** The system calls of a file descriptor. */
export interface OutputPort {
  write(bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void): void;
  /** Returns the number of bytes written; throws what the system says. */
  writeSync(bytes: Buffer): number;
}

/** A file descriptor of this process: 1 is stdout, 2 is stderr. */
export function descriptor(fd: number): OutputPort {
  return {
    write: (bytes, done) => write(fd, bytes, 0, bytes.length, null, done),
    writeSync: (bytes) => writeSync(fd, bytes),
  };
}

const OUTPUT_BATCHES = { batchLines: 1_000, batchBytes: 64 * 1024 } as const;
const AGAIN_MS = 10;
/** On the way out the process waits this long at most for a reader that does not read. */
const EXIT_TRIES = 25;

/**
 * Writes lines to a file descriptor without ever waiting for its reader: `console.log` would stop the whole program when
 * the pipe is full. Order is kept; what does not fit into the queue is counted.
 */
export class Output {
  readonly counts = new SinkCounts();
  readonly #queue: LineQueue;
  readonly #port: OutputPort;
  readonly #report: Report;
  #isWriting = false;
  #isGone = false;
  /** What an attempt to write left over, while it waits for the next one. */
  #leftOver: Buffer | null = null;
  #idle: (() => void)[] = [];

  constructor(port: OutputPort, limits: Pick<QueueLimits, "maxLines" | "maxBytes">, report: Report) {
    this.#port = port;
    this.#queue = new LineQueue({ ...limits, ...OUTPUT_BATCHES });
    this.#report = report;
  }

  /** False when a record of this importance would be dropped, so that it need not be written at all. */
  mayTake(isImportant: boolean): boolean {
    return !this.#isGone && this.#queue.mayTake(isImportant);
  }

  /** Counts a record that was not written because it would not be taken. */
  refuse(): void {
    this.counts.drop(this.#isGone ? "output-gone" : "queue-full");
  }

  add(line: string, isImportant: boolean): void {
    if (this.#isGone || !this.#queue.offer(line, isImportant)) return this.refuse();
    if (this.#isWriting) return;
    this.#isWriting = true;
    // Lines of one turn of the event loop are one write.
    setImmediate(() => this.#writeNext());
  }

  /** Resolves when nothing waits any more. */
  whenIdle(): Promise<void> {
    return this.#isWriting ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  stats(): SinkStats {
    return this.counts.stats(this.#queue.lines);
  }

  /** For the end of the process, when nothing asynchronous happens any more: a quarter of a second at most. */
  flushSync(): void {
    let tries = EXIT_TRIES;
    let rest: Buffer = this.#leftOver ?? Buffer.alloc(0);
    for (;;) {
      while (rest.length > 0 && tries > 0 && !this.#isGone) {
        const written = this.#trySync(rest);
        if (written === 0) tries--;
        rest = rest.subarray(written);
      }
      const batch = this.#queue.take();
      if (batch === null || tries === 0 || this.#isGone) return;
      this.#queue.settle(batch);
      this.counts.delivered += batch.lines;
      rest = batch.bytes;
    }
  }

  #trySync(bytes: Buffer): number {
    try {
      return this.#port.writeSync(bytes);
    } catch (error) {
      if (!isAgain(error)) this.#isGone = true;
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
      return 0;
    }
  }

  #writeNext(): void {
    this.#reportDrops();
    const batch = this.#queue.take();
    if (batch === null) return this.#rest();
    if (this.#isGone) return this.#giveUp(batch);
    this.#writeRest(batch.bytes, (isWritten) => {
      this.#queue.settle(batch);
      if (isWritten) this.counts.delivered += batch.lines;
      else this.counts.drop("output-gone", batch.lines);
      this.#writeNext();
    });
  }

  #writeRest(bytes: Buffer, done: (isWritten: boolean) => void): void {
    this.#leftOver = null;
    this.#port.write(bytes, (error, written) => {
      if (!error) return written >= bytes.length ? done(true) : this.#writeRest(bytes.subarray(written), done);
      if (!isAgain(error)) {
        this.#isGone = true;
        this.counts.lastFailure = `the output cannot be written: ${error.code ?? "unknown error"}`;
        return done(false);
      }
      this.#leftOver = bytes;
      setTimeout(() => this.#writeRest(bytes, done), AGAIN_MS).unref();
    });
  }

  #giveUp(first: Batch): void {
    for (let batch: Batch | null = first; batch !== null; batch = this.#queue.take()) {
      this.#queue.settle(batch);
      this.counts.drop("output-gone", batch.lines);
    }
    this.#rest();
  }

  #rest(): void {
    this.#isWriting = false;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  #reportDrops(): void {
    if (this.#isGone || !this.counts.hasUnreported || !this.#queue.hasRoom) return;
    for (const [reason, count] of this.counts.takeUnreported()) {
      this.#queue.offer(this.#report({ reason, count, sink: "output" }), true);
    }
  }
}

/** Makes the line that reports drops. */
export type Report = (dropped: {
  readonly reason: string;
  readonly count: number;
  readonly sink: "output" | "push";
}) => string;

function isAgain(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EAGAIN" || error.code === "EBUSY");
}
