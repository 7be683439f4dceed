const ID_OR_TS = /\b(?:[A-Z][A-Z0-9]{4,}|\d{10}\.\d{6})\b/gu;

/** Our ids and times beside those that the emulator makes up: tests need fixed ids and a clock of their own. */
export class Names {
  readonly #theirs = new Map<string, string>();
  readonly #ours = new Map<string, string>();

  /** From now on `ours` and `theirs` name the same thing. */
  bind(ours: string, theirs: string): void {
    this.#theirs.set(ours, theirs);
    this.#ours.set(theirs, ours);
  }

  /** JSON text with the emulator's names in it. */
  toTheirs(raw: string): string {
    return raw.replaceAll(ID_OR_TS, (name) => this.#theirs.get(name) ?? name);
  }

  /** JSON text with our names in it. */
  toOurs(raw: string): string {
    return raw.replaceAll(ID_OR_TS, (name) => this.#ours.get(name) ?? name);
  }
}
