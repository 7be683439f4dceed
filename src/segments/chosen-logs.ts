import type { KeptLine } from "../core/columns/condense.ts";
import { createCondenser } from "../core/columns/condenser.ts";
import type { KindNumbers } from "./kind-numbers.ts";

/** The log rows of a window: all of them up to the limit, of more the telling ones with counts of the others. */
export class ChosenLogs {
  readonly #kindNumbers: KindNumbers;
  readonly #limit: number;
  readonly #kinds: number[] = [];
  readonly #times: number[] = [];
  readonly #lines: { readonly place: number; readonly trace: number }[] = [];
  #condenser: ReturnType<typeof createCondenser> | null = null;
  #rows = 0;

  constructor(limit: number, kindNumbers: KindNumbers) {
    this.#limit = limit;
    this.#kindNumbers = kindNumbers;
  }

  /** How many rows there were. */
  get rows(): number {
    return this.#rows;
  }

  add(kind: number, timeMs: number, line: { readonly place: number; readonly trace: number }): void {
    this.#rows += 1;
    if (this.#condenser !== null) {
      this.#condenser.add(kind, timeMs, line);
      return;
    }
    this.#kinds.push(kind);
    this.#times.push(timeMs);
    this.#lines.push(line);
    if (this.#rows > this.#limit) this.#beginCondensing();
  }

  finish(): readonly KeptLine[] {
    if (this.#condenser !== null) return this.#condenser.finish(this.#limit);
    return this.#lines.map(({ place }) => ({ place, repeats: null }));
  }

  #beginCondensing(): void {
    const condenser = createCondenser({ isLoud: (kind) => this.#kindNumbers.isLoud(kind) });
    for (const [index, line] of this.#lines.entries()) {
      condenser.add(this.#kinds[index] ?? 0, this.#times[index] ?? 0, line);
    }
    this.#condenser = condenser;
    this.#kinds.length = 0;
    this.#times.length = 0;
    this.#lines.length = 0;
  }
}
