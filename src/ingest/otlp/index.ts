import { isJsonObject } from "../../platform/records/flat-fields.ts";
import type { IngestBody, IngestProtocol, IngestReading, IngestRoute } from "../define.ts";
import { parseJson } from "../json-shape.ts";
import { acceptedJson, acceptedProtobuf, PROTOBUF, refusedJson, refusedProtobuf } from "./answer.ts";
import { objectsOf } from "./any-value.ts";
import { encodeMessage, WireWriter } from "./encode.ts";
import { readLogRecord } from "./read-logs.ts";
import { readMetric, SpreadPoints } from "./read-metrics.ts";
import { readSpan } from "./read-spans.ts";
import { type RecordReader, readRequest } from "./rows.ts";
import { LOGS_REQUEST, METRICS_REQUEST, type Message, TRACES_REQUEST } from "./schema.ts";
import { splitPoints } from "./split-points.ts";

/** One signal of OpenTelemetry: where it is sent and how its requests are built. */
interface Signal {
  readonly path: string;
  readonly request: Message;
  /** The list of the request, in JSON. */
  readonly resources: string;
  readonly scopes: string;
  /** How the scopes were called before OTLP 1.0. */
  readonly formerScopes: string;
  /** Where an answer counts what was refused. */
  readonly counter: string;
  readonly readRecord: RecordReader;
}

const SIGNALS: readonly Signal[] = [
  {
    path: "/v1/logs",
    request: LOGS_REQUEST,
    resources: "resourceLogs",
    scopes: "scopeLogs",
    formerScopes: "instrumentationLibraryLogs",
    counter: "rejectedLogRecords",
    readRecord: readLogRecord,
  },
  {
    path: "/v1/traces",
    request: TRACES_REQUEST,
    resources: "resourceSpans",
    scopes: "scopeSpans",
    formerScopes: "instrumentationLibrarySpans",
    counter: "rejectedSpans",
    readRecord: readSpan,
  },
  {
    path: "/v1/metrics",
    request: METRICS_REQUEST,
    resources: "resourceMetrics",
    scopes: "scopeMetrics",
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

function readBytes(signal: Signal, { catalog, request }: IngestBody, bytes: Uint8Array): IngestReading {
  const into = { catalog, receivedAtMs: request.receivedAtMs };
  try {
    return readRequest(bytes, into, signal.readRecord);
  } catch (error) {
    if (!(error instanceof SpreadPoints)) throw error;
    return readRequest(splitPoints(bytes), into, signal.readRecord);
  }
}

function readJson(signal: Signal, body: IngestBody): IngestReading {
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
  const told = {
    [signal.resources]: objectsOf(groups).map((group) => ({
      resource: group["resource"],
      [signal.scopes]: [...objectsOf(group[signal.scopes]), ...objectsOf(group[signal.formerScopes])],
    })),
  };
  const writer = new WireWriter();
  encodeMessage(writer, told, signal.request);
  return readBytes(signal, body, writer.written);
}
