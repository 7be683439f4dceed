import { RECORD_FORMAT, RECORD_KIND, SEVERITIES } from "../../core/columns/record-batch.ts";
import { hashOfRawId } from "../../platform/log-scan/id-hash.ts";
import { isTooLong, type ReadingState, refuse, startRow } from "./rows.ts";
import { FIXED64, LENGTH, msOfNanosAt, VARINT } from "./wire.ts";

const TRACE_ID = 1 * 8 + LENGTH;
const SPAN_ID = 2 * 8 + LENGTH;
const START = 7 * 8 + FIXED64;
const STATUS = 15 * 8 + LENGTH;
const STATUS_CODE = 3 * 8 + VARINT;
const FAILED = 2;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const ERROR = SEVERITIES.indexOf("error");

/** One Span as a row. A span without trace id, span id or start is refused: it joins nothing. */
export function readSpan(state: ReadingState, from: number, to: number): void {
  if (isTooLong(state, from, to)) return;
  const { wire } = state;
  let trace = 0;
  let span = 0;
  let startMs = 0;
  let isFailed = false;
  while (wire.at < to) {
    const tag = wire.tag(to);
    switch (tag) {
      case TRACE_ID:
        trace = idHash(state, 16, to);
        break;
      case SPAN_ID:
        span = idHash(state, 8, to);
        break;
      case START:
        startMs = msOfNanosAt(wire.bytes, wire.fixed64(to));
        break;
      case STATUS:
        isFailed = readStatus(state, wire.ending(to));
        break;
      default:
        wire.skip(tag, to);
    }
  }
  if (trace === 0 || span === 0 || startMs < EARLIEST_MS || startMs >= LATEST_MS) {
    refuse(state, "a span has no trace id, span id or start");
    return;
  }
  const { rows } = state;
  const row = startRow(state, from, to);
  rows.formats[row] = RECORD_FORMAT.otlpSpan;
  rows.kinds[row] = RECORD_KIND.span;
  rows.timesMs[row] = startMs;
  rows.severities[row] = isFailed ? ERROR : 0;
  rows.traces[row] = trace;
  state.accepted += 1;
}

/** The hash of an id of this size; 0 for none. */
function idHash({ wire }: ReadingState, size: number, to: number): number {
  const end = wire.ending(to);
  const hash = end - wire.at === size ? hashOfRawId(wire.bytes, wire.at, end) : 0;
  wire.at = end;
  return hash;
}

function readStatus({ wire }: ReadingState, end: number): boolean {
  let code = 0;
  while (wire.at < end) {
    const tag = wire.tag(end);
    if (tag === STATUS_CODE) code = wire.varint(end);
    else wire.skip(tag, end);
  }
  return code === FAILED;
}
