import { type Batch, halvesOf, LineQueue } from "./line-queue.ts";
import type { Report } from "./output.ts";
import { type Answer, Poster, type Target } from "./post.ts";
import { SinkCounts, type SinkStats } from "./sink-stats.ts";

/** How lines are gathered and how stubbornly they are sent. */
export interface PushLimits {
  readonly maxLines: number;
  readonly maxBytes: number;
  readonly batchLines: number;
  readonly batchBytes: number;
  /** A line waits this long at most for others to share its request. */
  readonly flushMs: number;
  readonly maxAttempts: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

export interface PushDeps {
  readonly target: Target;
  readonly limits: PushLimits;
  readonly report: Report;
  /** 0 to 1, for the jitter. */
  readonly chance: () => number;
  /** Runs the sending apart from the caller's context and traces, so that it can be told from the application's own calls. */
  readonly apart: (work: () => void) => void;
  /** Told once when sending does not work, until it works again. */
  readonly trouble: (because: string) => void;
  readonly nowMs: () => number;
}

/** While closing, an endpoint that fails this often in a row is not tried any more. */
const CLOSING_FAILURES = 2;
const TROUBLE_AFTER = 3;
/** A report that is refused itself must not become the cause of the next one. */
const REPORT_EVERY_MS = 10_000;

/** Sends lines in batches, one request at a time, oldest first. Never throws and never holds the process. */
export class Push {
  readonly counts = new SinkCounts();
  readonly #deps: PushDeps;
  readonly #queue: LineQueue;
  readonly #poster: Poster;
  #timer: NodeJS.Timeout | null = null;
  #isSending = false;
  #failuresInARow = 0;
  #state: "open" | "closing" | "closed" = "open";
  /** Lines ever taken and ever settled: a flush waits until what it saw is settled. */
  #taken = 0;
  #settled = 0;
  #flushes: { readonly upTo: number; readonly done: () => void }[] = [];
  #wake: (() => void) | null = null;
  #isTroubleTold = false;
  #reportedMs = Number.NEGATIVE_INFINITY;

  constructor(deps: PushDeps) {
    this.#deps = deps;
    this.#queue = new LineQueue(deps.limits);
    this.#poster = new Poster(deps.target);
  }

  /** False when a record of this importance would be dropped, so that it need not be written at all. */
  mayTake(isImportant: boolean): boolean {
    return this.#state !== "closed" && this.#queue.mayTake(isImportant);
  }

  /** Counts a record that was not written because it would not be taken. */
  refuse(): void {
    this.counts.drop(this.#state === "closed" ? "closed" : "queue-full");
  }

  add(line: string, isImportant: boolean): void {
    if (this.#state === "closed" || !this.#queue.offer(line, isImportant)) return this.refuse();
    this.#taken++;
    if (this.#isSending) return;
    if (this.#queue.hasFullBatch) this.#begin();
    else this.#beginLater();
  }

  /** Resolves when the lines taken so far are delivered or given up. */
  flush(): Promise<void> {
    if (this.#settled >= this.#taken) return Promise.resolve();
    const upTo = this.#taken;
    const flushed = new Promise<void>((done) => this.#flushes.push({ upTo, done }));
    this.#begin();
    return flushed;
  }

  /** Sends what waits without pauses; an endpoint that fails twice in a row is given up. */
  async drain(): Promise<void> {
    if (this.#state !== "open") return this.flush();
    this.#state = "closing";
    this.#failuresInARow = 0;
    this.#wake?.();
    await this.flush();
    if (this.#isDraining()) this.#state = "open";
  }

  #isDraining(): boolean {
    return this.#state === "closing";
  }

  /** Ends it: what waits is counted as dropped. */
  giveUp(): void {
    this.#state = "closed";
    this.#wake?.();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#poster.close();
    for (let batch = this.#queue.take(); batch !== null; batch = this.#queue.take()) this.#drop(batch, "closed");
  }

  stats(): SinkStats {
    return this.counts.stats(this.#queue.lines);
  }

  #begin(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isSending || this.#state === "closed") return;
    this.#isSending = true;
    this.#deps.apart(() => void this.#sendAll());
  }

  #beginLater(): void {
    this.#timer ??= setTimeout(() => this.#begin(), this.#deps.limits.flushMs).unref();
  }

  async #sendAll(): Promise<void> {
    for (let batch = this.#queue.take(); batch !== null; batch = this.#isUrgent() ? this.#queue.take() : null) {
      await this.#deliver(batch);
      if (this.#failuresInARow === 0) this.#reportDrops();
    }
    this.#isSending = false;
    if (this.#queue.lines > 0) this.#beginLater();
  }

  /** Else a batch waits its time for more lines. */
  #isUrgent(): boolean {
    return this.#queue.hasFullBatch || this.#flushes.length > 0 || this.#state !== "open";
  }

  async #deliver(batch: Batch): Promise<void> {
    for (let attempt = 1; attempt <= this.#deps.limits.maxAttempts && !this.#isHopeless(); attempt++) {
      const answer = await this.#poster.post(batch.bytes);
      switch (answer.kind) {
        case "taken":
          return this.#delivered(batch, answer);
        case "too-large":
          return this.#deliverHalves(batch);
        case "never":
          this.counts.lastFailure = answer.because;
          this.#tellTrouble(answer.because);
          return this.#drop(batch, "refused");
        case "again":
          await this.#waitAfter(answer);
      }
    }
    this.#drop(batch, this.#state === "open" ? "gave-up" : "closed");
  }

  /** Halving ends soon: a batch of a thousand is one line after ten times. */
  async #deliverHalves(batch: Batch): Promise<void> {
    const halves = halvesOf(batch);
    if (halves === null) {
      this.counts.lastFailure = "TraceOps answered 413: one record alone is too large";
      return this.#drop(batch, "refused");
    }
    for (const half of halves) await this.#deliver(half);
  }

  #delivered(batch: Batch, { refused, because }: Extract<Answer, { kind: "taken" }>): void {
    this.#failuresInARow = 0;
    this.#isTroubleTold = false;
    const lost = Math.min(refused, batch.lines);
    this.counts.delivered += batch.lines - lost;
    this.counts.drop("refused", lost);
    if (lost > 0) this.counts.lastFailure = because ?? "TraceOps refused some records";
    this.#settle(batch);
  }

  #drop(batch: Batch, reason: "refused" | "gave-up" | "closed"): void {
    this.counts.drop(reason, batch.lines);
    this.#settle(batch);
  }

  #settle(batch: Batch): void {
    this.#queue.settle(batch);
    this.#settled += batch.lines;
    const done = this.#flushes.filter(({ upTo }) => upTo <= this.#settled);
    if (done.length === 0) return;
    this.#flushes = this.#flushes.filter(({ upTo }) => upTo > this.#settled);
    for (const flush of done) flush.done();
  }

  #isHopeless(): boolean {
    return this.#state === "closed" || (this.#state === "closing" && this.#failuresInARow >= CLOSING_FAILURES);
  }

  async #waitAfter({ because, afterMs }: Extract<Answer, { kind: "again" }>): Promise<void> {
    this.counts.lastFailure = because;
    this.counts.retries++;
    this.#failuresInARow++;
    if (this.#failuresInARow >= TROUBLE_AFTER) this.#tellTrouble(because);
    if (this.#state !== "open") return;
    const { minDelayMs, maxDelayMs } = this.#deps.limits;
    const ceiling = Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(20, this.#failuresInARow - 1));
    // Half of it by chance, so that a fleet does not come back in one moment.
    const delayMs = (afterMs ?? 0) + ceiling * (0.5 + 0.5 * this.#deps.chance());
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  #tellTrouble(because: string): void {
    if (this.#isTroubleTold) return;
    this.#isTroubleTold = true;
    this.#deps.trouble(because);
  }

  #reportDrops(): void {
    if (!this.counts.hasUnreported || !this.#queue.hasRoom || this.#state === "closed") return;
    const nowMs = this.#deps.nowMs();
    if (nowMs - this.#reportedMs < REPORT_EVERY_MS) return;
    this.#reportedMs = nowMs;
    for (const [reason, count] of this.counts.takeUnreported()) {
      if (this.#queue.offer(this.#deps.report({ reason, count, sink: "push" }), true)) this.#taken++;
    }
  }
}
