import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import type { Analysis, CauseKind, Hypothesis } from "../../src/core/analysis.ts";
import type { Event, LogEvent, MetricEvent, SpanEvent } from "../../src/core/event.ts";
import { epochMs, epochNs, eventId } from "../../src/core/ids.ts";
import { msToNs, nsToMs } from "../../src/core/time.ts";
import { anIncident, asEvidence, refsOf, timelineOf } from "./shared.ts";
import type { Suite } from "./suite.ts";

const SOURCE = "telemetry";
const Case = z.object({ id: z.string(), detect_ts: z.number(), baseline: z.string() });
const Row = z.record(z.string(), z.string());
const Wrapped = z.object({ log: z.string(), time: z.string() });

/** Logs, spans and pod metrics of one fault, with a fault-free recording to compare with. */
export const telemetry: Suite = {
  cases: (inputs) => readdirSync(inputs).toSorted(),
  read(inputs, id) {
    const folder = join(inputs, id);
    const { detect_ts: detectS, baseline: beside } = Case.parse(
      JSON.parse(readFileSync(join(folder, "case.json"), "utf8")),
    );
    const now = readFolder(folder, "");
    const before = readFolder(join(folder, beside), `${beside}/`);
    const [from] = edges(now.filter(isTelling));
    const window = { fromMs: epochMs(from), toMs: epochMs(detectS * 1000 + 60_000) };
    const events = [...now, ...besideRecording(before, from)];
    const baseline = { fromMs: epochMs(Math.min(window.fromMs, ...edges(events))), toMs: window.fromMs };
    const weights = { version: 0, learned: [] };
    return {
      id,
      input: {
        incident: anIncident({ atMs: detectS * 1000 }),
        window,
        baseline,
        evidence: [asEvidence(SOURCE, events)],
        weights,
        elapsedMs: 0,
      },
    };
  },
  predict: (analysis) => ({
    hypotheses: SILENT.has(analysis.verdict)
      ? []
      : analysis.hypotheses.map((hypothesis) => toPrediction(analysis, hypothesis)),
    timeline: timelineOf(analysis, (ref) => !ref.startsWith("../")),
  }),
};

const SILENT: ReadonlySet<Analysis["verdict"]> = new Set(["no-likely-cause", "recovered"]);

/** The fault-free logs and spans were recorded at another time: they are moved so that they end where the case begins. */
function besideRecording(recorded: readonly Event<string>[], from: number): readonly Event<string>[] {
  const [, to] = edges(recorded.filter(isTelling));
  return recorded.map((event) =>
    isTelling(event) ? { ...event, atNs: epochNs(event.atNs + msToNs(from - 1 - to)) } : event,
  );
}

function isTelling({ kind }: Event<string>): boolean {
  return kind !== "metric";
}

/** When the first and the last of these happened, ms. */
function edges(events: readonly Event<string>[]): readonly [number, number] {
  let [from, to] = [Infinity, -Infinity];
  for (const { atNs } of events) {
    const atMs = nsToMs(atNs);
    from = Math.min(from, atMs);
    to = Math.max(to, atMs);
  }
  return [from, to];
}

function readFolder(folder: string, prefix: string): readonly Event<string>[] {
  const rows = (file: string) =>
    z.array(Row).parse(parse(readFileSync(join(folder, file)), { columns: true, bom: true }));
  const ref = (file: string, index: number) => `${prefix}${file}#L${index + 2}`;
  return [
    ...rows("log.csv").map((row, index) => toLog(row, ref("log.csv", index))),
    ...rows("trace.csv").map((row, index) => toSpan(row, ref("trace.csv", index))),
    ...rows("metrics.csv").flatMap((row, index) => toMetrics(row, ref("metrics.csv", index))),
  ];
}

function toLog(row: Record<string, string>, ref: string): LogEvent<string> {
  const { log, time } = Wrapped.parse(JSON.parse(row["Log"] ?? "{}"));
  const text = log.trim();
  return {
    ...placed(row, ref),
    kind: "log",
    atNs: msToNs(Date.parse(time)),
    traceId: row["TraceID"] || null,
    spanId: row["SpanID"] || null,
    severity: severityOf(text),
    body: text.slice(0, 4_000),
    attributes: {},
    exception: null,
  };
}

function toSpan(row: Record<string, string>, ref: string): SpanEvent<string> {
  const parent = row["ParentID"] ?? "root";
  return {
    ...placed(row, ref),
    kind: "span",
    atNs: epochNs(BigInt(row["StartTimeUnixNano"] ?? 0)),
    traceId: row["TraceID"] || null,
    spanId: row["SpanID"] || null,
    parentSpanId: parent === "root" ? null : parent,
    name: row["OperationName"] ?? "",
    spanKind: "unspecified",
    durationNs: BigInt(row["EndTimeUnixNano"] ?? 0) - BigInt(row["StartTimeUnixNano"] ?? 0),
    status: "unset",
    attributes: {},
  };
}

const METRICS = {
  "CpuUsageRate(%)": "k8s.pod.cpu_limit_utilization",
  "MemoryUsageRate(%)": "k8s.pod.memory_limit_utilization",
};

function toMetrics(row: Record<string, string>, ref: string): readonly MetricEvent<string>[] {
  return Object.entries(METRICS).map(([column, name]) => ({
    ...placed(row, ref, name),
    kind: "metric",
    atNs: msToNs(Number(row["TimeStamp"]) * 1000),
    name,
    unit: "%",
    value: Number(row[column]),
    attributes: {},
  }));
}

function placed(row: Record<string, string>, ref: string, part = "") {
  const pod = row["PodName"] ?? "";
  return {
    id: eventId(SOURCE, ref + part),
    observedNs: null,
    // A deployment's pods are called name-hash-hash.
    service: pod.split("-").slice(0, -2).join("-"),
    host: pod,
    source: SOURCE,
    ref,
    traceId: null,
    spanId: null,
    requestId: null,
  };
}

const SEVERITIES = new Map<string, LogEvent["severity"]>([
  ["TRACE", "trace"],
  ["DEBUG", "debug"],
  ["INFO", "info"],
  ["WARN", "warn"],
  ["ERROR", "error"],
  ["FATAL", "fatal"],
]);

function severityOf(text: string): LogEvent["severity"] {
  const word = /\b(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b/u.exec(text.slice(0, 80))?.[0];
  return SEVERITIES.get(word ?? "") ?? "unspecified";
}

const CAUSES: Partial<Record<CauseKind, string>> = {
  cpu: "resource_cpu",
  network: "network",
  "code-error": "code_error",
};
const DETAILS: Readonly<Record<string, string>> = {
  "cpu-limit": "cpu_contention",
  "network-delay": "network_delay",
  "early-return": "return",
  exception: "exception",
};

function toPrediction(analysis: Analysis, hypothesis: Hypothesis) {
  const { kind, detail, service } = hypothesis.cause;
  const told = DETAILS[detail ?? ""];
  return {
    service: service ?? "",
    cause: CAUSES[kind] ?? kind,
    ...(told === undefined ? {} : { cause_detail: told }),
    evidence: refsOf(analysis, hypothesis),
  };
}
