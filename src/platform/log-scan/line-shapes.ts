/**
 * The shapes of lines seen before, as a tree: what stands between two values (braces, commas, the key) is one step, and
 * a step that was checked once is afterwards only compared, four bytes at a time. Lines of one logger have few shapes.
 * Bounded: a full tree is forgotten and learned anew.
 */
export class LineShapes {
  /** Per step: the field of the value behind it (see `KeyTrie.fields`), or `STEP_END` when the line ends with it. */
  readonly codes = new Uint8Array(MAX_STEPS);
  /** Per step: 1 when the name of the value is, or may grow into, one that is needed. */
  readonly live = new Uint8Array(MAX_STEPS);
  readonly lengths = new Int32Array(MAX_STEPS);
  /** Per step: whether a key "kind" of the object itself stands in it. */
  readonly kinds = new Uint8Array(MAX_STEPS);
  readonly #firsts = new Int32Array(MAX_STEPS);
  readonly #siblings = new Int32Array(MAX_STEPS);
  readonly #widths = new Uint8Array(MAX_STEPS);
  readonly #starts = new Int32Array(MAX_STEPS);
  readonly #bytes = new Uint8Array(MAX_BYTES);
  readonly #words = new DataView(this.#bytes.buffer);
  #steps = 1;
  #used = 0;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #bound = 0;

  open(view: DataView): void {
    this.#view = view;
    this.#bound = view.byteLength - 4;
  }

  /** The step that follows `step` in the bytes at `at`; 0 for none that is known. */
  after(step: number, at: number): number {
    const view = this.#view;
    const words = this.#words;
    for (let next = this.#firsts[step] ?? 0; next !== 0; next = this.#siblings[next] ?? 0) {
      const length = this.lengths[next] ?? 0;
      if (at + length > this.#bound) continue;
      const start = this.#starts[next] ?? 0;
      let same = 0;
      while (same + 4 <= length && view.getInt32(at + same, true) === words.getInt32(start + same, true)) same += 4;
      if (same + 4 <= length) continue;
      const rest = (length - same) << 3;
      // The bytes of the last word that belong to the step.
      const differs = view.getInt32(at + same, true) ^ words.getInt32(start + same, true);
      if (rest !== 0 && (differs & ((1 << rest) - 1)) !== 0) continue;
      // An object here is a longer step, unless nothing in it can matter.
      if (this.live[next] === 1 && view.getUint8(at + length) === OPEN) continue;
      return next;
    }
    return 0;
  }

  /** Remembers a step; 0 when there is no room for it, or when it is too long to be worth it. */
  learn(step: number, bytes: Uint8Array, found: FoundStep): number {
    const length = found.to - found.from;
    const width = this.#widths[step] ?? 0;
    if (length > MAX_STEP_BYTES || width === MAX_WIDTH) return 0;
    if (this.#steps === MAX_STEPS || this.#used + length + 4 > MAX_BYTES) {
      this.#forget();
      return 0;
    }
    const added = this.#steps++;
    this.#widths[step] = width + 1;
    this.#widths[added] = 0;
    this.#siblings[added] = this.#firsts[step] ?? 0;
    this.#firsts[step] = added;
    this.#firsts[added] = 0;
    this.lengths[added] = length;
    this.codes[added] = found.code;
    this.live[added] = found.live ? 1 : 0;
    this.kinds[added] = found.isKind ? 1 : 0;
    this.#starts[added] = this.#used;
    this.#bytes.set(bytes.subarray(found.from, found.to), this.#used);
    this.#used += length;
    return added;
  }

  #forget(): void {
    this.#steps = 1;
    this.#used = 0;
    this.#firsts[ROOT_STEP] = 0;
    this.#widths[ROOT_STEP] = 0;
  }
}

/** A step as it was checked: its bytes and what they mean. */
export interface FoundStep {
  readonly from: number;
  readonly to: number;
  readonly code: number;
  readonly live: boolean;
  readonly isKind: boolean;
}

export const ROOT_STEP = 0;
/** The code of a step that ends its line. */
export const STEP_END = 255;

const MAX_STEPS = 4096;
const MAX_BYTES = 128 * 1024;
const MAX_STEP_BYTES = 512;
/** Steps that may follow one: each that does not fit costs a comparison. */
const MAX_WIDTH = 6;
const OPEN = 0x7b;
