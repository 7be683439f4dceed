import type { RecordBatch } from "../../core/columns/record-batch.ts";
import type { Event } from "../../core/event.ts";
import type { EpochMs } from "../../core/ids.ts";
import { type BatchBuilder, createBatchBuilder } from "../../platform/log-scan/batch-builder.ts";
import { createFastNdjsonScanner } from "../../platform/log-scan/fast-scanner.ts";
import { MAX_LINE_BYTES, type ScanTarget } from "../../platform/log-scan/scan-ndjson.ts";
import { parseJsonObject } from "../../platform/records/flat-fields.ts";
import {
  type IngestBody,
  type IngestProblem,
  type IngestProtocol,
  type IngestReading,
  type IngestRoute,
  jsonAnswer,
  MAX_RECORDS,
  type ReadBatch,
  utf8,
} from "../define.ts";
import { addEventRow, eventOfLine, isEventLine, passingNames } from "../event-line.ts";
import { createLineRanges } from "../line-ranges.ts";
import { createRecordNames, type RecordName } from "../record-ids.ts";
import { createTurns } from "../turns.ts";

const lines: IngestProtocol = {
  read: readLines,
  accepted: ({ accepted, refused, because }: ReadBatch) =>
    jsonAnswer(200, { accepted, refused, ...(because === null ? {} : { because }) }),
  refused: ({ status, message }: IngestProblem) => jsonAnswer(status, { error: message }),
};

/** One JSON object a line: a log record of any logger, or an event of our format (docs/event-format.md). */
export const ndjson: readonly IngestRoute[] = [
  {
    path: "/v1/events",
    limits: null,
    protocols: {
      "application/x-ndjson": lines,
      "application/jsonl": lines,
      "application/json": lines,
      "text/plain": lines,
    },
  },
];

const scanner = createFastNdjsonScanner();

interface Lines {
  readonly rows: BatchBuilder;
  readonly receivedAtMs: EpochMs;
  readonly nameOf: (content: string) => RecordName;
  readonly events: Event<string>[];
  refused: number;
  because: string | null;
}

/** Lines that cannot be taken are counted and told; the others are taken. */
export async function readLines({ bytes, request, catalog }: IngestBody): Promise<IngestReading> {
  const ranges = createLineRanges(bytes, MAX_RECORDS);
  const state: Lines = {
    rows: createBatchBuilder(catalog, bytes, Math.min(MAX_RECORDS, bytes.length >>> 8)),
    receivedAtMs: request.receivedAtMs,
    nameOf: createRecordNames("ndjson"),
    events: [],
    refused: 0,
    because: null,
  };
  const target: ScanTarget = {
    batch: state.rows,
    receivedAtMs: request.receivedAtMs,
    service: -1,
    host: -1,
    other: (from, to) => takeEvent(state, from, to),
  };
  const turns = createTurns();
  for (let range = ranges.next(); range !== null; range = ranges.next()) {
    const { lines: count, refused, tooLong } = scanner.scan(target, range.from, range.to);
    ranges.took(count);
    refuse(state, refused, "a line is no JSON object");
    refuse(state, tooLong, `a line is longer than ${MAX_LINE_BYTES / 1024} KiB`);
    const turn = turns.letOthersWork();
    if (turn !== undefined) await turn;
  }
  refuse(state, ranges.left(), `more than ${MAX_RECORDS} lines in one request: send smaller batches`);
  return readingOf(state);
}

function refuse(state: Lines, count: number, because: string): void {
  if (count === 0) return;
  state.refused += count;
  state.because ??= because;
}

function readingOf({ rows, events, refused, because }: Lines): IngestReading {
  if (rows.rows === 0 && events.length === 0 && refused > 0) {
    return { status: "invalid", because: because ?? "no line could be read" };
  }
  const records: RecordBatch | null = rows.rows > 0 ? rows.finish() : null;
  const told = because === null ? null : `${refused} lines were not taken: ${because}`;
  return { status: "read", events, records, accepted: rows.rows + events.length, refused, because: told };
}

/** A line with a kind. False for log lines, which the scanner reads: ours, and those of loggers with a kind of their own. */
function takeEvent(state: Lines, from: number, to: number): boolean {
  const { bytes } = state.rows;
  if (isUsualLog(bytes, from, to)) return false;
  const text = utf8(bytes, from, to);
  const record = parseJsonObject(text.trim());
  if (record === null || !isEventLine(record)) return false;
  const read = eventOfLine(record, passingNames(state.receivedAtMs));
  if (read.status === "foreign") return false;
  if (read.status === "invalid") {
    refuse(state, 1, read.because);
    return true;
  }
  const { event } = read;
  if (event.kind === "log") return false;
  if (event.kind === "span" || event.kind === "metric") addEventRow(state.rows, event, { from, to });
  else state.events.push({ ...event, ...state.nameOf(text) });
  return true;
}

const LOG_LINE = Buffer.from('{"kind":"log","timestamp":"');
const QUOTE = 0x22;
const LETTER_Z = 0x5a;
/** Longer than any time with nanoseconds. */
const MAX_TIME = 40;

/** A log line as our own library writes it, with a time in UTC: nothing needs to be parsed to see that it can be taken. */
function isUsualLog(bytes: Uint8Array, from: number, to: number): boolean {
  const timeFrom = from + LOG_LINE.length;
  if (timeFrom >= to || LOG_LINE.compare(bytes, from, timeFrom) !== 0) return false;
  let at = timeFrom;
  while (at < to && at < timeFrom + MAX_TIME && bytes[at] !== QUOTE) at++;
  return bytes[at] === QUOTE && bytes[at - 1] === LETTER_Z;
}
