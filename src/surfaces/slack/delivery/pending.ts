const MOST = 500;

/**
 * What people typed, kept while they choose the incident it is about: a menu has no room for it. Kept in memory only; when
 * it is lost, the person is asked to type it again.
 */
export class Pending {
  readonly #texts = new Map<string, { readonly actorId: string; readonly text: string }>();

  /** Keeps a text of one person under a fresh key. */
  keep(key: string, kept: { readonly actorId: string; readonly text: string }): void {
    const [oldest] = this.#texts.keys();
    if (this.#texts.size >= MOST && oldest !== undefined) this.#texts.delete(oldest);
    this.#texts.set(key, kept);
  }

  /** The text, for the person who typed it only; null when it is not known here. */
  of(key: string, actorId: string): string | null {
    const kept = this.#texts.get(key);
    return kept?.actorId === actorId ? kept.text : null;
  }
}
