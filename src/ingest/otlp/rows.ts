import type { RecordBatch, RecordCatalog } from "../../core/columns/record-batch.ts";
import { type BatchBuilder, createBatchBuilder } from "../../platform/log-scan/batch-builder.ts";
import { type IngestReading, MAX_RECORD_BYTES, MAX_RECORDS } from "../define.ts";
import { createTurns } from "../turns.ts";
import { type Resource, resourceIn } from "./resource.ts";
import { type ResourcePlace, walkRequest } from "./walk.ts";
import { WireError, WireReader } from "./wire.ts";

/** The resource that the records being read belong to, with its names as numbers of the catalog. */
export interface Group {
  readonly place: ResourcePlace;
  readonly resource: Resource;
  readonly service: number;
  readonly host: number;
}

export interface ReadingState {
  readonly wire: WireReader;
  readonly rows: BatchBuilder;
  readonly receivedAtMs: number;
  group: Group;
  accepted: number;
  refused: number;
  /** The first reason for a refusal. */
  because: string | null;
}

/** Reads one record that stands at `[from, to)` into a row, or refuses it. */
export type RecordReader = (state: ReadingState, from: number, to: number) => void;

const NOBODY: Group = {
  place: { from: 0, to: 0 },
  resource: { service: null, host: null, attributes: {} },
  service: -1,
  host: -1,
};

/**
 * The records of an ExportServiceRequest as rows that point into its bytes. A body that is broken anywhere gives none:
 * the sender hears of it and keeps what it has.
 */
export async function readRequest(
  bytes: Uint8Array,
  { catalog, receivedAtMs }: { readonly catalog: RecordCatalog; readonly receivedAtMs: number },
  readRecord: RecordReader,
): Promise<IngestReading> {
  const state: ReadingState = {
    wire: new WireReader(bytes),
    rows: createBatchBuilder(catalog, bytes, Math.min(MAX_RECORDS, bytes.length >>> 7)),
    receivedAtMs,
    group: NOBODY,
    accepted: 0,
    refused: 0,
    because: null,
  };
  const turns = createTurns();
  try {
    await walkRequest(state.wire, {
      resource: (place) => (state.group = groupAt(place, state)),
      record: (from, to) => readBounded(state, { from, to }, readRecord),
      turn: () => turns.letOthersWork(),
    });
  } catch (error) {
    if (error instanceof WireError)
      return { status: "invalid", because: `not an OTLP protobuf request: ${error.message}` };
    throw error;
  }
  const { accepted, refused, because } = state;
  const records: RecordBatch | null = state.rows.rows > 0 ? state.rows.finish() : null;
  return { status: "read", events: [], records, accepted, refused, because };
}

/** Not taken, with the sentence for the sender; the first one is told. */
export function refuse(state: ReadingState, because: string, count = 1): void {
  state.refused += count;
  state.because ??= because;
}

/** A new row with what all records have in common. */
export function startRow(state: ReadingState, from: number, to: number): number {
  const { rows, group } = state;
  const row = rows.next();
  rows.offsets[row] = from;
  rows.lengths[row] = to - from;
  rows.contextOffsets[row] = group.place.from;
  rows.contextLengths[row] = group.place.to - group.place.from;
  rows.services[row] = group.service;
  rows.hosts[row] = group.host;
  return row;
}

function groupAt(place: ResourcePlace, { wire, rows, group }: ReadingState): Group {
  const bytes = wire.bytes.subarray(place.from, place.to);
  // Collectors send many groups of one resource; its bytes are the same then.
  if (group !== NOBODY && isSame(bytes, wire.bytes.subarray(group.place.from, group.place.to)))
    return { ...group, place };
  const resource = resourceIn(bytes);
  const { services, hosts } = rows.catalog;
  return {
    place,
    resource,
    service: resource.service === null ? -1 : services.indexOf(resource.service),
    host: resource.host === null ? -1 : hosts.indexOf(resource.host),
  };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && Buffer.compare(one, other) === 0;
}

function readBounded(
  state: ReadingState,
  { from, to }: { readonly from: number; readonly to: number },
  readRecord: RecordReader,
): void {
  if (state.rows.rows >= MAX_RECORDS)
    refuse(state, `more than ${MAX_RECORDS} records in one request: send smaller batches`);
  else readRecord(state, from, to);
}

/** A record that is longer than one may be. */
export function isTooLong(state: ReadingState, from: number, to: number): boolean {
  if (to - from <= MAX_RECORD_BYTES) return false;
  refuse(state, `a record is longer than ${MAX_RECORD_BYTES / 1024} KiB`);
  return true;
}
