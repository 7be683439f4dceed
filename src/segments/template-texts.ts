import type { RecordCatalog } from "../core/columns/record-batch.ts";

const MAX_TEXTS = 100_000;

/** Words of templates as they stand now, while the process lives that mines them: they get more general with every line. */
export class TemplateTexts {
  readonly #known = new Map<string, { readonly catalog: RecordCatalog; readonly template: number }>();

  note(service: string, catalog: RecordCatalog, template: number): void {
    if (this.#known.size >= MAX_TEXTS) this.#known.clear();
    this.#known.set(`${service}\u0000${catalog.miner.keyOf(template)}`, { catalog, template });
  }

  /** Null for a template that this process has not stored yet. */
  now(service: string, key: string): string | null {
    const known = this.#known.get(`${service}\u0000${key}`);
    return known === undefined ? null : known.catalog.miner.textOf(known.template);
  }
}
