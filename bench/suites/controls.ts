import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Analysis, Cause, CauseKind } from "../../src/core/analysis.ts";
import type { AlertEvent, Event, LogEvent, MetricEvent } from "../../src/core/event.ts";
import { planEvidence } from "../../src/core/evidence-plan.ts";
import { type EpochNs, epochMs } from "../../src/core/ids.ts";
import { msToNs, nsToMs } from "../../src/core/time.ts";
import { instants, placed, SOURCE, toKubernetes, toObjects } from "./controls-cluster.ts";
import { anIncident, asEvidence, refsOf, timelineOf } from "./shared.ts";
import type { Suite } from "./suite.ts";

const ALERT = "alert.json";

/** An alert and whatever was recorded around it; some of these alerts are about nothing. */
export const controls: Suite = {
  cases: (inputs) => readdirSync(inputs).toSorted(),
  read(inputs, id) {
    const folder = join(inputs, id);
    const documents = readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .toSorted()
      .map((file) => ({
        file,
        document: Document.catch({}).parse(JSON.parse(readFileSync(join(folder, file), "utf8"))),
      }));
    const timed = documents.flatMap(({ file, document }) => toTimed(document, file));
    // Alerts and states carry no time: they were read when the newest record was.
    const atMs = timed.reduce((newest, { atNs }) => Math.max(newest, nsToMs(atNs)), 0);
    const alert = Alert.parse(documents.find(({ file }) => file === ALERT)?.document);
    const states = documents.flatMap(({ file, document }) => [
      ...toObjects(document, file, atMs),
      ...toMonitors(document, file, atMs),
    ]);
    const service = alertedBy(alert);
    const incident = anIncident({ atMs, title: alert.title, ...(service === undefined ? {} : { service }) });
    const { window, baseline } = planEvidence(incident, epochMs(atMs));
    const evidence = [asEvidence(SOURCE, [toAlert(alert, atMs), ...states, ...timed])];
    return { id, input: { incident, window, baseline, evidence, weights: { version: 0, learned: [] }, elapsedMs: 0 } };
  },
  predict: (analysis) => ({
    hypotheses: isSilent(analysis)
      ? []
      : analysis.hypotheses.map((hypothesis) => ({
          service: hypothesis.cause.service ?? hypothesis.cause.object ?? "",
          cause: wordOf(hypothesis.cause),
          cause_detail: hypothesis.cause.detail ?? "",
          evidence: refsOf(analysis, hypothesis),
        })),
    timeline: timelineOf(analysis, (ref) => isTimed(ref)),
  }),
};

function isSilent({ verdict }: Analysis): boolean {
  return verdict === "no-likely-cause" || verdict === "recovered";
}

/** What has no time of its own is no entry of the suite's timeline. */
function isTimed(ref: string): boolean {
  return !/^alert\.json|#\/(?:monitors|pods|deployments|nodes)\//u.test(ref);
}

const WORDS: Readonly<Record<CauseKind, string>> = {
  change: "configuration_error",
  "config-change": "configuration_error",
  configuration: "configuration_error",
  certificate: "configuration_error",
  "code-error": "configuration_error",
  "dependency-failure": "infrastructure",
  "third-party-outage": "infrastructure",
  network: "infrastructure",
  infrastructure: "infrastructure",
  "resource-exhaustion": "resource_exhaustion",
  memory: "resource_exhaustion",
  cpu: "resource_exhaustion",
  disk: "resource_exhaustion",
  scheduling: "configuration_error",
  unknown: "unknown",
};

/** The suite's word for a cause: no room for a pod is a lack of resources, a rule that keeps it away is a setting. */
function wordOf({ kind, detail }: Cause): string {
  return kind === "scheduling" && /capacity|insufficient|quota/u.test(detail ?? "")
    ? "resource_exhaustion"
    : WORDS[kind];
}

const Document = z.record(z.string(), z.unknown());
/** Labels and notes: what is no text says nothing to the suite's reader. */
const Texts = z.record(z.string(), z.string().catch("")).catch({});
const Alert = z.object({
  title: z.string().catch("alert"),
  state: z.string().catch("alerting"),
  commonLabels: Texts,
  commonAnnotations: Texts,
});

/** The database that the alert names, or the service of its labels. */
function alertedBy({ commonLabels, commonAnnotations }: z.infer<typeof Alert>): string | undefined {
  return commonAnnotations["db_instance_identifier"] ?? commonLabels["service"];
}

function toAlert(alert: z.infer<typeof Alert>, atMs: number): AlertEvent<string> {
  return {
    ...placed(`${ALERT}#/title`, alertedBy(alert)),
    kind: "alert",
    atNs: msToNs(atMs),
    title: alert.title,
    status: alert.state === "normal" ? "resolved" : "firing",
    url: null,
    attributes: alert.commonLabels,
  };
}

/** Records whose time cannot be read have no place in any order. */
function toTimed(document: object, file: string): readonly Event<string>[] {
  return [
    ...toKubernetes(document, file),
    ...toLogs(document, file),
    ...toPodLog(document, file),
    ...toDatabaseEvents(document, file),
    ...toMetrics(document, file),
    ...toLoad(document, file),
  ];
}

const Monitors = z.object({ monitors: z.array(z.object({ name: z.string(), overall_state: z.string() })) });

function toMonitors(document: object, file: string, atMs: number): readonly AlertEvent<string>[] {
  const read = Monitors.safeParse(document);
  if (!read.success) return [];
  return read.data.monitors.map(({ name, overall_state: state }, index) => ({
    ...placed(`${file}#/monitors/${index}`),
    kind: "alert",
    atNs: msToNs(atMs),
    title: name,
    status: state === "OK" ? "resolved" : "firing",
    url: null,
  }));
}

const Logs = z.object({
  logs: z.array(
    z.object({
      timestamp: z.string(),
      message: z.string(),
      status: z.string().nullish(),
      service: z.string().nullish(),
      host: z.string().nullish(),
    }),
  ),
});
const SEVERITIES = new Map<string, LogEvent["severity"]>([
  ["debug", "debug"],
  ["info", "info"],
  ["warn", "warn"],
  ["warning", "warn"],
  ["error", "error"],
  ["critical", "fatal"],
  ["fatal", "fatal"],
]);

function toLogs(document: object, file: string): readonly LogEvent<string>[] {
  const read = Logs.safeParse(document);
  if (!read.success) return [];
  return read.data.logs.flatMap(({ timestamp, message, status, service, host }, index) =>
    instants(timestamp).map((atNs) => ({
      ...line(message, status ?? ""),
      ...placed(`${file}#/logs/${index}`, service ?? null, host ?? null),
      atNs,
    })),
  );
}

function line(body: string, status: string) {
  const severity = SEVERITIES.get(status.toLowerCase()) ?? "unspecified";
  return { kind: "log" as const, severity, body: body.slice(0, 4_000), attributes: {}, exception: null };
}

const PodLog = z.object({ pod_name: z.string(), logs: z.string() });

/** One pod's own output as one text; a line without a stamp belongs to the time before it. */
function toPodLog(document: object, file: string): readonly LogEvent<string>[] {
  const read = PodLog.safeParse(document);
  if (!read.success) return [];
  let at = Number.NaN;
  return read.data.logs.split("\n").flatMap((text, index) => {
    const [, stamp = "", status = "", rest = ""] = /^(\S+Z) (?:([A-Z]+) )?(.*)$/u.exec(text) ?? [];
    if (!Number.isNaN(Date.parse(stamp))) at = Date.parse(stamp);
    if (text.trim() === "" || Number.isNaN(at)) return [];
    const known = placed(`${file}#/logs`, null, read.data.pod_name);
    const id = placed(`${file}#/logs/${index}`).id;
    return [{ ...line(rest === "" ? text : rest, status), ...known, id, atNs: msToNs(at) }];
  });
}

const DatabaseEvents = z.object({
  events: z.array(z.object({ date: z.string(), message: z.string(), source_identifier: z.string() })),
});

function toDatabaseEvents(document: object, file: string): readonly LogEvent<string>[] {
  const read = DatabaseEvents.safeParse(document);
  if (!read.success) return [];
  return read.data.events.flatMap(({ date, message, source_identifier: database }, index) =>
    instants(date).map((atNs) => ({ ...line(message, ""), ...placed(`${file}#/events/${index}`, database), atNs })),
  );
}

/** A gap in a series is written as null. */
const Readings = { timestamps: z.array(z.string()), values: z.array(z.number().nullable()) };
const Metrics = z.object({
  metric_data_results: z.array(
    z.object({
      metric_name: z.string(),
      unit: z.string().nullish(),
      dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
      ...Readings,
    }),
  ),
});
const UNITS = new Map([
  ["Seconds", "s"],
  ["Milliseconds", "ms"],
  ["Microseconds", "us"],
  ["Percent", "%"],
  ["Bytes", "By"],
  ["Bytes/Second", "By/s"],
  ["Count", "1"],
  ["Count/Second", "1/s"],
]);

function toMetrics(document: object, file: string): readonly MetricEvent<string>[] {
  const read = Metrics.safeParse(document);
  if (!read.success) return [];
  return read.data.metric_data_results.flatMap((series, index) => {
    const { metric_name: name, unit, dimensions, timestamps, values } = series;
    const told = { name, unit: UNITS.get(unit ?? "") ?? "", database: dimensions[0]?.Value ?? null };
    return points(timestamps, values).map(({ atNs, value, nth }) =>
      point(told, `${file}#/metric_data_results/${index}/values/${nth}`, { atNs, value }),
    );
  });
}

function points(timestamps: readonly string[], values: readonly (number | null)[]) {
  return timestamps.flatMap((at, nth) => {
    const value = values[nth] ?? null;
    return value === null ? [] : instants(at).map((atNs) => ({ atNs, value, nth }));
  });
}

interface Told {
  readonly name: string;
  readonly unit: string;
  readonly database: string | null;
  readonly attributes?: MetricEvent<string>["attributes"];
}

function point(
  { name, unit, database, attributes = {} }: Told,
  ref: string,
  { atNs, value }: { readonly atNs: EpochNs; readonly value: number },
): MetricEvent<string> {
  return { ...placed(ref, database), kind: "metric", atNs, name, unit, value, attributes };
}

const Share = z.object({ db_load_avg: z.number() });
const Load = z.object({
  db_instance_identifier: z.string(),
  end_time: z.string(),
  db_load: z.object(Readings).default({ timestamps: [], values: [] }),
  top_sql: z.array(Share.extend({ statement: z.string() })).default([]),
  top_wait_events: z.array(Share.extend({ name: z.string(), type: z.string().nullish() })).default([]),
});

/** Sessions at work, and what they did on average: by statement and by what they waited for. */
function toLoad(document: object, file: string): readonly MetricEvent<string>[] {
  const read = Load.safeParse(document);
  if (!read.success) return [];
  const {
    db_instance_identifier: database,
    end_time: end,
    db_load: load,
    top_sql: sql,
    top_wait_events: waits,
  } = read.data;
  const told = { name: "db.load.avg", unit: "{session}", database };
  const [atNs] = instants(load.timestamps.at(-1) ?? end);
  if (atNs === undefined) return [];
  return [
    ...points(load.timestamps, load.values).map(({ nth, ...reading }) =>
      point(told, `${file}#/db_load/values/${nth}`, reading),
    ),
    ...sql.map(({ statement, db_load_avg: value }, index) =>
      point({ ...told, attributes: { "db.query.text": statement } }, `${file}#/top_sql/${index}`, { atNs, value }),
    ),
    ...waits.map(({ name, type, db_load_avg: value }, index) =>
      point(
        { ...told, attributes: { "db.wait_event.name": name, "db.wait_event.type": type ?? "" } },
        `${file}#/top_wait_events/${index}`,
        { atNs, value },
      ),
    ),
  ];
}
