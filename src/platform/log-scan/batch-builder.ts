import type { RecordBatch, RecordCatalog } from "../../core/columns/record-batch.ts";

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
  #room: number;

  constructor(catalog: RecordCatalog, bytes: Uint8Array, room: number) {
    this.catalog = catalog;
    this.bytes = bytes;
    this.#room = room;
    this.formats = new Uint8Array(room);
    this.kinds = new Uint8Array(room);
    this.offsets = new Int32Array(room);
    this.lengths = new Int32Array(room);
    this.contextOffsets = new Int32Array(room);
    this.contextLengths = new Int32Array(room);
    this.timesMs = new Float64Array(room);
    this.services = new Int32Array(room);
    this.hosts = new Int32Array(room);
    this.severities = new Uint8Array(room);
    this.templates = new Int32Array(room);
    this.traces = new Uint32Array(room);
    this.zoneless = new Uint8Array(room);
  }

  next(): number {
    if (this.rows === this.#room) this.#grow();
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

  #grow(): void {
    const room = this.#room * 2;
    this.#room = room;
    this.formats = grown(this.formats, new Uint8Array(room));
    this.kinds = grown(this.kinds, new Uint8Array(room));
    this.offsets = grown(this.offsets, new Int32Array(room));
    this.lengths = grown(this.lengths, new Int32Array(room));
    this.contextOffsets = grown(this.contextOffsets, new Int32Array(room));
    this.contextLengths = grown(this.contextLengths, new Int32Array(room));
    this.timesMs = grown(this.timesMs, new Float64Array(room));
    this.services = grown(this.services, new Int32Array(room));
    this.hosts = grown(this.hosts, new Int32Array(room));
    this.severities = grown(this.severities, new Uint8Array(room));
    this.templates = grown(this.templates, new Int32Array(room));
    this.traces = grown(this.traces, new Uint32Array(room));
    this.zoneless = grown(this.zoneless, new Uint8Array(room));
  }
}

function grown<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
