import type { CondenserState } from "./condense.ts";
import type { LinePlace } from "./kind-cells.ts";

/** A line of a sampled request and its kind. */
export interface TracedLine extends LinePlace {
  readonly kind: number;
}

/** Numbers of one line: its request's draw (equal for all lines of a request, and spread evenly), kind, time and place. */
const STRIDE = 4;

/**
 * Whole requests by chance of their trace's hash: either all lines of a trace are in it or none, in any order of arrival.
 * Half of the traces go whenever there is no more room. Which ones stay depends on the lines and the room alone, so a
 * sample that is cut to fewer lines later is the one that had the smaller room from the beginning.
 */
export class TraceSample {
  readonly #maxLines: number;
  #mask = 0;
  #size = 0;
  #lines = new Float64Array(64 * STRIDE);

  constructor(maxLines: number) {
    this.#maxLines = maxLines;
  }

  add(trace: number, kind: number, line: LinePlace): void {
    this.#keep(mix(trace), kind, line.timeMs, line.place);
  }

  /** At most `maxLines` lines, by place. */
  lines(maxLines: number): readonly TracedLine[] {
    while (this.#size > maxLines && this.#mask !== -1) this.#halve();
    if (this.#size > maxLines) return [];
    const found = Array.from({ length: this.#size }, (_, index): TracedLine => {
      const at = index * STRIDE;
      return { kind: this.#lines[at + 1] ?? 0, timeMs: this.#lines[at + 2] ?? 0, place: this.#lines[at + 3] ?? 0 };
    });
    return found.toSorted((a, b) => a.place - b.place);
  }

  state(): CondenserState["traced"] {
    return { mask: this.#mask, lines: this.#lines.slice(0, this.#size * STRIDE) };
  }

  merge({ mask, lines }: CondenserState["traced"], kindOf: (kind: number) => number): void {
    while (this.#mask >>> 0 < mask >>> 0) this.#halve();
    for (let at = 0; at < lines.length; at += STRIDE)
      this.#keep(lines[at] ?? 0, kindOf(lines[at + 1] ?? 0), lines[at + 2] ?? 0, lines[at + 3] ?? 0);
  }

  // oxlint-disable-next-line max-params -- called for every line: an object for its numbers would be garbage per line
  #keep(draw: number, kind: number, timeMs: number, place: number): void {
    if ((draw & this.#mask) !== 0) return;
    let at = this.#size * STRIDE;
    if (at === this.#lines.length) {
      const larger = new Float64Array(this.#lines.length * 2);
      larger.set(this.#lines);
      this.#lines = larger;
    }
    const lines = this.#lines;
    lines[at++] = draw;
    lines[at++] = kind;
    lines[at++] = timeMs;
    lines[at] = place;
    this.#size += 1;
    while (this.#size > this.#maxLines && this.#mask !== -1) this.#halve();
  }

  #halve(): void {
    this.#mask = (this.#mask << 1) | 1;
    const lines = this.#lines;
    let size = 0;
    for (let at = 0; at < this.#size * STRIDE; at += STRIDE) {
      if (((lines[at] ?? 0) & this.#mask) !== 0) continue;
      lines.copyWithin(size * STRIDE, at, at + STRIDE);
      size += 1;
    }
    this.#size = size;
  }
}

/** The last step of MurmurHash3 (Appleby, public domain): hashes of ids that count upwards get even low bits. */
function mix(hash: number): number {
  let mixed = hash | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
