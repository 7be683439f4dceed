const MIN_BYTES = 32 * 1024;
/** Larger ones are rare and not worth keeping. */
const MAX_KEPT_BYTES = 1024 * 1024;
const MAX_KEPT = 32;

/** Memory for the columns of frames, used again: at a million rows a second, fresh memory is mostly work for the collector. */
export class FrameMemory {
  readonly #kept: ArrayBuffer[] = [];

  /** At least `bytes`, with whatever stood there before. */
  take(bytes: number): ArrayBuffer {
    const index = this.#kept.findIndex((memory) => memory.byteLength >= bytes);
    const [known] = index === -1 ? [] : this.#kept.splice(index, 1);
    return known ?? new ArrayBuffer(Math.max(MIN_BYTES, 2 ** Math.ceil(Math.log2(bytes))));
  }

  give(memory: ArrayBuffer): void {
    if (this.#kept.length < MAX_KEPT && memory.byteLength <= MAX_KEPT_BYTES) this.#kept.push(memory);
  }
}
