import { FAILING_STATUS_BIT, SEVERITIES, SEVERITY_BITS } from "../core/columns/record-batch.ts";
import { isFailingKind } from "./kind-names.ts";
import type { FrameHead } from "./load-frame.ts";

const MAX_KINDS = 100_000;
const CACHE_SLOTS = 4096;
const WARN = SEVERITIES.indexOf("warn");

/**
 * Numbers the kinds of log lines of a whole window: service, host, severity, template, and of lines that report a failure
 * all else that the engine tells failures apart by, as it stands in the names of a frame's dictionary. Frames have
 * dictionaries of their own, so their numbers are translated, one array lookup for nearly every row. Beyond 100,000 kinds
 * those of one severity share a number.
 */
export class KindNumbers {
  readonly #kinds = new Map<string, number>();
  /** Per kind; the first ones are those that all late kinds of a severity share. */
  readonly #loud: boolean[] = SEVERITIES.map((_, severity) => severity >= WARN);
  readonly #names = new Map<string, number>();
  readonly #lefts = new Int32Array(CACHE_SLOTS);
  readonly #rights = new Int32Array(CACHE_SLOTS);
  readonly #stamps = new Int32Array(CACHE_SLOTS);
  readonly #cached = new Int32Array(CACHE_SLOTS);
  #stamp = 0;
  #head: FrameHead | null = null;

  /** The rows asked for next are those of this frame. */
  begin(head: FrameHead): void {
    this.#head = head;
    this.#stamp += 1;
  }

  kindOf(row: number): number {
    if (this.#head === null) return 0;
    const { templates, services, hosts, severities } = this.#head.columns;
    const left = ((templates[row] ?? 0) << 16) | (services[row] ?? 0);
    const right = ((hosts[row] ?? 0) << 8) | (severities[row] ?? 0);
    const slot = ((Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 12) & (CACHE_SLOTS - 1);
    if (this.#stamps[slot] !== this.#stamp || this.#lefts[slot] !== left || this.#rights[slot] !== right) {
      this.#stamps[slot] = this.#stamp;
      this.#lefts[slot] = left;
      this.#rights[slot] = right;
      this.#cached[slot] = this.#find(row);
    }
    return this.#cached[slot] ?? 0;
  }

  isLoud(kind: number): boolean {
    return this.#loud[kind] === true;
  }

  #find(row: number): number {
    if (this.#head === null) return 0;
    const { columns, dictionary } = this.#head;
    const stored = columns.severities[row] ?? 0;
    const severity = Math.min(stored & SEVERITY_BITS, SEVERITIES.length - 1);
    const service = this.#nameOf(dictionary.services[columns.services[row] ?? -1]);
    const host = this.#nameOf(dictionary.hosts[columns.hosts[row] ?? -1]);
    const said = dictionary.templates[columns.templates[row] ?? -1];
    const template = this.#nameOf(said);
    const name = `${service}/${host}/${template}/${stored}`;
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    if (this.#loud.length >= MAX_KINDS) return severity;
    const kind = this.#loud.push(isLoudKind(stored, said ?? "")) - 1;
    this.#kinds.set(name, kind);
    return kind;
  }

  /** One table for all names: that a host is called like a service joins no kinds, for each has its place in the name. */
  #nameOf(name: string | undefined): number {
    if (name === undefined) return -1;
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size >= 4 * MAX_KINDS) return -2;
    this.#names.set(name, this.#names.size);
    return this.#names.size - 1;
  }
}

/** Whether lines warn or report failures, by their stored severity and their name in the dictionary. */
function isLoudKind(stored: number, said: string): boolean {
  return (stored & SEVERITY_BITS) >= WARN || (stored & FAILING_STATUS_BIT) !== 0 || isFailingKind(said);
}
