import { isJsonObject, type JsonObject } from "../../platform/records/flat-fields.ts";
import type { IngestBody, IngestProtocol, IngestReading, IngestRoute } from "../define.ts";
import { parseJson } from "../json-shape.ts";
import { createTurns } from "../turns.ts";
import { acceptedJson, acceptedProtobuf, PROTOBUF, refusedJson, refusedProtobuf } from "./answer.ts";
import { objectsOf } from "./any-value.ts";
import { encodeMessage, WireWriter } from "./encode.ts";
import { readLogRecord } from "./read-logs.ts";
import { readMetric, SpreadPoints } from "./read-metrics.ts";
import { readSpan } from "./read-spans.ts";
import { type RecordReader, readRequest } from "./rows.ts";
import { LOGS_REQUEST, METRICS_REQUEST, type Message, TRACES_REQUEST } from "./schema.ts";
import { splitPoints } from "./split-points.ts";
import { LENGTH } from "./wire.ts";

/** One signal of OpenTelemetry: where it is sent and how its requests are built. */
interface Signal {
  readonly path: string;
  /** The records of one resource. */
  readonly group: Message;
  /** The list of the request, in JSON. */
  readonly resources: string;
  readonly scopes: string;
  readonly records: string;
  /** How the scopes were called before OTLP 1.0. */
  readonly formerScopes: string;
  /** Where an answer counts what was refused. */
  readonly counter: string;
  readonly readRecord: RecordReader;
}

/** The number of the groups in a request of any signal. */
const RESOURCES = 1;

function groupIn(request: Message): Message {
  const type = request.byNumber.get(RESOURCES)?.type;
  if (typeof type !== "function") throw new Error("a request of OTLP holds groups of records");
  return type();
}

const SIGNALS: readonly Signal[] = [
  {
    path: "/v1/logs",
    group: groupIn(LOGS_REQUEST),
    resources: "resourceLogs",
    scopes: "scopeLogs",
    records: "logRecords",
    formerScopes: "instrumentationLibraryLogs",
    counter: "rejectedLogRecords",
    readRecord: readLogRecord,
  },
  {
    path: "/v1/traces",
    group: groupIn(TRACES_REQUEST),
    resources: "resourceSpans",
    scopes: "scopeSpans",
    records: "spans",
    formerScopes: "instrumentationLibrarySpans",
    counter: "rejectedSpans",
    readRecord: readSpan,
  },
  {
    path: "/v1/metrics",
    group: groupIn(METRICS_REQUEST),
    resources: "resourceMetrics",
    scopes: "scopeMetrics",
    records: "metrics",
    formerScopes: "instrumentationLibraryMetrics",
    counter: "rejectedDataPoints",
    readRecord: readMetric,
  },
];

/** OpenTelemetry's protocol over HTTP, as protobuf and as JSON. */
export const otlp: readonly IngestRoute[] = SIGNALS.map((signal) => ({
  path: signal.path,
  limits: null,
  protocols: { "application/json": inJson(signal), [PROTOBUF]: inProtobuf(signal) },
}));

function inProtobuf(signal: Signal): IngestProtocol {
  return {
    read: (body) => readBytes(signal, body, body.bytes),
    accepted: acceptedProtobuf,
    refused: refusedProtobuf,
  };
}

/** JSON becomes the protobuf that it stands for, so that one reader and one decoder serve both. */
function inJson(signal: Signal): IngestProtocol {
  return {
    read: (body) => readJson(signal, body),
    accepted: (batch) => acceptedJson(batch, signal.counter),
    refused: refusedJson,
  };
}

async function readBytes(signal: Signal, { catalog, request }: IngestBody, bytes: Uint8Array): Promise<IngestReading> {
  const into = { catalog, receivedAtMs: request.receivedAtMs };
  try {
    return await readRequest(bytes, into, signal.readRecord);
  } catch (error) {
    if (!(error instanceof SpreadPoints)) throw error;
    return readRequest(splitPoints(bytes), into, signal.readRecord);
  }
}

async function readJson(signal: Signal, body: IngestBody): Promise<IngestReading> {
  const parsed = parseJson(body.bytes);
  if (parsed.status === "invalid") return parsed;
  const { value } = parsed;
  const groups = isJsonObject(value) ? value[signal.resources] : null;
  const isEmpty = isJsonObject(value) && Object.keys(value).length === 0;
  if (!Array.isArray(groups) && !isEmpty)
    return {
      status: "invalid",
      because: `not an OTLP/JSON request for ${signal.path}: ${signal.resources} is missing`,
    };
  const writer = new WireWriter();
  const turns = createTurns();
  for (const group of objectsOf(groups)) {
    writer.tag(RESOURCES, LENGTH);
    const from = writer.size;
    encodeMessage(writer, { resource: group["resource"] }, signal.group);
    for (const records of recordsOf(signal, group)) {
      encodeMessage(writer, { [signal.scopes]: [{ [signal.records]: records }] }, signal.group);
      const turn = turns.letOthersWork();
      if (turn !== undefined) await turn;
    }
    writer.closeLength(from);
  }
  return readBytes(signal, body, writer.written);
}

/** Records that are written at a time: nobody waits for a group of 20,000. */
const RECORDS_A_PART = 256;

/** The records of a group, a part after the other. What stands beside them in a scope is not looked at. */
function* recordsOf(signal: Signal, group: JsonObject): Generator<readonly unknown[]> {
  for (const scope of [...objectsOf(group[signal.scopes]), ...objectsOf(group[signal.formerScopes])]) {
    const records = scope[signal.records];
    if (!Array.isArray(records)) continue;
    for (let from = 0; from < records.length; from += RECORDS_A_PART) yield records.slice(from, from + RECORDS_A_PART);
  }
}
