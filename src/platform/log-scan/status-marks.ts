import { RECORD_FORMAT, type RecordBatch } from "../../core/columns/record-batch.ts";
import { type ByteSpan, OtlpLogFields } from "./otlp-fields.ts";
import {
  findFailingNumber,
  isAboutHttp,
  type LineRange,
  mayHoldStatus,
  numberAt,
  type StatusPlace,
  statusAt,
  statusPlaceOf,
} from "./status-in-bytes.ts";

/** Templates that are remembered; lines of others are looked at as if they might hold a status anywhere. */
const MAX_TEMPLATES = 50_000;
/** Of a template without anything like a status every one of so many lines is searched, and then every eighth. */
const ALL_OF_FIRST = 256;
const EACH = 8;

/** What is known of the lines of a template. */
interface Known {
  /** Where a field holds a status; null for no such field so far. */
  place: StatusPlace | null;
  /** Whether a status may stand in the words of any line. */
  isInWords: boolean;
  /** Lines without a field that were looked at. */
  lines: number;
}

const STATUS_ATTRIBUTES = ["http.response.status_code", "http.status_code", "status"].map((name) =>
  new TextEncoder().encode(name),
);

/**
 * Tells which failing HTTP status log lines hold, cheaply: lines of one template usually hold it in one place. That only
 * says where to look first; a line that has none there is searched, and what it holds is learned anew. Only where more than
 * 256 lines of a template held nothing like a status, one in eight is searched until one does.
 */
export class StatusMarks {
  /** The fields of the OTLP record that was asked for last. */
  readonly otlp = new OtlpLogFields();
  /** By template. */
  readonly #known: (Known | undefined)[] = [];

  /** From 400 to 599, or 0: the line holds no failing status. */
  statusOf(batch: RecordBatch, row: number): number {
    const template = batch.templates[row] ?? -1;
    const from = batch.offsets[row] ?? 0;
    const line = { from, to: from + (batch.lengths[row] ?? 0) };
    if (batch.formats[row] === RECORD_FORMAT.otlpLog) return this.#ofOtlp(batch.bytes, line);
    if (template < 0) return 0;
    return this.#ofLine(batch.bytes, line, template);
  }

  #ofLine(bytes: Uint8Array, line: LineRange, template: number): number {
    const known = this.#known[template] ?? this.#meet(bytes, line, template);
    const told = known.place === null ? -1 : statusAt(bytes, line, known.place);
    if (told !== -1) return told;
    known.lines += 1;
    if (!known.isInWords && known.lines > ALL_OF_FIRST && known.lines % EACH !== 0) return 0;
    const found = findFailingNumber(bytes, line);
    return found === -1 ? 0 : this.#learn(bytes, line, { known, found });
  }

  #meet(bytes: Uint8Array, line: LineRange, template: number): Known {
    const known = { place: statusPlaceOf(bytes, line), isInWords: mayHoldStatus(bytes, line), lines: 0 };
    if (template < MAX_TEMPLATES) {
      while (this.#known.length < template) this.#known.push(undefined);
      this.#known[template] = known;
    }
    return known;
  }

  /** A line holds a number that may be a status: in which field, or in its words, is remembered for the next ones. */
  #learn(bytes: Uint8Array, line: LineRange, { known, found }: { known: Known; found: number }): number {
    const place = statusPlaceOf(bytes, line);
    if (place !== null) {
      known.place = place;
      return Math.max(0, statusAt(bytes, line, place));
    }
    if (!isAboutHttp(bytes, line)) return 0;
    known.isInWords = true;
    return numberAt(bytes, found);
  }

  #ofOtlp(bytes: Uint8Array, { from, to }: LineRange): number {
    const { otlp } = this;
    otlp.read(bytes, from, to);
    for (let attribute = otlp.count - 1; attribute >= 0; attribute--) {
      const status = statusIn(bytes, otlp, attribute);
      if (status >= 100 && status <= 599) return status >= 400 ? status : 0;
    }
    const body = { from: otlp.bodyFrom, to: otlp.bodyTo };
    const found = findFailingNumber(bytes, body);
    return found !== -1 && isAboutHttp(bytes, body) ? numberAt(bytes, found) : 0;
  }
}

/** The number in an attribute that is called like a status; -1 when it is none. */
function statusIn(bytes: Uint8Array, otlp: OtlpLogFields, attribute: number): number {
  const from = otlp.nameFrom(attribute);
  const to = otlp.nameTo(attribute);
  if (!STATUS_ATTRIBUTES.some((known) => isSpelled(bytes, { from, to }, known))) return -1;
  if (otlp.isInteger(attribute)) return otlp.valueFrom(attribute);
  const start = otlp.valueFrom(attribute);
  return otlp.valueTo(attribute) - start === 3 ? numberAt(bytes, start) : -1;
}

function isSpelled(bytes: Uint8Array, { from, to }: ByteSpan, name: Uint8Array): boolean {
  if (to - from !== name.length) return false;
  for (let at = 0; at < name.length; at++) if (bytes[from + at] !== name[at]) return false;
  return true;
}
