import type { Clock } from "../../app/ports.ts";

const MAX_KEYS = 1000;

/** Remembers how long Slack asked to be left alone, per method and channel, so that one limit delays nothing else. */
export class Cooldowns {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When a call of this kind may go out; null when it may now. */
  waitUntil(method: string, channel: string): number | null {
    const until = this.#until.get(`${method}/${channel}`) ?? 0;
    return until > this.#clock.nowMs() ? until : null;
  }

  /** Stores Slack's answer "not for this long" and gives the time from which to try again. */
  pause(key: { readonly method: string; readonly channel: string }, waitMs: number): number {
    const until = this.#clock.nowMs() + Math.max(1000, waitMs);
    if (this.#until.size >= MAX_KEYS) this.#until.clear();
    this.#until.set(`${key.method}/${key.channel}`, until);
    return until;
  }
}
