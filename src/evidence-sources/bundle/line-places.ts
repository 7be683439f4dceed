/** Every so many lines, one is remembered with its offset. */
const STEP_BITS = 3;

/** Where a line stands: the newest remembered line at or before it. */
export interface LinePlaceInFile {
  readonly line: number;
  readonly offset: number;
}

/** Remembered lines as plain data. */
export interface LinePlacesState {
  readonly lines: Int32Array;
  readonly offsets: Float64Array;
}

/** A place from which the line can be found by counting newlines; the line must have been told. */
export function placeNear({ lines, offsets }: LinePlacesState, line: number): LinePlaceInFile {
  const slot = line >> STEP_BITS;
  return { line: lines[slot] ?? 1, offset: offsets[slot] ?? 0 };
}

/** Finds lines of a file again by their number, without keeping the offset of each. Lines must be told in order. */
export class LinePlaces {
  #lines = new Int32Array(1024);
  #offsets = new Float64Array(1024);
  #next = 0;

  /** A line that begins a record, by its number from 1 and its offset. */
  tell(line: number, offset: number): void {
    const slot = line >> STEP_BITS;
    if (slot < this.#next) return;
    while (slot >= this.#lines.length) this.#grow();
    // Slots between are those of lines that begin nothing; nobody will ask for them.
    this.#lines[slot] = line;
    this.#offsets[slot] = offset;
    this.#next = slot + 1;
  }

  state(): LinePlacesState {
    return { lines: this.#lines.slice(0, this.#next), offsets: this.#offsets.slice(0, this.#next) };
  }

  #grow(): void {
    const lines = new Int32Array(this.#lines.length * 2);
    lines.set(this.#lines);
    this.#lines = lines;
    const offsets = new Float64Array(this.#offsets.length * 2);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
  }
}
