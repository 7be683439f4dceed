import type { IngestRoute, ReadBatch } from "../define.ts";
import { readLogs } from "./logs.ts";
import { readMetrics } from "./metrics.ts";
import { readTraces } from "./traces.ts";

/** OTLP counts what it refused in 64-bit integers, which JSON writes as text. */
const partial = (counter: string) => (reading: ReadBatch) =>
  reading.refused === 0
    ? {}
    : { partialSuccess: { [counter]: String(reading.refused), errorMessage: reading.because ?? "" } };

const mediaTypes = ["application/json"];

/** OpenTelemetry's HTTP protocol with JSON bodies. */
export const otlpJson: readonly IngestRoute[] = [
  { path: "/v1/logs", mediaTypes, read: readLogs, answer: partial("rejectedLogRecords") },
  { path: "/v1/traces", mediaTypes, read: readTraces, answer: partial("rejectedSpans") },
  { path: "/v1/metrics", mediaTypes, read: readMetrics, answer: partial("rejectedDataPoints") },
];
