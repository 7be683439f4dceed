import type { RecordBatch, RecordCatalog } from "../../core/columns/record-batch.ts";
import { type BatchColumns, copyColumns, giveColumns, takeColumns } from "./batch-columns.ts";

/** A batch with, for each row, whether its time is a wall clock of an unknown zone (then it is read as UTC). */
export interface ScannedBatch extends RecordBatch {
  readonly zoneless: Uint8Array;
}

/** Collects rows; the arrays grow with them, so read them anew after each `next`. */
export interface BatchBuilder extends ScannedBatch {
  /** Adds a row of zeros, without service, host and template, and gives its number; the caller sets what it knows. */
  next(): number;
  /** The rows so far as a batch. The builder must not be used afterwards: it shares its arrays. */
  finish(): ScannedBatch;
}

/** A builder for the rows of `bytes`; `expectedRows` only saves growing. */
export function createBatchBuilder(catalog: RecordCatalog, bytes: Uint8Array, expectedRows = 64): BatchBuilder {
  return new GrowingBatch(catalog, bytes, Math.max(8, expectedRows));
}

/**
 * Gives the memory of a finished batch back, for the next ones. Nobody may look at its arrays any more. Batches from
 * elsewhere are left alone.
 */
export function recycleBatch(batch: RecordBatch): void {
  if (batch instanceof GrowingBatch) batch.recycle();
}

class GrowingBatch implements BatchBuilder {
  readonly catalog: RecordCatalog;
  readonly bytes: Uint8Array;
  rows = 0;
  formats: Uint8Array;
  kinds: Uint8Array;
  offsets: Int32Array;
  lengths: Int32Array;
  contextOffsets: Int32Array;
  contextLengths: Int32Array;
  timesMs: Float64Array;
  services: Int32Array;
  hosts: Int32Array;
  severities: Uint8Array;
  templates: Int32Array;
  traces: Uint32Array;
  zoneless: Uint8Array;
  #columns: BatchColumns | null;

  constructor(catalog: RecordCatalog, bytes: Uint8Array, room: number) {
    this.catalog = catalog;
    this.bytes = bytes;
    const columns = takeColumns(room);
    this.#columns = columns;
    this.formats = columns.formats;
    this.kinds = columns.kinds;
    this.offsets = columns.offsets;
    this.lengths = columns.lengths;
    this.contextOffsets = columns.contextOffsets;
    this.contextLengths = columns.contextLengths;
    this.timesMs = columns.timesMs;
    this.services = columns.services;
    this.hosts = columns.hosts;
    this.severities = columns.severities;
    this.templates = columns.templates;
    this.traces = columns.traces;
    this.zoneless = columns.zoneless;
  }

  next(): number {
    if (this.rows === this.formats.length) this.#grow();
    const row = this.rows;
    this.services[row] = -1;
    this.hosts[row] = -1;
    this.templates[row] = -1;
    this.rows = row + 1;
    return row;
  }

  finish(): ScannedBatch {
    return this;
  }

  recycle(): void {
    const columns = this.#columns;
    this.#columns = null;
    this.rows = 0;
    if (columns !== null) giveColumns(columns);
  }

  #grow(): void {
    const old = this.#columns;
    if (old === null) throw new Error("a batch was used after its memory was given back");
    const larger = takeColumns(old.room * 2);
    copyColumns(old, larger);
    giveColumns(old);
    this.#columns = larger;
    Object.assign(this, this.#viewsOf(larger));
  }

  #viewsOf({ room: _room, memory: _memory, ...views }: BatchColumns): Omit<BatchColumns, "room" | "memory"> {
    return views;
  }
}
