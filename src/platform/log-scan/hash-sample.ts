/** Of the lines of a template in one batch so many are looked into, and if they agree, one of so many that follow. */
const FIRST = 8;
const EACH = 8;

/**
 * Saves looking into lines that say what the lines before them said: within one batch, of one template. In an outage a batch
 * holds hundreds of them. Behind the first eight of a batch at most seven lines in a row are taken for what they are not:
 * as soon as one that differs is looked into, all that follow are. Batches with few lines of a template are looked into whole.
 */
export class HashSample {
  #batch = 0;
  readonly #batches: Uint32Array;
  readonly #lines: Uint32Array;
  readonly #hashes: Int32Array;
  readonly #differ: Uint8Array;

  constructor(maxTemplates: number) {
    this.#batches = new Uint32Array(maxTemplates);
    this.#lines = new Uint32Array(maxTemplates);
    this.#hashes = new Int32Array(maxTemplates);
    this.#differ = new Uint8Array(maxTemplates);
  }

  /** From now on another batch is read. Until this was called, every line is looked into. */
  startBatch(): void {
    this.#batch += 1;
  }

  /** The hash of a line of this template, taken from its lines before where that is enough. */
  of(template: number, look: () => number): number {
    if (this.#batch === 0 || template < 0 || template >= this.#batches.length) return look();
    if (this.#batches[template] !== this.#batch) {
      this.#batches[template] = this.#batch;
      this.#lines[template] = 0;
      this.#differ[template] = 0;
    }
    const line = this.#lines[template] ?? 0;
    this.#lines[template] = line + 1;
    const known = this.#hashes[template] ?? 0;
    if (line >= FIRST && this.#differ[template] === 0 && line % EACH !== 0) return known;
    const hash = look();
    if (line > 0 && hash !== known) this.#differ[template] = 1;
    this.#hashes[template] = hash;
    return hash;
  }
}
