import type { Clock } from "../../../app/ports.ts";

/** Two presses of one button within this time are one: a thumb that trembled, or a phone that sent it twice. */
const WITHIN_MS = 2000;
const MOST = 500;

/** Remembers what was pressed a moment ago. */
export class Repeats {
  readonly #pressed = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when the same was pressed within the last two seconds. */
  isRepeat(key: string): boolean {
    const nowMs = this.#clock.nowMs();
    const before = this.#pressed.get(key);
    if (this.#pressed.size >= MOST) this.#pressed.clear();
    this.#pressed.set(key, nowMs);
    return before !== undefined && nowMs - before < WITHIN_MS;
  }
}
