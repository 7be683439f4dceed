import { assertNever } from "../../core/never.ts";
import { utf8 } from "../define.ts";
import type { EnumNames, Field, Message, Scalar } from "./schema.ts";
import { doubleAt, FIXED64, LENGTH, uint64At, VARINT, WireError, WireReader } from "./wire.ts";

/** A message as OTLP/JSON would write it. */
export type Told = Record<string, unknown>;

/** Values hold values; what is deeper than this is left out. */
const MAX_DEPTH = 64;
/** Values of one record, those of its lists too; the rest is left out. */
const MAX_VALUES = 400_000;

/**
 * A protobuf message as the object that OTLP/JSON would write, with the fields of the schema only. A part that is no
 * protobuf is left out from there on, so that a record is never lost for a broken attribute. Never throws.
 */
export function decodeMessage(bytes: Uint8Array, message: Message): Told {
  const told: Told = {};
  decodeInto(told, new WireReader(bytes), { message, end: bytes.length, depth: 0, budget: { left: MAX_VALUES } });
  return told;
}

interface Place {
  readonly message: Message;
  readonly end: number;
  readonly depth: number;
  readonly budget: { left: number };
}

function decodeInto(told: Told, wire: WireReader, place: Place): void {
  try {
    while (wire.at < place.end && place.budget.left-- > 0) readField(told, wire, place);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  wire.at = place.end;
}

function readField(told: Told, wire: WireReader, place: Place): void {
  const { message, end } = place;
  const tag = wire.tag(end);
  const field = message.byNumber.get(Math.floor(tag / 8));
  if (field === undefined || !fits(field, tag & 7)) {
    wire.skip(tag, end);
    return;
  }
  const value =
    typeof field.type === "function"
      ? nested(wire, field.type, place)
      : plain(wire, field.type, { wireType: tag & 7, place });
  if (value === undefined) return;
  if (message.isOneOf) for (const name of Object.keys(told)) delete told[name];
  put(told, field, value);
}

/** Repeated numbers come packed or one by one. Another wire type than the schema's makes a field unknown, as in every reader. */
function fits({ type, repeated }: Field, wireType: number): boolean {
  const own = wireTypeOf(type);
  return own === wireType || (repeated && wireType === LENGTH && own !== LENGTH);
}

export function wireTypeOf(type: Field["type"]): number {
  if (typeof type === "function") return LENGTH;
  if (typeof type === "object") return VARINT;
  switch (type) {
    case "string":
    case "id":
    case "bytes":
      return LENGTH;
    case "time":
    case "fixed64":
    case "sfixed64":
    case "double":
      return FIXED64;
    case "bool":
    case "uint32":
    case "sint32":
    case "int64":
    case "uint64":
      return VARINT;
    default:
      return assertNever(type);
  }
}

function nested(wire: WireReader, type: () => Message, { end, depth, budget }: Place): Told | undefined {
  const messageEnd = wire.ending(end);
  if (depth >= MAX_DEPTH) {
    wire.at = messageEnd;
    return undefined;
  }
  const told: Told = {};
  decodeInto(told, wire, { message: type(), end: messageEnd, depth: depth + 1, budget });
  return told;
}

function plain(
  wire: WireReader,
  type: Scalar | EnumNames,
  { wireType, place }: { readonly wireType: number; readonly place: Place },
): unknown {
  if (wireType !== LENGTH || wireTypeOf(type) === LENGTH) return scalar(wire, type, place.end);
  const end = wire.ending(place.end);
  const values: unknown[] = [];
  while (wire.at < end && place.budget.left-- > 0) values.push(scalar(wire, type, end));
  wire.at = end;
  return values;
}

function scalar(wire: WireReader, type: Scalar | EnumNames, end: number): unknown {
  if (typeof type === "object") return wire.varint(end);
  switch (type) {
    case "string":
    case "id":
    case "bytes": {
      const to = wire.ending(end);
      const from = wire.at;
      wire.at = to;
      if (type === "string") return utf8(wire.bytes, from, to);
      return Buffer.from(wire.bytes.subarray(from, to)).toString(type === "id" ? "hex" : "base64");
    }
    case "time":
    case "fixed64":
      return String(uint64At(wire.bytes, wire.fixed64(end)));
    case "sfixed64":
      return String(BigInt.asIntN(64, uint64At(wire.bytes, wire.fixed64(end))));
    case "double":
      return doubleAt(wire.bytes, wire.fixed64(end));
    case "bool":
      return wire.varint(end) !== 0;
    case "uint32":
      return wire.varint(end);
    case "sint32": {
      const value = wire.varint(end);
      return (value >>> 1) ^ -(value & 1);
    }
    case "uint64":
      return String(wire.varint64(end));
    case "int64":
      return String(BigInt.asIntN(64, wire.varint64(end)));
    default:
      return assertNever(type);
  }
}

function put(told: Told, field: Field, value: unknown): void {
  if (!field.repeated) {
    told[field.name] = value;
    return;
  }
  const known = told[field.name];
  const list: unknown[] = Array.isArray(known) ? known : (told[field.name] = []);
  if (Array.isArray(value)) for (const item of value) list.push(item);
  else list.push(value);
}
