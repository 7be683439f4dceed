import protobuf from "protobufjs";

/** The messages of opentelemetry-proto 1.x that are sent to a receiver, for protobufjs: an oracle that is not our code. */
const PROTO = `
syntax = "proto3";
package otlp;
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
  ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }

message LogRecord { fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5;
  repeated KeyValue attributes = 6; uint32 dropped_attributes_count = 7; fixed32 flags = 8; bytes trace_id = 9; bytes span_id = 10;
  fixed64 observed_time_unix_nano = 11; string event_name = 12; }
message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; string schema_url = 3; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; string schema_url = 3; }
message LogsRequest { repeated ResourceLogs resource_logs = 1; }

message SpanEvent { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; }
message Status { string message = 2; int32 code = 3; }
message Span { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10;
  repeated SpanEvent events = 11; uint32 dropped_events_count = 12; repeated Link links = 13; Status status = 15; fixed32 flags = 16; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message TracesRequest { repeated ResourceSpans resource_spans = 1; }

message NumberPoint { fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; oneof value { double as_double = 4; sfixed64 as_int = 6; }
  repeated KeyValue attributes = 7; uint32 flags = 8; }
message HistogramPoint { fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4; optional double sum = 5;
  repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7; repeated KeyValue attributes = 9; uint32 flags = 10;
  optional double min = 11; optional double max = 12; }
message Buckets { sint32 offset = 1; repeated uint64 bucket_counts = 2; }
message ExponentialPoint { repeated KeyValue attributes = 1; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4;
  optional double sum = 5; sint32 scale = 6; fixed64 zero_count = 7; Buckets positive = 8; Buckets negative = 9; uint32 flags = 10;
  optional double min = 12; optional double max = 13; }
message Quantile { double quantile = 1; double value = 2; }
message SummaryPoint { fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4; double sum = 5;
  repeated Quantile quantile_values = 6; repeated KeyValue attributes = 7; uint32 flags = 8; }
message Gauge { repeated NumberPoint data_points = 1; }
message Sum { repeated NumberPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message ExponentialHistogram { repeated ExponentialPoint data_points = 1; int32 aggregation_temporality = 2; }
message Summary { repeated SummaryPoint data_points = 1; }
message Metric { string name = 1; string description = 2; string unit = 3; oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9;
  ExponentialHistogram exponential_histogram = 10; Summary summary = 11; } }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; string schema_url = 3; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; string schema_url = 3; }
message MetricsRequest { repeated ResourceMetrics resource_metrics = 1; }

message PartialSuccess { int64 rejected = 1; string error_message = 2; }
message ServiceResponse { PartialSuccess partial_success = 1; }
message RpcStatus { int32 code = 1; string message = 2; }
`;

const { root } = protobuf.parse(PROTO);

export type Signal = "logs" | "traces" | "metrics";

const REQUESTS: Readonly<Record<Signal, protobuf.Type>> = {
  logs: root.lookupType("otlp.LogsRequest"),
  traces: root.lookupType("otlp.TracesRequest"),
  metrics: root.lookupType("otlp.MetricsRequest"),
};
const RESPONSE = root.lookupType("otlp.ServiceResponse");
const RPC_STATUS = root.lookupType("otlp.RpcStatus");

/** An OTLP/JSON request as protobuf, by protobufjs. Ids are hexadecimal in OTLP/JSON and base64 for protobufjs. */
export function toProtobuf(signal: Signal, request: object): Uint8Array {
  const type = REQUESTS[signal];
  return type.encode(type.fromObject(withBase64Ids(request))).finish();
}

/** Decodes a whole request, as a receiver without a reader of its own would. */
export function decodeRequest(signal: Signal, bytes: Uint8Array): protobuf.Message {
  return REQUESTS[signal].decode(bytes);
}

/** A logs request as protobufjs makes it of bytes, as far as a receiver looks at it. */
export interface DecodedLogs {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly DecodedPair[] } | null;
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly timeUnixNano: number | { toNumber(): number };
        readonly severityNumber: number;
        readonly body: { readonly stringValue: string } | null;
        readonly traceId: Uint8Array;
      }[];
    }[];
  }[];
}

interface DecodedPair {
  readonly key: string;
  readonly value: { readonly stringValue: string } | null;
}

export function decodeLogs(bytes: Uint8Array): DecodedLogs {
  return decodeRequest("logs", bytes) as unknown as DecodedLogs;
}

export function readResponse(bytes: Uint8Array): object {
  return RESPONSE.toObject(RESPONSE.decode(bytes), { longs: String });
}

export function readStatus(bytes: Uint8Array): object {
  return RPC_STATUS.toObject(RPC_STATUS.decode(bytes));
}

function withBase64Ids<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (key, each: unknown) =>
      typeof each === "string" && ["traceId", "spanId", "parentSpanId"].includes(key)
        ? Buffer.from(each, "hex").toString("base64")
        : each,
    ),
  ) as T;
}
