import { type RecordCatalog, SEVERITIES } from "../../core/columns/record-batch.ts";
import type { ScannedBatch } from "../../platform/log-scan/batch-builder.ts";
import { hasFailingStatus, type StatusPlace, statusPlaceOf } from "../../platform/log-scan/status-in-bytes.ts";

/** Kinds told apart by host as well, then without it, then by service and severity alone. */
const MAX_BY_HOST = 8192;
const MAX_BY_TEMPLATE = 12_288;
const MAX_BY_SERVICE = 14_336;
const SLOTS = 2 ** 15;
const NOBODY = -2;
const WARN = SEVERITIES.indexOf("warn");
const NOWHERE: StatusPlace = { before: new Uint8Array(0), fromEnd: -1 };
/** Words that a line says when something failed, whatever its level. */
const FAILING = /\b(?:error|fail|exception|timed? ?out|timeout|refused|denied|unavailable|exhausted|panic|fatal)/iu;

export interface KindName {
  readonly key: string;
  readonly isLoud: boolean;
}

/**
 * Numbers the kinds of log lines: service, host, severity and template, and whether the line holds a failing HTTP status,
 * which templates leave out. Bounded: the more kinds there are, the less they are told apart.
 */
export class LogKinds {
  readonly #catalog: RecordCatalog;
  /** Per kind: its four numbers, at four places. */
  readonly #numbers = new Int32Array((MAX_BY_SERVICE + 1024) * 4);
  readonly #slots = new Int32Array(SLOTS).fill(-1);
  readonly #loud: boolean[] = [];
  /** Per kind: where its lines hold a status; null until its first line. */
  readonly #places: (StatusPlace | null)[] = [];

  constructor(catalog: RecordCatalog) {
    this.#catalog = catalog;
  }

  /** The kind of a row; equal rows have equal kinds. */
  of(batch: ScannedBatch, row: number): number {
    const service = batch.services[row] ?? -1;
    const severity = batch.severities[row] ?? 0;
    const template = batch.templates[row] ?? -1;
    const kind = this.#find(service, batch.hosts[row] ?? -1, severity, template);
    const place = this.#places[kind] ?? this.#open(kind, batch, row);
    if (place === NOWHERE) return kind;
    const from = batch.offsets[row] ?? 0;
    if (!hasFailingStatus(batch.bytes, { from, to: from + (batch.lengths[row] ?? 0) }, place)) return kind;
    const failing = this.#find(NOBODY, kind, severity, template);
    this.#loud[failing] = true;
    this.#places[failing] = NOWHERE;
    return failing;
  }

  /** What stands behind the numbers, the same for equal kinds of any other reading. */
  names(): readonly KindName[] {
    return this.#loud.map((isLoud, kind) => ({ key: this.#keyOf(kind), isLoud }));
  }

  #keyOf(kind: number): string {
    const [service = -1, host = -1, severity = 0, template = -1] = this.#numbers.subarray(kind * 4, kind * 4 + 4);
    // Lines with a failing status of the kind that stands in place of the host.
    if (service === NOBODY && host >= 0) return `failing\u0000${this.#keyOf(host)}`;
    const { services, hosts, miner } = this.#catalog;
    const names = [service < 0 ? "" : services.nameOf(service), host < 0 ? "" : hosts.nameOf(host)];
    return [...names, severity, template < 0 ? "" : miner.keyOf(template)].join("\u0000");
  }

  /** Whether lines of this kind warn or report failures. */
  isLoud(kind: number): boolean {
    return this.#loud[kind] === true;
  }

  #open(kind: number, batch: ScannedBatch, row: number): StatusPlace {
    const template = batch.templates[row] ?? -1;
    const words = template < 0 ? "" : this.#catalog.miner.textOf(template);
    this.#loud[kind] = (batch.severities[row] ?? 0) >= WARN || FAILING.test(words);
    const from = batch.offsets[row] ?? 0;
    const place = statusPlaceOf(batch.bytes.subarray(from, from + (batch.lengths[row] ?? 0))) ?? NOWHERE;
    this.#places[kind] = place;
    return place;
  }

  // oxlint-disable-next-line max-params -- called for every line: an object for its numbers would be garbage per line
  #find(service: number, host: number, severity: number, template: number): number {
    const known = this.#slotOf(service, host, severity, template);
    const kind = this.#slots[known] ?? -1;
    if (kind !== -1) return kind;
    return this.#add(known, [service, host, severity, template]);
  }

  /** A new kind, or the coarser one that stands for it once there are many. */
  #add(slot: number, numbers: readonly [number, number, number, number]): number {
    const [service, host, severity, template] = numbers;
    const size = this.#loud.length;
    if (size >= MAX_BY_HOST && host !== -1) return this.#find(service, -1, severity, template);
    if (size >= MAX_BY_TEMPLATE && template !== -1) return this.#find(service, -1, severity, -1);
    if (size >= MAX_BY_SERVICE && service !== NOBODY) return this.#find(NOBODY, -1, severity, -1);
    const kind = this.#loud.push(false) - 1;
    this.#places.push(null);
    this.#slots[slot] = kind;
    this.#numbers.set(numbers, kind * 4);
    return kind;
  }

  // oxlint-disable-next-line max-params -- as above
  #slotOf(service: number, host: number, severity: number, template: number): number {
    let hash = Math.imul(service, 0x9e3779b1) ^ Math.imul(host, 0x85ebca6b) ^ Math.imul(template, 0xc2b2ae35);
    hash = Math.imul(hash ^ severity ^ (hash >>> 15), 0x27d4eb2f);
    for (let slot = (hash ^ (hash >>> 13)) & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const kind = this.#slots[slot] ?? -1;
      if (kind === -1) return slot;
      const at = kind * 4;
      const numbers = this.#numbers;
      if (
        numbers[at] === service &&
        numbers[at + 1] === host &&
        numbers[at + 2] === severity &&
        numbers[at + 3] === template
      )
        return slot;
    }
  }
}
