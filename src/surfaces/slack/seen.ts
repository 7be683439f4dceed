const MAX_SEEN = 2000;

/** Remembers the last ids it was shown, so that an event that Slack sends again is answered once. */
export class Seen {
  readonly #ids = new Set<string>();

  /** True the first time an id is shown. */
  isNew(id: string): boolean {
    if (this.#ids.has(id)) return false;
    const [oldest] = this.#ids;
    if (this.#ids.size >= MAX_SEEN && oldest !== undefined) this.#ids.delete(oldest);
    this.#ids.add(id);
    return true;
  }
}
