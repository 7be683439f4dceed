/** How a plain value is written, and how OTLP/JSON spells it. */
export type Scalar =
  /** UTF-8. */
  | "string"
  /** A trace or span id: bytes, in JSON hexadecimal. */
  | "id"
  /** Bytes, in JSON base64. */
  | "bytes"
  /** fixed64 nanoseconds since 1970, in JSON digits as text. */
  | "time"
  | "fixed64"
  | "sfixed64"
  | "double"
  | "bool"
  /** A varint that fits 32 bits. */
  | "uint32"
  | "sint32"
  /** A varint of 64 bits, in JSON digits as text. */
  | "int64"
  | "uint64";

export interface EnumNames {
  /** How names begin in JSON, where numbers are usual and names are understood. */
  readonly prefix: string;
  /** By number. */
  readonly names: readonly string[];
}

export interface Field {
  readonly number: number;
  readonly name: string;
  /** Messages stand behind a function, because values hold values. */
  readonly type: Scalar | EnumNames | (() => Message);
  readonly repeated: boolean;
}

/** The fields of one protobuf message that are read; all others are skipped. */
export interface Message {
  readonly byNumber: ReadonlyMap<number, Field>;
  /** Of a oneof only the field that came last holds. */
  readonly isOneOf: boolean;
}

const one = (number: number, name: string, type: Field["type"]): Field => ({ number, name, type, repeated: false });
const many = (number: number, name: string, type: Field["type"]): Field => ({ number, name, type, repeated: true });
const message = (fields: readonly Field[], isOneOf = false): Message => ({
  byNumber: new Map(fields.map((field) => [field.number, field])),
  isOneOf,
});

// The numbers are those of opentelemetry-proto 1.x: common, resource, logs, trace and metrics.
const ANY_VALUE: Message = message(
  [
    one(1, "stringValue", "string"),
    one(2, "boolValue", "bool"),
    one(3, "intValue", "int64"),
    one(4, "doubleValue", "double"),
    one(5, "arrayValue", () => ARRAY_VALUE),
    one(6, "kvlistValue", () => KEY_VALUES),
    one(7, "bytesValue", "bytes"),
  ],
  true,
);
const ARRAY_VALUE: Message = message([many(1, "values", () => ANY_VALUE)]);
export const KEY_VALUE: Message = message([one(1, "key", "string"), one(2, "value", () => ANY_VALUE)]);
const KEY_VALUES: Message = message([many(1, "values", () => KEY_VALUE)]);

const attributes = (number: number): Field => many(number, "attributes", () => KEY_VALUE);

export const RESOURCE: Message = message([attributes(1)]);

const SEVERITY: EnumNames = {
  prefix: "SEVERITY_NUMBER_",
  names: ["UNSPECIFIED", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].flatMap((name, index) =>
    index === 0 ? [name] : [name, `${name}2`, `${name}3`, `${name}4`],
  ),
};

export const LOG_RECORD: Message = message([
  one(1, "timeUnixNano", "time"),
  one(2, "severityNumber", SEVERITY),
  one(3, "severityText", "string"),
  one(5, "body", () => ANY_VALUE),
  attributes(6),
  one(9, "traceId", "id"),
  one(10, "spanId", "id"),
  one(11, "observedTimeUnixNano", "time"),
  one(12, "eventName", "string"),
]);

const SPAN_EVENT = message([one(1, "timeUnixNano", "time"), one(2, "name", "string"), attributes(3)]);
const STATUS = message([
  one(2, "message", "string"),
  one(3, "code", { prefix: "STATUS_CODE_", names: ["UNSET", "OK", "ERROR"] }),
]);

export const SPAN: Message = message([
  one(1, "traceId", "id"),
  one(2, "spanId", "id"),
  one(4, "parentSpanId", "id"),
  one(5, "name", "string"),
  one(6, "kind", {
    prefix: "SPAN_KIND_",
    names: ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"],
  }),
  one(7, "startTimeUnixNano", "time"),
  one(8, "endTimeUnixNano", "time"),
  attributes(9),
  many(11, "events", () => SPAN_EVENT),
  one(15, "status", () => STATUS),
]);

const NUMBER_POINT = message([
  one(3, "timeUnixNano", "time"),
  one(4, "asDouble", "double"),
  one(6, "asInt", "sfixed64"),
  attributes(7),
  one(8, "flags", "uint32"),
]);

const HISTOGRAM_POINT = message([
  one(3, "timeUnixNano", "time"),
  one(4, "count", "fixed64"),
  one(5, "sum", "double"),
  many(6, "bucketCounts", "fixed64"),
  many(7, "explicitBounds", "double"),
  attributes(9),
  one(10, "flags", "uint32"),
  one(11, "min", "double"),
  one(12, "max", "double"),
]);

const BUCKETS = message([one(1, "offset", "sint32"), many(2, "bucketCounts", "uint64")]);

const EXPONENTIAL_POINT = message([
  attributes(1),
  one(3, "timeUnixNano", "time"),
  one(4, "count", "fixed64"),
  one(5, "sum", "double"),
  one(6, "scale", "sint32"),
  one(7, "zeroCount", "fixed64"),
  one(8, "positive", () => BUCKETS),
  one(9, "negative", () => BUCKETS),
  one(10, "flags", "uint32"),
  one(12, "min", "double"),
  one(13, "max", "double"),
]);

const QUANTILE = message([one(1, "quantile", "double"), one(2, "value", "double")]);
const SUMMARY_POINT = message([
  one(3, "timeUnixNano", "time"),
  one(4, "count", "fixed64"),
  one(5, "sum", "double"),
  many(6, "quantileValues", () => QUANTILE),
  attributes(7),
  one(8, "flags", "uint32"),
]);

const data = (number: number, name: string, point: Message): Field =>
  one(number, name, () => message([many(1, "dataPoints", () => point)]));

/** The kinds of a metric's data, by the name that OTLP/JSON gives them. */
export const DATA_KINDS = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"] as const;

export const METRIC: Message = message([
  one(1, "name", "string"),
  one(3, "unit", "string"),
  data(5, "gauge", NUMBER_POINT),
  data(7, "sum", NUMBER_POINT),
  data(9, "histogram", HISTOGRAM_POINT),
  data(10, "exponentialHistogram", EXPONENTIAL_POINT),
  data(11, "summary", SUMMARY_POINT),
]);

/** The request of one signal: resources, their scopes, their records. */
function request(
  names: { readonly resources: string; readonly scopes: string; readonly records: string },
  record: Message,
) {
  const scope = message([many(2, names.records, () => record)]);
  const group = message([one(1, "resource", () => RESOURCE), many(2, names.scopes, () => scope)]);
  return message([many(1, names.resources, () => group)]);
}

export const LOGS_REQUEST: Message = request(
  { resources: "resourceLogs", scopes: "scopeLogs", records: "logRecords" },
  LOG_RECORD,
);
export const TRACES_REQUEST: Message = request(
  { resources: "resourceSpans", scopes: "scopeSpans", records: "spans" },
  SPAN,
);
export const METRICS_REQUEST: Message = request(
  { resources: "resourceMetrics", scopes: "scopeMetrics", records: "metrics" },
  METRIC,
);
