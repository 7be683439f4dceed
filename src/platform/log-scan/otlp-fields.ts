/** Field numbers of opentelemetry-proto 1.x, with their wire type: LogRecord, KeyValue and AnyValue. */
const BODY = 5 * 8 + 2;
const ATTRIBUTE = 6 * 8 + 2;
const EVENT_NAME = 12 * 8 + 2;
const KEY = 1 * 8 + 2;
const VALUE = 2 * 8 + 2;
const TEXT = 1 * 8 + 2;
const INTEGER = 3 * 8;
const MAX_FIELDS = 256;
const NUMBERS_EACH = 4;

/** Bytes `[from, to)`: of a name, of a text. */
export interface ByteSpan {
  readonly from: number;
  readonly to: number;
}

/** Neither text nor whole number, or missing. */
const NONE = 0;
const IS_TEXT = 1;
const IS_INTEGER = 2;

/**
 * Body, event name and attributes (texts and whole numbers) of a stored OTLP `LogRecord` in protobuf: where they stand, until
 * the next one is read. Every record that is stored is read, so nothing is allocated for one. Bytes that are no record end
 * the reading: they were checked when they arrived.
 */
export class OtlpLogFields {
  /** Attributes that were found; at most 256. */
  count = 0;
  bodyFrom = 0;
  /** Equal to `bodyFrom` when the body is no text. */
  bodyTo = 0;
  eventFrom = 0;
  eventTo = 0;
  /** For each attribute: where its name begins and ends, then its text, or its number and -1. */
  readonly #places = new Int32Array(MAX_FIELDS * NUMBERS_EACH);
  #at = 0;
  #kind = NONE;
  #from = 0;
  #to = 0;

  read(bytes: Uint8Array, from: number, to: number): void {
    this.count = 0;
    this.bodyFrom = this.bodyTo = this.eventFrom = this.eventTo = 0;
    this.#at = from;
    for (let fields = 0; this.#at < to && fields < MAX_FIELDS; fields++) {
      const tag = this.#varint(bytes);
      const end = this.#endOf(bytes, tag);
      if (end > to) return;
      if (tag === ATTRIBUTE) this.#attribute(bytes, end);
      else if (tag === BODY) this.#body(bytes, end);
      else if (tag === EVENT_NAME) {
        this.eventFrom = this.#at;
        this.eventTo = end;
      }
      this.#at = end;
    }
  }

  nameFrom(attribute: number): number {
    return this.#places[attribute * NUMBERS_EACH] ?? 0;
  }

  nameTo(attribute: number): number {
    return this.#places[attribute * NUMBERS_EACH + 1] ?? 0;
  }

  isInteger(attribute: number): boolean {
    return this.#places[attribute * NUMBERS_EACH + 3] === -1;
  }

  /** Where a text begins; of a whole number the number. */
  valueFrom(attribute: number): number {
    return this.#places[attribute * NUMBERS_EACH + 2] ?? 0;
  }

  valueTo(attribute: number): number {
    return this.#places[attribute * NUMBERS_EACH + 3] ?? 0;
  }

  #attribute(bytes: Uint8Array, to: number): void {
    let nameFrom = 0;
    let nameTo = 0;
    this.#kind = NONE;
    for (let fields = 0; this.#at < to && fields < MAX_FIELDS; fields++) {
      const tag = this.#varint(bytes);
      const end = this.#endOf(bytes, tag);
      if (end > to) return;
      if (tag === KEY) {
        nameFrom = this.#at;
        nameTo = end;
      } else if (tag === VALUE) this.#value(bytes, end);
      this.#at = end;
    }
    if (nameTo === 0 || this.#kind === NONE) return;
    const place = this.count * NUMBERS_EACH;
    this.#places[place] = nameFrom;
    this.#places[place + 1] = nameTo;
    this.#places[place + 2] = this.#from;
    this.#places[place + 3] = this.#kind === IS_TEXT ? this.#to : -1;
    this.count += 1;
  }

  #body(bytes: Uint8Array, to: number): void {
    this.#kind = NONE;
    this.#value(bytes, to);
    const isText = this.#kind === IS_TEXT;
    this.bodyFrom = isText ? this.#from : 0;
    this.bodyTo = isText ? this.#to : 0;
  }

  /** An AnyValue; the field that came last holds. */
  #value(bytes: Uint8Array, to: number): void {
    for (let fields = 0; this.#at < to && fields < MAX_FIELDS; fields++) {
      const tag = this.#varint(bytes);
      const end = this.#endOf(bytes, tag);
      if (end > to) return;
      this.#from = this.#at;
      this.#to = end;
      this.#kind = tag === TEXT ? IS_TEXT : tag === INTEGER ? IS_INTEGER : NONE;
      if (tag === INTEGER) this.#from = this.#varint(bytes);
      this.#at = end;
    }
  }

  /** Where the field ends whose tag was read; reading stands at its contents then. Beyond everything when there is none. */
  #endOf(bytes: Uint8Array, tag: number): number {
    switch (tag & 7) {
      case 0:
        return this.#afterVarint(bytes);
      case 1:
        return this.#at + 8;
      case 2: {
        const length = this.#varint(bytes);
        return this.#at + length;
      }
      case 5:
        return this.#at + 4;
      default:
        return Number.MAX_SAFE_INTEGER;
    }
  }

  #afterVarint(bytes: Uint8Array): number {
    let at = this.#at;
    while (at < bytes.length && (bytes[at] ?? 0) >= 0x80) at++;
    return at + 1;
  }

  /** 28 bits are enough for tags, lengths of one record and statuses; more give a number that fits nowhere. */
  #varint(bytes: Uint8Array): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[this.#at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    while ((bytes[this.#at] ?? 0) >= 0x80) this.#at++;
    this.#at++;
    return TOO_LARGE;
  }
}

const TOO_LARGE = 2 ** 30;
