import { LENGTH, type WireReader } from "./wire.ts";

/** Where a record and the Resource it belongs to stand in the body. */
export interface RecordPlace {
  readonly from: number;
  readonly to: number;
}

export interface ResourcePlace {
  readonly from: number;
  /** Equal to `from` when the group names no resource. */
  readonly to: number;
}

export interface RecordSink {
  /** A group of records begins. */
  resource(place: ResourcePlace): void;
  /** One record of that group. */
  record(from: number, to: number): void;
  /** Asked now and then: what to wait for before going on, so that others get their turn. */
  turn(): Promise<void> | undefined;
}

/** Records between two questions whether others wait. */
const RECORDS_A_TURN = 64;

/** An ExportServiceRequest of any signal: resource groups (1), in them the resource (1) and scopes (2), in them records (2). */
export async function walkRequest(wire: WireReader, sink: RecordSink): Promise<void> {
  const end = wire.bytes.length;
  while (wire.at < end) {
    const tag = wire.tag(end);
    if (tag === FIRST) await walkGroup(wire, wire.ending(end), sink);
    else wire.skip(tag, end);
  }
}

const FIRST = 8 + LENGTH;
const SECOND = 16 + LENGTH;

async function walkGroup(wire: WireReader, end: number, sink: RecordSink): Promise<void> {
  const start = wire.at;
  sink.resource(findResource(wire, end));
  wire.at = start;
  while (wire.at < end) {
    const tag = wire.tag(end);
    if (tag === SECOND) await walkScope(wire, wire.ending(end), sink);
    else wire.skip(tag, end);
  }
}

/** Encoders may write fields in any order, so the resource is looked for before the first record is read. The last one holds. */
function findResource(wire: WireReader, end: number): ResourcePlace {
  let place = { from: 0, to: 0 };
  while (wire.at < end) {
    const tag = wire.tag(end);
    if (tag === FIRST) {
      const to = wire.ending(end);
      place = { from: wire.at, to };
      wire.at = to;
    } else wire.skip(tag, end);
  }
  return place;
}

async function walkScope(wire: WireReader, end: number, sink: RecordSink): Promise<void> {
  for (let fields = 1; wire.at < end; fields++) {
    const turn = fields % RECORDS_A_TURN === 0 ? sink.turn() : undefined;
    if (turn !== undefined) await turn;
    const tag = wire.tag(end);
    if (tag === SECOND) {
      const to = wire.ending(end);
      sink.record(wire.at, to);
      wire.at = to;
    } else wire.skip(tag, end);
  }
}
