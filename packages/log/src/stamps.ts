const MAX_IN_ONE_MS = 999;

/**
 * Times of records: UTC, ISO 8601, six digits of a second. Records of one millisecond are counted up by microseconds, so
 * that their order survives and no two lines of a process are equal.
 */
export class Stamps {
  readonly #nowMs: () => number;
  #ms = -1;
  #count = 0;
  /** The last time down to its millisecond, without the Z. */
  #text = "";

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  next(): string {
    const ms = this.#nowMs();
    if (ms !== this.#ms) {
      this.#ms = ms;
      this.#count = 0;
      this.#text = new Date(ms).toISOString().slice(0, -1);
    } else if (this.#count < MAX_IN_ONE_MS) {
      this.#count++;
    }
    return `${this.#text}${String(this.#count).padStart(3, "0")}Z`;
  }
}
