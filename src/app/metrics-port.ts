/** What this process did, for whoever watches it. Never throws, never waits; a name that is not in the catalogue is dropped. */
export interface Metrics {
  count(name: CounterName, labels: Labels, by?: number): void;
  observe(name: HistogramName, labels: Labels, seconds: number): void;
  /** Something from `source` reached `sink` just now. */
  reached(source: string, sink: string): void;
}

export type Labels = Readonly<Record<string, string>>;

export type CounterName =
  | "traceops_clock_skewed_total"
  | "traceops_signature_failures_total"
  | "traceops_redactions_total"
  | "traceops_webhooks_total";

export type HistogramName =
  | "traceops_webhook_duration_seconds"
  | "traceops_ingest_duration_seconds"
  | "traceops_answer_duration_seconds";

/** For tests and for commands that nobody watches. */
export const NO_METRICS: Metrics = { count: () => undefined, observe: () => undefined, reached: () => undefined };
