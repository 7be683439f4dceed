import type { LogRepeats } from "../../core/event.ts";
import type { EpochNs } from "../../core/ids.ts";
import { exceptionIn, isContinuation } from "../../platform/records/exceptions.ts";
import { isJsonObject, type JsonObject } from "../../platform/records/flat-fields.ts";
import { placeOf } from "./file-place.ts";
import { type FileLine, readChunks, readLines } from "./lines.ts";
import { type LogRecord, recordFromJson, recordFromText } from "./log-record.ts";
import { isOtlp, readOtlp } from "./otlp.ts";
import type { FileTally, Sink, UnnamedEvent } from "./sink.ts";
import type { BundleFile } from "./walk.ts";

const MAX_BODY = 4000;
/** Enough for the deepest stack traces; more lines of one record are counted but not kept. */
const MAX_JOINED = 16_000;
const MAX_DOCUMENT_RECORDS = 100_000;

export interface LogReading {
  readonly sink: Sink;
  readonly tally: FileTally;
  /** For times without a year. */
  readonly year: number;
  readonly signal: AbortSignal;
}

/** Reads a log of any supported form into the sink: OTLP/JSON or other JSON lines, text, or one JSON document. */
export async function readLog(file: BundleFile, reading: LogReading): Promise<void> {
  const document = /\.json(?:\.gz)?$/iu.test(file.ref) ? await readDocument(file, reading) : null;
  if (document !== null) {
    for (const [index, record] of document.slice(0, MAX_DOCUMENT_RECORDS).entries())
      addJson(record, { ...reading, place: String(index + 1), file });
    const missed = Math.max(0, document.length - MAX_DOCUMENT_RECORDS);
    reading.tally.events += missed;
    reading.tally.unkept += missed;
    return;
  }
  const joiner = createJoiner(file, reading);
  for await (const lines of readLines(file, reading.sink.limits, reading.signal)) {
    for (const line of lines) {
      if (reading.sink.line(reading.tally, joiner.held)) joiner.push(line);
      else if (reading.tally.hasMore) break;
    }
    if (reading.tally.hasMore) break;
  }
  joiner.flush();
}

/** A record that further lines may belong to. */
export interface Pending {
  readonly record: LogRecord;
  readonly place: string;
  text: string;
  /** Lines that it stands for. */
  readonly repeats?: LogRepeats | null;
}

/** Joins the lines of a stack trace to the record they belong to. */
function createJoiner(file: BundleFile, reading: LogReading) {
  let pending: Pending | null = null;
  const flush = (): void => {
    if (pending) addRecord(pending, { ...reading, file });
    pending = null;
  };
  const start = (record: LogRecord, place: string): void => {
    flush();
    pending = { record, place, text: record.body };
  };
  const pushText = (line: FileLine): void => {
    const record = recordFromText(line.text, reading.year);
    if (record.atNs !== null) start(record, `L${line.number}`);
    else if (pending) append(pending, line.text);
    else if (line.text.trim() !== "") reading.tally.timeless++;
  };
  const pushJson = (json: JsonObject, line: FileLine): void => {
    if (isOtlp(json)) {
      flush();
      addOtlp(json, `L${line.number}`, { ...reading, file });
      return;
    }
    const record = recordFromJson(json, reading.year);
    // A container runtime wraps each line of a stack trace into an object of its own.
    if (pending && record.host === pending.record.host && isContinuation(record.body)) append(pending, record.body);
    else if (record.atNs === null) reading.tally.timeless++;
    else start(record, `L${line.number}`);
  };
  return {
    flush,
    /** Records that are not in the sink yet. */
    get held() {
      return pending === null ? 0 : 1;
    },
    push(line: FileLine): void {
      if (line.cut) reading.tally.cutLines++;
      const json = parseObject(line.text);
      if (json) pushJson(json, line);
      // A damaged or cut JSON line belongs to nobody, least of all to the record before it.
      else if (line.text.startsWith('{"')) reading.tally.timeless++;
      else pushText(line);
    },
  };
}

/** The JSON object that a line is; null when it is none. */
export function parseObject(text: string): JsonObject | null {
  if (text.charCodeAt(0) !== 0x7b && !text.trimStart().startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Joins a line to the record it belongs to. */
export function append(to: Pending, text: string): void {
  if (to.text.length < MAX_JOINED) to.text += `\n${text}`;
}

export interface Placing extends LogReading {
  readonly file: BundleFile;
}

/** Adds what a JSON object of any supported form holds. */
export function addJson(json: JsonObject, placing: Placing & { readonly place: string }): void {
  if (isOtlp(json)) {
    addOtlp(json, placing.place, placing);
    return;
  }
  const record = recordFromJson(json, placing.year);
  if (record.atNs === null) placing.tally.timeless++;
  else addRecord({ record, place: placing.place, text: record.body }, placing);
}

function addOtlp(json: JsonObject, place: string, { sink, tally, file }: Placing): void {
  const { events, timeless, missed } = readOtlp(json);
  tally.timeless += timeless;
  tally.events += missed;
  tally.unkept += missed;
  events.forEach((event, index) => {
    const whole = event.service === null ? { ...event, service: placeOf(file.ref).service } : event;
    sink.add(tally, index === 0 ? place : `${place}.${index + 1}`, whole);
  });
}

/** Adds a record with the lines that belong to it. */
export function addRecord(pending: Pending, { sink, tally, file }: Placing): void {
  const { record, place } = pending;
  if (record.atNs === null) return;
  const event = eventOf(pending, record.atNs, placeOf(file.ref));
  if (record.zoneless) sink.addZoneless(tally, place, event);
  else sink.add(tally, place, event);
}

function eventOf({ record, text, repeats }: Pending, atNs: EpochNs, named: ReturnType<typeof placeOf>): UnnamedEvent {
  return {
    kind: "log",
    atNs,
    observedNs: record.observedNs,
    service: record.service ?? named.service,
    host: record.host ?? named.pod,
    severity: record.severity,
    body: text.slice(0, MAX_BODY),
    traceId: record.traceId?.toLowerCase() ?? null,
    spanId: record.spanId?.toLowerCase() ?? null,
    requestId: record.requestId,
    attributes: record.attributes,
    exception: record.exception ?? exceptionIn(text),
    ...(repeats ? { repeats } : {}),
  };
}

/** A JSON document as its list of records; null when the file is JSON lines, text or too long for memory. */
async function readDocument(file: BundleFile, { sink, signal }: LogReading): Promise<readonly JsonObject[] | null> {
  if (file.bytes > sink.limits.maxDocumentBytes) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of readChunks(file, sink.limits, signal)) {
    size += chunk.length;
    if (size > sink.limits.maxDocumentBytes) return null;
    chunks.push(chunk);
  }
  try {
    return recordsOf(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch {
    return null;
  }
}

/** A list, or what a vendor's export keeps its list under. */
function recordsOf(value: unknown): readonly JsonObject[] | null {
  if (Array.isArray(value)) return value.filter(isJsonObject);
  if (!isJsonObject(value)) return null;
  const list = ["events", "logs", "records", "entries", "data"].map((key) => value[key]).find(Array.isArray);
  return list ? list.filter(isJsonObject) : [value];
}
