import type { CondenserState } from "./condense.ts";
import type { LinePlace } from "./kind-cells.ts";

/** A line of a sampled request and its kind. */
export interface TracedLine extends LinePlace {
  readonly kind: number;
}

interface Sampled extends TracedLine {
  /** Equal for all lines of a request, and spread evenly. */
  readonly draw: number;
}

/**
 * Whole requests by chance of their trace's hash: either all lines of a trace are in it or none, in any order of arrival.
 * Half of the traces go whenever there is no more room.
 */
export class TraceSample {
  readonly #maxLines: number;
  #mask = 0;
  #lines: Sampled[] = [];

  constructor(maxLines: number) {
    this.#maxLines = maxLines;
  }

  add(trace: number, kind: number, line: LinePlace): void {
    const draw = mix(trace);
    if ((draw & this.#mask) !== 0) return;
    this.#keep({ draw, kind, timeMs: line.timeMs, place: line.place });
  }

  /** At most `maxLines` lines, by place. */
  lines(maxLines: number): readonly TracedLine[] {
    while (this.#lines.length > maxLines && this.#mask !== -1) this.#halve();
    return this.#lines.length > maxLines ? [] : this.#lines.toSorted((a, b) => a.place - b.place);
  }

  state(): CondenserState["traced"] {
    const lines = this.#lines.flatMap(({ draw, kind, timeMs, place }) => [draw, kind, timeMs, place]);
    return { mask: this.#mask, lines: Float64Array.from(lines) };
  }

  merge({ mask, lines }: CondenserState["traced"], kindOf: (kind: number) => number): void {
    while (this.#mask >>> 0 < mask >>> 0) this.#halve();
    for (let at = 0; at < lines.length; at += 4) {
      const [draw = 0, kind = 0, timeMs = 0, place = 0] = lines.subarray(at, at + 4);
      this.#keep({ draw, kind: kindOf(kind), timeMs, place });
    }
  }

  #keep(line: Sampled): void {
    if ((line.draw & this.#mask) !== 0) return;
    this.#lines.push(line);
    while (this.#lines.length > this.#maxLines && this.#mask !== -1) this.#halve();
  }

  #halve(): void {
    this.#mask = (this.#mask << 1) | 1;
    this.#lines = this.#lines.filter(({ draw }) => (draw & this.#mask) === 0);
  }
}

/** The last step of MurmurHash3 (Appleby, public domain): hashes of ids that count upwards get even low bits. */
function mix(hash: number): number {
  let mixed = hash | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
