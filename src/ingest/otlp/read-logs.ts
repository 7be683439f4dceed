import { RECORD_FORMAT, RECORD_KIND, SEVERITIES } from "../../core/columns/record-batch.ts";
import { msToNs, nsToMs } from "../../core/time.ts";
import { hashOfIdText, hashOfRawId } from "../../platform/log-scan/id-hash.ts";
import { severityInText, severityOf } from "../../platform/records/severities.ts";
import { utf8 } from "../define.ts";
import { decodeMessage } from "./decode.ts";
import { ATTRIBUTE, FoundLog, STRING_VALUE } from "./found-log.ts";
import { logFields } from "./log-fields.ts";
import { isTooLong, type ReadingState, startRow } from "./rows.ts";
import { KEY_VALUE, LOG_RECORD } from "./schema.ts";
import { msOfNanosAt, WireReader } from "./wire.ts";

const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);

/** By OpenTelemetry's severity number: 1 to 4 are trace, and so on by fours; the result is an index into SEVERITIES. */
const stepOf = (number: number): number => (number >= 1 && number <= 24 ? 1 + ((number - 1) >> 2) : 0);

/**
 * One LogRecord as a row. A plain record (a time, a severity, words, a service in its resource) is read at offsets
 * without a string being made; everything else is decoded once and told by its event, so that both ways agree.
 */
export function readLogRecord(state: ReadingState, from: number, to: number): void {
  if (isTooLong(state, from, to)) return;
  const { rows } = state;
  const row = startRow(state, from, to);
  rows.formats[row] = RECORD_FORMAT.otlpLog;
  rows.kinds[row] = RECORD_KIND.log;
  state.accepted += 1;
  if (!readPlain(state, row, to)) readWhole(state, row);
}

const found = new FoundLog();

/** Fills the row; false when the record says something in a way that only the whole decoder understands. */
function readPlain({ wire, rows, group }: ReadingState, row: number, to: number): boolean {
  const { bytes } = wire;
  found.find(wire, to);
  const timeMs = foundTimeMs(bytes);
  if (group.service === -1 || timeMs < EARLIEST_MS || timeMs >= LATEST_MS) return false;
  const { bodyTo, severityNumber } = found;
  let from = found.bodyFrom;
  while (from < bodyTo && (bytes[from] ?? 0) <= 32) from++;
  // A body that is JSON is a log line of its own.
  if (from >= bodyTo || bytes[from] === 0x7b) return false;
  rows.timesMs[row] = timeMs;
  rows.severities[row] = severityNumber > 0 ? stepOf(severityNumber) : stepInText(bytes);
  rows.traces[row] = foundTrace(bytes, to);
  rows.templates[row] = rows.catalog.miner.add(group.service, bytes, from, firstLineEnd(bytes, from, bodyTo));
  return true;
}

/** When it happened, else when it was seen; 0 for neither. */
function foundTimeMs(bytes: Uint8Array): number {
  const { timeAt, observedAt } = found;
  const timeMs = timeAt === -1 ? 0 : msOfNanosAt(bytes, timeAt);
  return timeMs === 0 && observedAt !== -1 ? msOfNanosAt(bytes, observedAt) : timeMs;
}

/** The hash of the trace id, else of the request id among the attributes. */
function foundTrace(bytes: Uint8Array, to: number): number {
  const { traceFrom, traceTo, attributesFrom } = found;
  const size = traceTo - traceFrom;
  const trace = size === 16 || size === 8 ? hashOfRawId(bytes, traceFrom, traceTo) : 0;
  return trace === 0 && attributesFrom !== -1 ? requestIdIn(bytes, attributesFrom, to) : trace;
}

/** The severity that is only written out, or else named in the head of the body. */
function stepInText(bytes: Uint8Array): number {
  const { severityFrom, severityTo, bodyFrom, bodyTo } = found;
  const named = severityTo - severityFrom > 20 ? null : severityOf(utf8(bytes, severityFrom, severityTo));
  return SEVERITIES.indexOf(named ?? severityInText(utf8(bytes, bodyFrom, Math.min(bodyTo, bodyFrom + HEAD_BYTES))));
}

/** No level stands further behind. */
const HEAD_BYTES = 640;

/** Every body stands behind a tag that is a newline too, so that a search never runs over more than one record. */
function firstLineEnd(bytes: Uint8Array, from: number, to: number): number {
  const newline = bytes.indexOf(0x0a, from);
  const end = newline === -1 || newline > to ? to : newline;
  return bytes[end - 1] === 0x0d ? end - 1 : end;
}

const REQUEST_IDS = ["request.id", "request_id", "http.request.id"].map((name) => Buffer.from(name));
const LONGEST_NAME = 15;

/** The hash of the request id among the attributes; 0 for none. */
function requestIdIn(bytes: Uint8Array, from: number, to: number): number {
  const wire = new WireReader(bytes, from);
  while (wire.at < to) {
    const tag = wire.tag(to);
    if (tag !== ATTRIBUTE) {
      wire.skip(tag, to);
      continue;
    }
    const end = wire.ending(to);
    // KeyValue: the key is field 1 and comes first in every encoder known; another order only costs the hash.
    if (end - wire.at > 4 && bytes[wire.at] === STRING_VALUE && (bytes[wire.at + 1] ?? 0) <= LONGEST_NAME) {
      const hash = requestIdOf(bytes, wire.at, end);
      if (hash !== 0) return hash;
    }
    wire.at = end;
  }
  return 0;
}

function requestIdOf(bytes: Uint8Array, from: number, end: number): number {
  const keyFrom = from + 2;
  const keyTo = keyFrom + (bytes[from + 1] ?? 0);
  if (keyTo > end) return 0;
  if (!REQUEST_IDS.some((name) => name.length === keyTo - keyFrom && name.compare(bytes, keyFrom, keyTo) === 0))
    return 0;
  const told = decodeMessage(bytes.subarray(keyTo, end), KEY_VALUE)["value"];
  return typeof told === "object" && told !== null && "stringValue" in told && typeof told.stringValue === "string"
    ? hashOfIdText(told.stringValue)
    : 0;
}

/** The slow way: the record as an event, and the row from it. */
function readWhole({ wire, rows, group, receivedAtMs }: ReadingState, row: number): void {
  const from = rows.offsets[row] ?? 0;
  const bytes = wire.bytes.subarray(from, from + (rows.lengths[row] ?? 0));
  const log = logFields(decodeMessage(bytes, LOG_RECORD), group.resource, msToNs(receivedAtMs));
  const { services, hosts, miner } = rows.catalog;
  const service = log.service === null ? -1 : services.indexOf(log.service);
  rows.services[row] = service;
  rows.hosts[row] = log.host === null ? -1 : hosts.indexOf(log.host);
  rows.timesMs[row] = nsToMs(log.atNs);
  rows.severities[row] = SEVERITIES.indexOf(log.severity);
  rows.traces[row] = hashOfIdText(log.traceId ?? log.requestId);
  const said = Buffer.from(log.body.trimStart());
  rows.templates[row] = miner.add(Math.max(0, service), said, 0, firstLineEnd(said, 0, said.length));
}
