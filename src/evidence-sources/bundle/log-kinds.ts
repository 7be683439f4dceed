import { type RecordCatalog, SEVERITIES } from "../../core/columns/record-batch.ts";
import type { ScannedBatch } from "../../platform/log-scan/batch-builder.ts";
import { isFailingSense, LineSenses, SOME_FAILURE } from "../../platform/log-scan/line-senses.ts";

/** Kinds told apart by what they say and by host as well, then without it, then by service and severity alone. */
const MAX_BY_SENSE = 8192;
const MAX_BY_HOST = 10_240;
const MAX_BY_TEMPLATE = 12_288;
const MAX_BY_SERVICE = 14_336;
const SLOTS = 2 ** 15;
const NUMBERS = 5;
const NOBODY = -2;
const WARN = SEVERITIES.indexOf("warn");

export interface KindName {
  readonly key: string;
  readonly isLoud: boolean;
}

/**
 * Numbers the kinds of log lines: service, host, severity and template, and of lines that report a failure all else that
 * the engine tells failures apart by. Bounded: the more kinds there are, the less they are told apart.
 */
export class LogKinds {
  readonly #catalog: RecordCatalog;
  readonly #senses = new LineSenses();
  /** Per kind: its numbers, at as many places. */
  readonly #numbers = new Int32Array((MAX_BY_SERVICE + 1024) * NUMBERS);
  readonly #slots = new Int32Array(SLOTS).fill(-1);
  #size = 0;

  constructor(catalog: RecordCatalog) {
    this.#catalog = catalog;
  }

  /** The kind of a row; equal rows have equal kinds. */
  of(batch: ScannedBatch, row: number): number {
    const service = batch.services[row] ?? -1;
    const severity = batch.severities[row] ?? 0;
    const template = batch.templates[row] ?? -1;
    return this.#find(service, batch.hosts[row] ?? -1, severity, template, this.#senses.of(batch, row) | 0);
  }

  /** What stands behind the numbers, the same for equal kinds of any other reading. */
  names(): readonly KindName[] {
    return Array.from({ length: this.#size }, (_, kind) => ({ key: this.#keyOf(kind), isLoud: this.isLoud(kind) }));
  }

  /** Whether lines of this kind warn or report failures. */
  isLoud(kind: number): boolean {
    const at = kind * NUMBERS;
    return (this.#numbers[at + 2] ?? 0) >= WARN || isFailingSense(this.#numbers[at + 4] ?? 0);
  }

  #keyOf(kind: number): string {
    const at = kind * NUMBERS;
    const [service = -1, host = -1, severity = 0, template = -1, sense = 0] = this.#numbers.subarray(at, at + NUMBERS);
    const { services, hosts, miner } = this.#catalog;
    const names = [service < 0 ? `\u0001${service}` : services.nameOf(service), host < 0 ? "" : hosts.nameOf(host)];
    return [...names, severity, template < 0 ? "" : miner.keyOf(template), sense].join("\u0000");
  }

  // oxlint-disable-next-line max-params -- called for every line: an object for its numbers would be garbage per line
  #find(service: number, host: number, severity: number, template: number, sense: number): number {
    const known = this.#slotOf(service, host, severity, template, sense);
    const kind = this.#slots[known] ?? -1;
    if (kind !== -1) return kind;
    return this.#add(known, [service, host, severity, template, sense]);
  }

  /** A new kind, or the coarser one that stands for it once there are many. */
  #add(slot: number, numbers: readonly [number, number, number, number, number]): number {
    const [service, host, severity, template, sense] = numbers;
    const size = this.#size;
    const failing = sense & SOME_FAILURE;
    if (size >= MAX_BY_SENSE && sense !== failing) return this.#find(service, host, severity, template, failing);
    if (size >= MAX_BY_HOST && host !== -1) return this.#find(service, -1, severity, template, failing);
    if (size >= MAX_BY_TEMPLATE && template !== -1) return this.#find(service, -1, severity, -1, failing);
    if (size >= MAX_BY_SERVICE && service !== NOBODY) return this.#find(NOBODY, -1, severity, -1, failing);
    this.#slots[slot] = size;
    this.#numbers.set(numbers, size * NUMBERS);
    this.#size += 1;
    return size;
  }

  // oxlint-disable-next-line max-params -- as above
  #slotOf(service: number, host: number, severity: number, template: number, sense: number): number {
    let hash = Math.imul(service, 0x9e3779b1) ^ Math.imul(host, 0x85ebca6b) ^ Math.imul(template, 0xc2b2ae35) ^ sense;
    hash = Math.imul(hash ^ severity ^ (hash >>> 15), 0x27d4eb2f);
    for (let slot = (hash ^ (hash >>> 13)) & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const kind = this.#slots[slot] ?? -1;
      if (kind === -1) return slot;
      const at = kind * NUMBERS;
      const numbers = this.#numbers;
      if (
        numbers[at + 4] === sense &&
        numbers[at] === service &&
        numbers[at + 1] === host &&
        numbers[at + 2] === severity &&
        numbers[at + 3] === template
      )
        return slot;
    }
  }
}
