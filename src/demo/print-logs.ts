import { epochMs } from "../core/ids.ts";
import { isoTime } from "../core/time.ts";
import type { LogFormat, Pod } from "./cast.ts";
import type { Random } from "./random.ts";
import type { Stage, StagedLine } from "./stage.ts";

interface Stamped {
  readonly line: StagedLine;
  /** The time that the host's own clock shows. */
  readonly ownMs: number;
  /** The time at the collector, whose clock is right. */
  readonly observedMs: number;
}

const HOUR_MS = 3_600_000;
/** The runtime stamps a line when it reads it from the pipe, by the clock of the same host. */
const RUNTIME_DELAY_MS = 1;

const EXTENSION: Readonly<Record<LogFormat, string>> = {
  otlp: "jsonl",
  ndjson: "jsonl",
  "container-json": "jsonl",
  text: "log",
};

const SEVERITY_NUMBER = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 } as const;

/** One file per log group, in the order in which the collector received the lines. */
export function printLogs(stage: Stage): Map<string, string> {
  const random = stage.random.fork("shipping");
  const byService = Map.groupBy(
    stage.lines.map((line) => stamp(line, stage, random)),
    ({ line }) => line.service,
  );
  return new Map(
    stage.cast.services.flatMap((service) => {
      const lines = (byService.get(service.name) ?? []).toSorted((a, b) => a.observedMs - b.observedMs);
      if (lines.length === 0) return [];
      const print = PRINTERS[service.format];
      return [[`logs/${service.name}.${EXTENSION[service.format]}`, lines.map(print).join("")] as const];
    }),
  );
}

function stamp(line: StagedLine, stage: Stage, random: Random): Stamped {
  const ownMs = line.atMs + (stage.clockErrorMs.get(line.pod.host) ?? 0);
  return { line: { ...line, pod: podAt(line, stage) }, ownMs, observedMs: line.atMs + 40 + random.next() * 260 };
}

/** Before its rollout a service ran in pods of another replica set. */
function podAt({ service, pod, atMs }: StagedLine, stage: Stage): Pod {
  const rollout = stage.rollouts.get(service);
  if (!rollout || atMs >= rollout.atMs) return pod;
  return { ...pod, name: pod.name.replace(rollout.replicaSet, rollout.previousReplicaSet) };
}

const PRINTERS: Readonly<Record<LogFormat, (stamped: Stamped) => string>> = {
  otlp: printOtlp,
  ndjson: printNdjson,
  "container-json": printContainerJson,
  text: printText,
};

function printOtlp({ line, ownMs, observedMs }: Stamped): string {
  const { exception } = line;
  const record = {
    timeUnixNano: nanos(ownMs),
    observedTimeUnixNano: nanos(observedMs),
    severityNumber: SEVERITY_NUMBER[line.severity],
    severityText: line.severity,
    body: { stringValue: line.body },
    attributes: otlpAttributes({
      ...(line.requestId ? { "request.id": line.requestId } : {}),
      ...line.attributes,
      ...(exception ? { "exception.type": exception.type, "exception.message": exception.message } : {}),
      ...(line.stack ? { "exception.stacktrace": line.stack.join("\n") } : {}),
    }),
    ...(line.traceId ? { traceId: line.traceId } : {}),
    ...(line.spanId ? { spanId: line.spanId } : {}),
  };
  const resource = otlpAttributes({
    "service.name": line.service,
    "host.name": line.pod.host,
    "k8s.pod.name": line.pod.name,
  });
  return `${JSON.stringify({ resourceLogs: [{ resource: { attributes: resource }, scopeLogs: [{ logRecords: [record] }] }] })}\n`;
}

function printNdjson({ line, ownMs }: Stamped): string {
  const record = {
    "@timestamp": isoTime(epochMs(ownMs)),
    level: line.severity.toLowerCase(),
    service: line.service,
    hostname: line.pod.host,
    msg: line.body,
    ...line.attributes,
    ...(line.requestId ? { request_id: line.requestId } : {}),
    ...(line.traceId ? { trace_id: line.traceId } : {}),
    ...(line.stack ? { stack: line.stack.join("\n") } : {}),
  };
  return `${JSON.stringify(record)}\n`;
}

/** The text inside shows the wall clock of its zone and does not say which zone: the runtime's time beside it does. */
function printContainerJson({ line, ownMs }: Stamped): string {
  const local = isoTime(epochMs(ownMs + HOUR_MS))
    .replace("T", " ")
    .replace("Z", "")
    .replace(".", ",");
  const ids = line.requestId ? ` [req=${line.requestId}${line.traceId ? ` trace=${line.traceId}` : ""}]` : "";
  const text = `${local} ${line.severity.padEnd(5)}${ids} ${line.body}`;
  return [text, ...(line.stack ?? [])]
    .map((log) => ({
      log: `${log}\n`,
      stream: line.severity === "INFO" ? "stdout" : "stderr",
      time: isoTime(epochMs(ownMs + RUNTIME_DELAY_MS)),
      kubernetes: { pod_name: line.pod.name, host: line.pod.host },
    }))
    .map((entry) => `${JSON.stringify(entry)}\n`)
    .join("");
}

function printText({ line, ownMs }: Stamped): string {
  const ids = line.requestId ? `[${line.requestId}] ` : "";
  const head = `${isoTime(epochMs(ownMs))} ${line.severity.padEnd(5)} ${ids}${line.body}`;
  return [head, ...(line.stack ?? [])].map((text) => `${text}\n`).join("");
}

function nanos(ms: number): string {
  return `${Math.round(ms * 1000)}000`;
}

/** Attributes in OTLP's JSON form: 64-bit integers are strings. */
export function otlpAttributes(values: Readonly<Record<string, string | number>>): object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : { intValue: String(value) },
  }));
}
