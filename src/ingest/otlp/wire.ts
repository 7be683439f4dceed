/** The bytes are no protobuf, or stop in the middle. */
export class WireError extends Error {
  constructor(because: string) {
    super(because);
    this.name = "WireError";
  }
}

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;

const TWO_32 = 4_294_967_296;

/**
 * Protobuf's wire format, read by hand at offsets: nothing is copied and nothing is made for what nobody asks for. Every
 * read takes the end of the message that it belongs to and never goes beyond; groups are refused.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** The next tag: field number × 8 + wire type. */
  tag(end: number): number {
    const tag = this.#small(end);
    if (tag < 8) throw new WireError("a field has the number 0");
    return tag;
  }

  /** The end of the length-delimited value that begins here; `at` is moved to its first byte. */
  ending(end: number): number {
    const length = this.#small(end);
    if (length > end - this.at) throw new WireError("a length points beyond its message");
    return this.at + length;
  }

  /** The low 32 bits of a varint, unsigned. */
  varint(end: number): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= end) throw new WireError("a number stops in the middle");
      const byte = this.bytes[this.at++] ?? 0;
      if (shift < 35) value |= shift < 32 ? (byte & 0x7f) << shift : 0;
      if (byte < 0x80) return value >>> 0;
    }
    throw new WireError("a number is longer than ten bytes");
  }

  /** All 64 bits of a varint, unsigned. */
  varint64(end: number): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.at >= end) throw new WireError("a number stops in the middle");
      const byte = this.bytes[this.at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new WireError("a number is longer than ten bytes");
  }

  fixed32(end: number): number {
    const at = this.#take(4, end);
    return uint32At(this.bytes, at);
  }

  /** 64 bits as two halves in one number pair would cost an object: the caller gets the offset and reads what it needs. */
  fixed64(end: number): number {
    return this.#take(8, end);
  }

  /** Moves over one value that nobody needs. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case VARINT:
        this.varint(end);
        return;
      case FIXED64:
        this.#take(8, end);
        return;
      case LENGTH:
        this.at = this.ending(end);
        return;
      case FIXED32:
        this.#take(4, end);
        return;
      default:
        throw new WireError("groups and unknown wire types are not read");
    }
  }

  #take(size: number, end: number): number {
    const at = this.at;
    if (end - at < size) throw new WireError("a value stops in the middle");
    this.at = at + size;
    return at;
  }

  /** A varint below 2^35 in at most five bytes, for tags and lengths: aliasing a larger one must not pass. */
  #small(end: number): number {
    const { bytes } = this;
    let at = this.at;
    if (at >= end) throw new WireError("a message stops in the middle");
    let byte = bytes[at++] ?? 0;
    let value = byte & 0x7f;
    for (let unit = 128; byte >= 0x80; unit *= 128) {
      if (at >= end || unit > 0x1000_0000) throw new WireError("a length or tag is too long");
      byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * unit;
    }
    this.at = at;
    return value;
  }
}

export function uint32At(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
  );
}

export function uint64At(bytes: Uint8Array, at: number): bigint {
  return (BigInt(uint32At(bytes, at + 4)) << 32n) | BigInt(uint32At(bytes, at));
}

export function doubleAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(at, true);
}

/**
 * Whole milliseconds of a fixed64 of nanoseconds, exact: 2^32 ns × 15625 are 67108864 ms, so that no part of the sum
 * leaves the range of exact doubles.
 */
export function msOfNanosAt(bytes: Uint8Array, at: number): number {
  const high = uint32At(bytes, at + 4);
  const rest = high % 15_625;
  return ((high - rest) / 15_625) * 67_108_864 + Math.floor((rest * TWO_32 + uint32At(bytes, at)) / 1_000_000);
}
