export interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  /** What it counts and what to do about it, in one sentence. */
  readonly help: string;
  /** Upper bounds of a histogram's buckets, in seconds. */
  readonly buckets?: readonly number[];
}

const QUICK = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Every metric there is, by the conventions of Prometheus: base units, `_total` for what only grows. */
export const METRICS: Readonly<Record<string, MetricSpec>> = {
  traceops_database_up: {
    type: "gauge",
    help: "1 while PostgreSQL answers, else 0 and what is stored there is missing here.",
  },
  traceops_inbox_oldest_undone_seconds: {
    type: "gauge",
    help: "Age of the oldest webhook that was taken and is not worked through; 0 when there is none.",
  },
  traceops_outbox_lag_seconds: {
    type: "gauge",
    help: "How long the job that is due for longest has been waiting; 0 when none is.",
  },
  traceops_outbox_undone: { type: "gauge", help: "Jobs that are not done, those for later included." },
  traceops_ambiguous_messages: {
    type: "gauge",
    help: "Messages of which nobody can find out whether they were posted; a person must look.",
  },
  traceops_failed_messages: {
    type: "gauge",
    help: "Messages that their receiver refused for good; `traceops doctor` says why.",
  },
  traceops_quarantined_total: {
    type: "counter",
    help: "Webhooks that could not be read and jobs that failed at every try; starts again when a person clears them.",
  },
  traceops_last_success_timestamp_seconds: {
    type: "gauge",
    help: "When something from this source last reached this sink, in seconds since 1970.",
  },
  traceops_signature_failures_total: { type: "counter", help: "Webhooks refused because of their signature or token." },
  traceops_clock_skewed_total: {
    type: "counter",
    help: "Clocks more than five minutes apart: of a process and the database at a look, every half minute, or of an accepted webhook's `Date` and its arrival.",
  },
  traceops_webhooks_total: { type: "counter", help: "Webhooks by what became of them." },
  traceops_redactions_total: { type: "counter", help: "Texts in which a rule of redaction found something, by rule." },
  traceops_subscription_enabled: {
    type: "gauge",
    help: "1 while the sender's webhook subscription delivers to us, 0 when it is disabled or missing.",
  },
  traceops_webhook_duration_seconds: {
    type: "histogram",
    help: "From a webhook's whole body to its answer.",
    buckets: QUICK,
  },
  traceops_ingest_duration_seconds: {
    type: "histogram",
    help: "From a request with telemetry to the end of its answer.",
    buckets: QUICK,
  },
  traceops_answer_duration_seconds: {
    type: "histogram",
    help: "From the first alert of an incident to its first answer.",
    buckets: [1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600],
  },
  traceops_data_disk_used_ratio: {
    type: "gauge",
    help: "How full the disk below the data folder is, 0 to 1; at 1 nothing is taken any more.",
  },
  process_start_time_seconds: { type: "gauge", help: "When this process started, in seconds since 1970." },
  process_resident_memory_bytes: { type: "gauge", help: "Memory of this process." },
  nodejs_eventloop_lag_seconds: {
    type: "gauge",
    help: "How late this process's timers fire, which is how long requests wait.",
  },
};
