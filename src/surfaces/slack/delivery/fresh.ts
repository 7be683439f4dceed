import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../../app/ports.ts";

/** What a slow reading gave: its value, that it is still going on, or that it failed. */
export type Reading<T> =
  | { readonly status: "read"; readonly value: T }
  | { readonly status: "being-read" }
  | { readonly status: "failed" };

const FRESH_MS = 60_000;
/** An older value says nothing about now. */
const STALE_MS = 5 * 60_000;

/** One slow reading shared by all who ask, repeated at most once a minute. */
export class Fresh<T> {
  readonly #clock: Clock;
  readonly #read: () => Promise<T>;
  #isReading = false;
  #last: { readonly atMs: number; readonly reading: Promise<Reading<T>> } | null = null;
  /** Shown while a newer one is on its way. */
  #known: Reading<T> = { status: "being-read" };

  constructor(clock: Clock, read: () => Promise<T>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** True while a reading is on its way: what is known will change. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** What is known within `waitMs`; a value of some minutes ago rather than none. */
  async within(waitMs: number): Promise<Reading<T>> {
    const reading = this.whole();
    const timer = new AbortController();
    const late = sleep(waitMs, null, { signal: timer.signal, ref: false }).then(
      () => this.#known,
      () => this.#known,
    );
    const first = await Promise.race([reading, late]);
    timer.abort();
    return first;
  }

  /** Waits for the end of the reading. Never throws. */
  whole(): Promise<Reading<T>> {
    const nowMs = this.#clock.nowMs();
    if (this.#last === null || nowMs - this.#last.atMs >= FRESH_MS) {
      if (this.#last !== null && nowMs - this.#last.atMs >= STALE_MS) this.#known = { status: "being-read" };
      this.#last = { atMs: nowMs, reading: this.#start() };
    }
    return this.#last.reading;
  }

  async #start(): Promise<Reading<T>> {
    this.#isReading = true;
    try {
      this.#known = { status: "read", value: await this.#read() };
    } catch {
      // A value of a minute ago is not shown as one of now.
      this.#known = { status: "failed" };
    } finally {
      this.#isReading = false;
    }
    return this.#known;
  }
}
