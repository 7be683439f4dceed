import { assertNever } from "../../core/never.ts";
import { isJsonObject, type JsonObject } from "../../platform/records/flat-fields.ts";
import { instantNs } from "../../platform/records/instants.ts";
import { wireTypeOf } from "./decode.ts";
import type { EnumNames, Field, Message, Scalar } from "./schema.ts";
import { FIXED64, LENGTH, VARINT } from "./wire.ts";

const MAX_DEPTH = 64;
const SIXTY_FOUR = 64;

/** Bytes that grow as they are written. */
export class WireWriter {
  #bytes: Buffer = Buffer.allocUnsafe(4096);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** What was written so far; it moves when more is written. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  tag(number: number, wireType: number): void {
    this.varint(number * 8 + wireType);
  }

  varint(value: number): void {
    this.#room(5);
    let rest = value >>> 0;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#size++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#size++] = rest;
  }

  varint64(value: bigint): void {
    this.#room(10);
    let rest = BigInt.asUintN(SIXTY_FOUR, value);
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#size++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#size++] = Number(rest);
  }

  fixed64(value: bigint): void {
    this.#room(8);
    this.#bytes.writeBigUInt64LE(BigInt.asUintN(SIXTY_FOUR, value), this.#size);
    this.#size += 8;
  }

  double(value: number): void {
    this.#room(8);
    this.#bytes.writeDoubleLE(value, this.#size);
    this.#size += 8;
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#room(length);
    this.#bytes.write(value, this.#size);
    this.#size += length;
  }

  raw(value: Uint8Array): void {
    this.varint(value.length);
    this.append(value);
  }

  /** Bytes as they are, without their length. */
  append(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#size);
    this.#size += value.length;
  }

  /** Puts the length of what was written since `from` in front of it. */
  closeLength(from: number): void {
    const length = this.#size - from;
    const head = length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 5;
    this.#room(5);
    this.#bytes.copyWithin(from + head, from, this.#size);
    this.#size = from;
    this.varint(length);
    // A length of four bytes is written with five, which protobuf allows.
    if (this.#size < from + head) this.#padTo(from + head);
    this.#size = from + head + length;
  }

  /** Lengthens the varint that ends here with groups of zeros. */
  #padTo(end: number): void {
    this.#bytes[this.#size - 1] = (this.#bytes[this.#size - 1] ?? 0) | 0x80;
    while (this.#size < end - 1) this.#bytes[this.#size++] = 0x80;
    this.#bytes[this.#size++] = 0;
  }

  #room(size: number): void {
    if (this.#size + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 4, this.#size + size));
    larger.set(this.written);
    this.#bytes = larger;
  }
}

/** Writes an object of OTLP/JSON as the protobuf message that it stands for. What does not fit the schema is left out. */
export function encodeMessage(writer: WireWriter, told: JsonObject, message: Message): void {
  encodeFields(writer, told, { message, depth: 0 });
}

function encodeFields(
  writer: WireWriter,
  told: JsonObject,
  { message, depth }: { readonly message: Message; readonly depth: number },
): void {
  for (const field of message.byNumber.values()) {
    const value = told[field.name];
    if (value === undefined || value === null) continue;
    const values: readonly unknown[] = field.repeated && Array.isArray(value) ? value : [value];
    for (const each of values) encodeField(writer, field, { value: each, depth });
    // A oneof holds one field: the first that has a value.
    if (message.isOneOf) return;
  }
}

function encodeField(
  writer: WireWriter,
  field: Field,
  { value, depth }: { readonly value: unknown; readonly depth: number },
): void {
  if (typeof field.type !== "function") {
    encodeScalar(writer, field.number, { type: field.type, value });
    return;
  }
  if (!isJsonObject(value) || depth >= MAX_DEPTH) return;
  writer.tag(field.number, LENGTH);
  const from = writer.size;
  encodeFields(writer, value, { message: field.type(), depth: depth + 1 });
  writer.closeLength(from);
}

function encodeScalar(
  writer: WireWriter,
  number: number,
  { type, value }: { readonly type: Scalar | EnumNames; readonly value: unknown },
): void {
  const known = valueOf(type, value);
  if (known === null) return;
  writer.tag(number, wireTypeOf(type));
  if (typeof known === "string") writer.text(known);
  else if (known instanceof Uint8Array) writer.raw(known);
  else if (typeof known === "bigint" && wireTypeOf(type) === VARINT) writer.varint64(known);
  else if (typeof known === "bigint") writer.fixed64(known);
  else if (wireTypeOf(type) === FIXED64) writer.double(known);
  else writer.varint(known);
}

/** The value as it is written: text, bytes, a whole number of 64 bits or a number. Null when it is none of its type. */
function valueOf(type: Scalar | EnumNames, value: unknown): string | Uint8Array | bigint | number | null {
  if (typeof type === "object") return enumOf(type, value);
  switch (type) {
    case "string":
      return isJsonScalar(value) ? String(value) : null;
    case "id":
      return idOf(value);
    case "bytes":
      return typeof value === "string" ? Buffer.from(value, "base64") : null;
    case "time":
      return instantNs(value);
    case "double":
      return doubleOf(value);
    case "bool":
      return value === true || value === "true" ? 1 : 0;
    case "uint32":
      return smallOf(value);
    case "sint32": {
      const whole = smallOf(value);
      return whole === null ? null : (whole << 1) ^ (whole >> 31);
    }
    case "fixed64":
    case "sfixed64":
    case "int64":
    case "uint64":
      return wholeOf(value);
    default:
      return assertNever(type);
  }
}

function isJsonScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function enumOf({ prefix, names }: EnumNames, value: unknown): number | null {
  if (typeof value === "string" && value.startsWith(prefix)) {
    const index = names.indexOf(value.slice(prefix.length));
    return index === -1 ? null : index;
  }
  return smallOf(value);
}

/** OTLP/JSON writes ids as hex; some senders write Base64 as the protobuf mapping would. */
function idOf(raw: unknown): Uint8Array | null {
  if (typeof raw !== "string" || raw === "") return null;
  if (/^(?:[0-9a-f]{16}){1,2}$/iu.test(raw)) return Buffer.from(raw, "hex");
  const bytes = Buffer.from(raw.slice(0, 64), "base64");
  return bytes.length === 16 || bytes.length === 8 ? bytes : null;
}

const SPELLED: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

function doubleOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  const spelled = SPELLED.get(value);
  if (spelled !== undefined) return spelled;
  return typeof value === "string" && /^[\d.eE+-]{1,40}$/u.test(value) && Number.isFinite(Number(value))
    ? Number(value)
    : null;
}

function smallOf(value: unknown): number | null {
  const number = typeof value === "string" && /^-?\d{1,10}$/u.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && Math.abs(number) < 2 ** 31 ? number : null;
}

/** 64-bit integers come as digits in text, or as numbers while they are small. */
function wholeOf(value: unknown): bigint | null {
  if (typeof value === "string") return /^-?\d{1,20}$/u.test(value) ? BigInt(value) : null;
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 64 ? BigInt(value) : null;
}
