import type { RecordBatch } from "../../core/columns/record-batch.ts";
import { hasFailingStatus, type StatusPlace, statusPlaceOf } from "./status-in-bytes.ts";

/** Templates whose place of a status is remembered; lines of others are looked at as if they might hold one anywhere. */
const MAX_TEMPLATES = 50_000;
const ANYWHERE: StatusPlace = { before: new Uint8Array(0), fromEnd: 0 };

/** Tells which log lines of a catalog hold a failing HTTP status, cheaply: lines of one template hold it in one place. */
export class StatusMarks {
  /** By template; null where its lines hold no status, undefined before its first line. */
  readonly #places: (StatusPlace | null | undefined)[] = [];

  isFailing(batch: RecordBatch, row: number): boolean {
    const template = batch.templates[row] ?? -1;
    if (template < 0) return false;
    const from = batch.offsets[row] ?? 0;
    const to = from + (batch.lengths[row] ?? 0);
    const known = this.#places[template];
    const place = known === undefined ? this.#learn(template, batch.bytes.subarray(from, to)) : known;
    return place !== null && hasFailingStatus(batch.bytes, { from, to }, place);
  }

  #learn(template: number, line: Uint8Array): StatusPlace | null {
    if (template >= MAX_TEMPLATES) return ANYWHERE;
    while (this.#places.length < template) this.#places.push(undefined);
    const place = statusPlaceOf(line);
    this.#places[template] = place;
    return place;
  }
}
