import type { RecordBatch } from "../../core/columns/record-batch.ts";

/** The arrays of a batch: one element per row, all of them in one piece of memory. */
export interface BatchColumns extends Omit<RecordBatch, "catalog" | "bytes" | "rows"> {
  /** Rows there is room for. */
  readonly room: number;
  readonly memory: ArrayBuffer;
  readonly zoneless: Uint8Array;
}

/** A time of eight bytes, eight columns of four, four of one. */
const BYTES_PER_ROW = 8 + 8 * 4 + 4;
/** Rows are counted in eights, so that every column begins where its type wants it. */
const ROWS_AT_ONCE = 8;
/** Larger ones are rare and not worth keeping. */
const MAX_KEPT_ROWS = 16 * 1024;
const MAX_KEPT = 16;

const kept: BatchColumns[] = [];

/**
 * Columns of zeros for at least so many rows. Memory that was given back is used again: what a batch needs lies outside of
 * the heap, and left to the garbage collector a few dozen batches start a full collection.
 */
export function takeColumns(rows: number): BatchColumns {
  const index = kept.findIndex(({ room }) => room >= rows);
  const [known] = index === -1 ? [] : kept.splice(index, 1);
  if (known === undefined) return columnsFor(Math.ceil(rows / ROWS_AT_ONCE) * ROWS_AT_ONCE);
  new Uint8Array(known.memory).fill(0);
  return known;
}

/** Gives columns back. Nobody may look at them any more. */
export function giveColumns(columns: BatchColumns): void {
  if (kept.length < MAX_KEPT && columns.room <= MAX_KEPT_ROWS) kept.push(columns);
}

/** Copies all rows of `from` into larger columns. */
export function copyColumns(from: BatchColumns, into: BatchColumns): void {
  into.formats.set(from.formats);
  into.kinds.set(from.kinds);
  into.offsets.set(from.offsets);
  into.lengths.set(from.lengths);
  into.contextOffsets.set(from.contextOffsets);
  into.contextLengths.set(from.contextLengths);
  into.timesMs.set(from.timesMs);
  into.services.set(from.services);
  into.hosts.set(from.hosts);
  into.severities.set(from.severities);
  into.templates.set(from.templates);
  into.traces.set(from.traces);
  into.zoneless.set(from.zoneless);
}

function columnsFor(room: number): BatchColumns {
  const memory = new ArrayBuffer(room * BYTES_PER_ROW);
  const words = (index: number) => new Int32Array(memory, room * (8 + 4 * index), room);
  const bytes = (index: number) => new Uint8Array(memory, room * (8 + 4 * 8 + index), room);
  return {
    room,
    memory,
    timesMs: new Float64Array(memory, 0, room),
    offsets: words(0),
    lengths: words(1),
    contextOffsets: words(2),
    contextLengths: words(3),
    services: words(4),
    hosts: words(5),
    templates: words(6),
    traces: new Uint32Array(memory, room * (8 + 4 * 7), room),
    formats: bytes(0),
    kinds: bytes(1),
    severities: bytes(2),
    zoneless: bytes(3),
  };
}
