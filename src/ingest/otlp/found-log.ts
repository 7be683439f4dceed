import { FIXED64, LENGTH, VARINT, type WireReader } from "./wire.ts";

const TIME = 1 * 8 + FIXED64;
const OBSERVED = 11 * 8 + FIXED64;
const SEVERITY_NUMBER = 2 * 8 + VARINT;
const SEVERITY_TEXT = 3 * 8 + LENGTH;
const BODY = 5 * 8 + LENGTH;
export const ATTRIBUTE = 6 * 8 + LENGTH;
const TRACE_ID = 9 * 8 + LENGTH;
export const STRING_VALUE = 1 * 8 + LENGTH;

/** Where the fields of one LogRecord stand that a row needs. One object serves all records, so that none is made for each. */
export class FoundLog {
  /** Offsets of 64 bits; -1 for none. */
  timeAt = -1;
  observedAt = -1;
  severityNumber = 0;
  severityFrom = 0;
  severityTo = 0;
  /** The words of a body that is a string; equal for any other body. */
  bodyFrom = 0;
  bodyTo = 0;
  traceFrom = 0;
  traceTo = 0;
  /** Where the first attribute's field begins; -1 for none. */
  attributesFrom = -1;

  /** Walks over the fields up to `to`, all of them checked. */
  find(wire: WireReader, to: number): void {
    this.timeAt = this.observedAt = this.attributesFrom = -1;
    this.severityNumber = this.severityFrom = this.severityTo = 0;
    this.bodyFrom = this.bodyTo = this.traceFrom = this.traceTo = 0;
    while (wire.at < to) {
      const fieldFrom = wire.at;
      const tag = wire.tag(to);
      switch (tag) {
        case TIME:
          this.timeAt = wire.fixed64(to);
          break;
        case OBSERVED:
          this.observedAt = wire.fixed64(to);
          break;
        case SEVERITY_NUMBER:
          this.severityNumber = wire.varint(to);
          break;
        case SEVERITY_TEXT:
          this.severityTo = wire.ending(to);
          this.severityFrom = wire.at;
          wire.at = this.severityTo;
          break;
        case BODY:
          this.#findWords(wire, wire.ending(to));
          break;
        case ATTRIBUTE:
          if (this.attributesFrom === -1) this.attributesFrom = fieldFrom;
          wire.at = wire.ending(to);
          break;
        case TRACE_ID:
          this.traceTo = wire.ending(to);
          this.traceFrom = wire.at;
          wire.at = this.traceTo;
          break;
        default:
          wire.skip(tag, to);
      }
    }
  }

  /** An AnyValue of one field, and that a string: anything else is a structured body. */
  #findWords(wire: WireReader, end: number): void {
    this.bodyFrom = this.bodyTo = 0;
    if (wire.at < end && wire.tag(end) === STRING_VALUE && wire.ending(end) === end) {
      this.bodyFrom = wire.at;
      this.bodyTo = end;
    }
    wire.at = end;
  }
}
