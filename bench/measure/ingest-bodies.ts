import { gzipSync } from "node:zlib";
import { toProtobuf } from "../../test/support/otlp-proto.ts";
import { LINE_FORMS, linesOf } from "./parsing-lines.ts";

/** A request with a place in its bytes that is different each time it is sent: equal batches count as sent twice. */
export interface BenchBody {
  readonly path: string;
  readonly contentType: string;
  readonly events: number;
  readonly bytes: Buffer;
  /** Where eight bytes (four of protobuf) may be written over; -1 when each sending is packed anew. */
  readonly markAt: number;
  readonly kind: "text" | "raw" | "gzip";
}

export interface BodySet {
  readonly ndjson: readonly BenchBody[];
  readonly protobuf: readonly BenchBody[];
  readonly json: readonly BenchBody[];
}

const MARK = "0badcafe";

/** The same log records three ways: lines of JSON, OTLP protobuf by protobufjs, OTLP/JSON. */
export function benchBodies(count: number, events: number): BodySet {
  const [form] = LINE_FORMS;
  if (form === undefined) throw new Error("there is a usual form of lines");
  const sets = Array.from({ length: count }, (_, index) => Buffer.from(linesOf(form, events, index + 1)));
  const lines = sets.map((bytes) => bytes.toString("utf8").trimEnd().split("\n").map(parsed));
  return {
    ndjson: sets.map((bytes) => {
      const markAt = bytes.indexOf('"trace_id":"') + 12;
      return { path: "/v1/events", contentType: "application/x-ndjson", events, bytes, markAt, kind: "text" };
    }),
    protobuf: lines.map((records) => {
      const bytes = Buffer.from(toProtobuf("logs", otlpOf(records)));
      const markAt = bytes.indexOf(Buffer.from(MARK, "hex"));
      return { path: "/v1/logs", contentType: "application/x-protobuf", events, bytes, markAt, kind: "raw" };
    }),
    json: lines.map((records) => {
      const bytes = Buffer.from(JSON.stringify(otlpOf(records)));
      return {
        path: "/v1/logs",
        contentType: "application/json",
        events,
        bytes,
        markAt: bytes.indexOf(MARK),
        kind: "text",
      };
    }),
  };
}

/** The bytes of one sending: a copy with its number in it. */
export function markedBytes({ bytes, markAt, kind }: BenchBody, number: number): Buffer {
  const copy = Buffer.from(bytes);
  if (kind === "raw") copy.writeUInt32BE(number >>> 0, markAt);
  else copy.write((number >>> 0).toString(16).padStart(8, "0"), markAt);
  return kind === "gzip" ? gzipSync(copy, { level: 1 }) : copy;
}

type Line = Readonly<Record<string, unknown>>;

function parsed(line: string): Line {
  return JSON.parse(line);
}

const SEVERITY: Readonly<Record<string, number>> = { debug: 5, info: 9, warn: 13, error: 17 };

/** Records grouped by who sent them, as a collector would. */
function otlpOf(lines: readonly Line[]): object {
  const groups = Map.groupBy(lines, ({ service, host }) => `${String(service)} ${String(host)}`);
  let marked = false;
  const resourceLogs = [...groups.values()].map((records) => ({
    resource: {
      attributes: [text("service.name", records[0]?.["service"]), text("host.name", records[0]?.["host"])],
    },
    scopeLogs: [
      {
        scope: { name: "bench" },
        logRecords: records.map((line) => {
          const traceId = String(line["trace_id"]);
          const record = recordOf(line, marked ? traceId : MARK + traceId.slice(8));
          marked = true;
          return record;
        }),
      },
    ],
  }));
  return { resourceLogs };
}

function recordOf(line: Line, traceId: string): object {
  const level = String(line["level"]);
  return {
    timeUnixNano: `${Date.parse(String(line["timestamp"]))}000000`,
    severityNumber: SEVERITY[level] ?? 9,
    severityText: level,
    body: { stringValue: line["message"] },
    traceId,
    spanId: line["span_id"],
    attributes: [
      text("http.request.method", line["http_method"]),
      { key: "http.response.status_code", value: { intValue: line["http_status"] } },
      { key: "duration_ms", value: { doubleValue: line["duration_ms"] } },
      text("logger", line["logger"]),
    ],
  };
}

const text = (key: string, value: unknown) => ({ key, value: { stringValue: String(value) } });
