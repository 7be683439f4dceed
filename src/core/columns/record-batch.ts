import type { LogSeverity } from "../event.ts";
import type { TemplateMiner } from "../log-templates/template-miner.ts";
import type { NameTable } from "./name-table.ts";

/** How the bytes of one record are to be read. The numbers are stored: never change one, only add. */
export const RECORD_FORMAT = {
  /** One JSON object: a line of any logger, or an event of our own format. */
  json: 1,
  /** A line of text, with the lines of its stack trace. */
  text: 2,
  /** OTLP protobuf `LogRecord`; its context is the `Resource`. */
  otlpLog: 3,
  /** OTLP protobuf `Span`; its context is the `Resource`. */
  otlpSpan: 4,
  /** OTLP protobuf `Metric`; its context is the `Resource`. */
  otlpMetric: 5,
} as const;

/** What a row is, as far as reading a window must know without decoding it. The numbers are stored. */
export const RECORD_KIND = { log: 1, span: 2, metric: 3, other: 4 } as const;

/** Severities by their stored number. */
export const SEVERITIES: readonly LogSeverity[] = ["unspecified", "trace", "debug", "info", "warn", "error", "fatal"];

/** The bits of a stored severity that are an index into `SEVERITIES`. */
export const SEVERITY_BITS = 7;
/** Set beside the severity of a stored log line that holds an HTTP status from 400 to 599, which templates leave out. */
export const FAILING_STATUS_BIT = 8;

/** What the numbers of a batch stand for. One for each tenant of a program that runs; bounded. */
export interface RecordCatalog {
  readonly services: NameTable;
  readonly hosts: NameTable;
  readonly miner: TemplateMiner;
}

/**
 * Records as they arrived, still bytes, with what must be known of each to count it and to find it again. One array per
 * field and one element per row, in the order of arrival; arrays may be longer than `rows`.
 */
export interface RecordBatch {
  readonly catalog: RecordCatalog;
  /** What was sent, unpacked. Rows point into it; the owner must not change it any more. */
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** `RECORD_FORMAT`. */
  readonly formats: Uint8Array;
  /** `RECORD_KIND`. */
  readonly kinds: Uint8Array;
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  /** Where bytes that several rows share stand (an OTLP Resource); length 0 when there are none. */
  readonly contextOffsets: Int32Array;
  readonly contextLengths: Int32Array;
  /** UTC milliseconds since 1970; the exact time stands in the record. */
  readonly timesMs: Float64Array;
  /** Indexes into the catalog's names; -1 for none. */
  readonly services: Int32Array;
  readonly hosts: Int32Array;
  /** Indexes into `SEVERITIES`. For spans: 5 (error) when the span failed, else 0. */
  readonly severities: Uint8Array;
  /** Template of the miner; -1 for what is no log. */
  readonly templates: Int32Array;
  /** 32-bit hash of the trace id, else the request id; 0 for none. In every process equal ids have equal hashes. */
  readonly traces: Uint32Array;
}
