import type { CountedTemplate, TemplateCount } from "../app/segment-ports.ts";
import { RECORD_KIND, SEVERITY_BITS } from "../core/columns/record-batch.ts";
import type { Safe } from "../core/safe.ts";
import { NONE } from "./frame-columns.ts";
import { templateKeyIn } from "./kind-names.ts";
import type { FrameHead } from "./load-frame.ts";

const BUCKET_MS = 10_000;
const DAY_MS = 24 * 60 * 60_000;
/** Clocks may be wrong, but lines of next year or of 1970 count as lines of now. */
const MAX_PAST_MS = 30 * DAY_MS;
const MAX_FUTURE_MS = DAY_MS;
/** Templates of one step are numbered below this, so that bucket and template fit into one number. */
const MAX_TEMPLATES = 2 ** 21;
/** More come only from a batch whose times are scattered on purpose: its later lines count as lines of their arrival. */
const MAX_COUNTS = 50_000;

interface Entry {
  readonly service: string;
  readonly key: string;
  text: string | null;
  severity: number;
  firstMs: number;
  lastMs: number;
}

export interface CountedWords {
  readonly redact: (text: string) => Safe;
  /** Words of a template as they stand now, where this process knows them. */
  readonly textNow: (service: string, key: string) => string | null;
}

/** Adds up log lines by service, template and ten seconds, frame by frame. */
export class TemplateCounts {
  readonly #entries: Entry[] = [];
  readonly #byName = new Map<string, number>();
  /** bucket × MAX_TEMPLATES + entry → lines. */
  readonly #counts = new Map<number, number>();
  /** Neighbours often are the same count: the table sees a run of them once. */
  #run = { name: -1, lateName: -1, lines: 0 };
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  /** How many counts there are. */
  get size(): number {
    return this.#counts.size;
  }

  add(head: FrameHead): void {
    const { columns, header } = head;
    this.#rows += header.rows;
    const entries = this.#entriesOf(head);
    for (let row = 0; row < header.rows; row++) {
      const template = columns.templates[row] ?? NONE;
      if (template === NONE || columns.kinds[row] !== RECORD_KIND.log) continue;
      const at = countedAt(head, row);
      const entry = entries(template, columns.services[row] ?? NONE);
      this.#widen(entry, at, (columns.severities[row] ?? 0) & SEVERITY_BITS);
      this.#count(bucketOf(at) + entry, bucketOf(header.receivedAtMs) + entry);
    }
    this.#writeRun();
    this.#noteTexts(head, entries);
  }

  finish({ redact, textNow }: CountedWords): {
    templates: readonly CountedTemplate[];
    counts: readonly TemplateCount[];
  } {
    const templates = this.#entries.map(({ service, key, text, ...seen }) => {
      const words = textNow(service, key) ?? text;
      return { ...seen, service: redact(service), key, text: words === null ? null : redact(words) };
    });
    const counts: TemplateCount[] = [];
    for (const [name, count] of this.#counts) {
      const template = templates[name % MAX_TEMPLATES];
      const bucketMs = Math.floor(name / MAX_TEMPLATES) * BUCKET_MS;
      if (template !== undefined) counts.push({ bucketMs, service: template.service, key: template.key, count });
    }
    return { templates, counts };
  }

  #count(name: number, lateName: number): void {
    if (name !== this.#run.name) {
      this.#writeRun();
      this.#run.name = name;
      this.#run.lateName = lateName;
    }
    this.#run.lines += 1;
  }

  #writeRun(): void {
    const { name, lateName, lines } = this.#run;
    if (lines === 0) return;
    const own = this.#counts.size < MAX_COUNTS || this.#counts.has(name) ? name : lateName;
    this.#counts.set(own, (this.#counts.get(own) ?? 0) + lines);
    this.#run.lines = 0;
  }

  /** Finds entries by a frame's numbers; the same pair is looked up by name only once. */
  #entriesOf({ dictionary }: FrameHead): (template: number, service: number) => number {
    const known = new Map<number, number>();
    let lastPair = -1;
    let lastEntry = 0;
    return (template, service) => {
      const pair = template * (NONE + 1) + service;
      if (pair === lastPair) return lastEntry;
      const found = known.get(pair);
      const entry =
        found ?? this.#entryOf(dictionary.services[service] ?? "", templateKeyIn(dictionary.templates[template] ?? ""));
      if (found === undefined) known.set(pair, entry);
      lastPair = pair;
      lastEntry = entry;
      return entry;
    };
  }

  #entryOf(service: string, key: string): number {
    const name = `${service}\u0000${key}`;
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const firstMs = Number.POSITIVE_INFINITY;
    const lastMs = Number.NEGATIVE_INFINITY;
    const entry = this.#entries.push({ service, key, text: null, severity: 0, firstMs, lastMs }) - 1;
    this.#byName.set(name, entry);
    return entry;
  }

  #widen(index: number, at: number, severity: number): void {
    const entry = this.#entries[index];
    if (entry === undefined) return;
    if (at < entry.firstMs) entry.firstMs = at;
    if (at > entry.lastMs) entry.lastMs = at;
    if (severity > entry.severity) entry.severity = severity;
  }

  /** A template belongs to one service: that of its first row. */
  #noteTexts({ dictionary, columns }: FrameHead, entries: (template: number, service: number) => number): void {
    for (const [template, text] of dictionary.texts) {
      const row = columns.templates.indexOf(template);
      if (row === -1 || columns.kinds[row] !== RECORD_KIND.log) continue;
      const entry = this.#entries[entries(template, columns.services[row] ?? NONE)];
      if (entry !== undefined) entry.text = text;
    }
  }
}

const bucketOf = (atMs: number) => Math.floor(atMs / BUCKET_MS) * MAX_TEMPLATES;

function countedAt({ header: { receivedAtMs }, columns }: FrameHead, row: number): number {
  const at = columns.timesMs[row] ?? receivedAtMs;
  return at >= receivedAtMs - MAX_PAST_MS && at <= receivedAtMs + MAX_FUTURE_MS ? at : receivedAtMs;
}
