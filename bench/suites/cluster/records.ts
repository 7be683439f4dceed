import { parse } from "csv-parse/sync";
import { z } from "zod";
import type { AlertEvent, KubernetesEvent, LogEvent, MetricEvent } from "../../../src/core/event.ts";
import { type EpochMs, epochMs, eventId } from "../../../src/core/ids.ts";
import { msToNs } from "../../../src/core/time.ts";
import { type Answer, kindOf, pointer } from "./cache.ts";
import { measuredIn } from "./monitored.ts";
import { below, rows, seconds, table, toTree } from "./text.ts";

export const SOURCE = "cluster";
/** The clocks that say no zone are eight hours ahead. */
const LOCAL_MS = 8 * 3_600_000;

/** What every record of this suite has in common. */
export function placed(told: {
  readonly ref: string;
  readonly part?: string;
  readonly atMs: number;
  readonly service?: string | null;
}) {
  return {
    id: eventId(SOURCE, `${told.ref}\u0000${told.part ?? ""}`),
    atNs: msToNs(told.atMs),
    observedNs: null,
    service: told.service ?? null,
    host: null,
    source: SOURCE,
    ref: told.ref,
    traceId: null,
    spanId: null,
    requestId: null,
  };
}

/** "2025-11-14T22:35:05.929984" or "2025-12-25 23:51:01", on a clock eight hours ahead. */
export function localTime(text: string): EpochMs {
  return epochMs(Date.parse(`${text.trim().replace(" ", "T").slice(0, 23)}Z`) - LOCAL_MS);
}

interface Told {
  readonly object: string;
  readonly age: string;
  readonly type: string;
  readonly reason: string;
  readonly note: string;
}

/** The cluster's Events, from the ends of descriptions and from the list, each once. */
export function eventsOf(answers: readonly Answer[], collectedMs: EpochMs): readonly KubernetesEvent<string>[] {
  const seen = new Set<string>();
  return answers
    .flatMap((answer) => toldIn(answer).map((told) => ({ told, ref: answer.ref })))
    .flatMap(({ told, ref }) => {
      const key = [told.object, told.reason, told.note].join("\u0000");
      const [, last = "", count = "1"] = /^(\S+)(?: \(x(\d+) over \S+\))?$/u.exec(told.age) ?? [];
      const ageS = seconds(last);
      if (seen.has(key) || ageS === null) return [];
      seen.add(key);
      return [
        {
          ...placed({ ref, part: key, atMs: collectedMs - ageS * 1000 }),
          kind: "kubernetes" as const,
          object: told.object,
          reason: told.reason,
          type: told.type === "Warning" ? ("Warning" as const) : ("Normal" as const),
          note: told.note,
          count: Number(count),
        },
      ];
    });
}

function toldIn({ tool, about, text }: Answer): readonly Told[] {
  if (tool === "GetResources" && about.resource_type === "events") return table(text).map(fromRow);
  const kind = kindOf(about.resource_type);
  if (tool !== "DescribeResource" || kind === null) return [];
  return rows(below(toTree(text), "Events")).map(([type = "", reason = "", age = "", , ...note]) => ({
    object: `${kind}/${about.name}`,
    age,
    type,
    reason,
    note: note.join("  "),
  }));
}

function fromRow(row: Readonly<Record<string, string>>): Told {
  const [resource = "", name = ""] = (row["OBJECT"] ?? "").split("/");
  const kind = kindOf(`${resource}s`) ?? kindOf(resource) ?? resource;
  return {
    object: `${kind}/${name}`,
    age: row["LAST SEEN"] ?? "",
    type: row["TYPE"] ?? "",
    reason: row["REASON"] ?? "",
    note: row["MESSAGE"] ?? "",
  };
}

const Logs = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** The log lines of all workloads. A line without a time has that of the line before it. */
export function logsOf(raw: unknown, collectedMs: EpochMs): readonly LogEvent<string>[] {
  return Object.entries(Logs.parse(raw)).flatMap(([name, said]) => {
    const service = name.split(".")[0] ?? name;
    const isWhole = typeof said === "string";
    const lines = isWhole ? said.split("\n") : said;
    const times = lines.map(timeOf);
    const first = times.find((time) => time !== null) ?? collectedMs;
    let at: number = first;
    return lines.flatMap((line, index) => {
      at = times[index] ?? at;
      if (line.trim() === "") return [];
      const ref = isWhole ? pointer("logs.json", name) : pointer("logs.json", name, index);
      return [toLog(line, { ref, part: isWhole ? String(index) : "", atMs: at, service })];
    });
  });
}

/** One line as it was logged; several when an entry holds a stack. */
export function toLog(line: string, where: Parameters<typeof placed>[0]): LogEvent<string> {
  const body = messageOf(line);
  return {
    ...placed(where),
    kind: "log",
    severity: severityOf(line),
    body: body.slice(0, 4_000),
    attributes: {},
    exception: null,
  };
}

const Structured = z.object({
  message: z.string().optional(),
  error: z.string().optional(),
  timestamp: z.union([z.string(), z.number()]).optional(),
  time: z.union([z.string(), z.number()]).optional(),
  instant: z.object({ epochSecond: z.number() }).optional(),
});

function structured(line: string): z.infer<typeof Structured> | null {
  if (!line.startsWith("{")) return null;
  try {
    return Structured.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function messageOf(line: string): string {
  const { message, error } = structured(line) ?? {};
  if (message !== undefined) return error === undefined ? message : `${message}: ${error}`;
  return line.replace(STAMPED, "").trim();
}

/** The container runtime's own stamp in front of a line. */
const STAMPED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) /u;

function timeOf(line: string): number | null {
  const stamp = STAMPED.exec(line)?.[0];
  if (stamp !== undefined) return Date.parse(stamp.trim().replace(/(\.\d{3})\d+/u, "$1"));
  const { timestamp, time, instant } = structured(line) ?? {};
  const at = timestamp ?? time ?? instant?.epochSecond;
  return at === undefined ? null : instantOf(at);
}

function instantOf(at: string | number): number | null {
  const ms = typeof at === "string" ? Date.parse(at) : at;
  if (Number.isNaN(ms)) return null;
  // Seconds have ten digits before the point, milliseconds thirteen.
  return typeof at === "number" && at < 1e11 ? at * 1000 : ms;
}

const SEVERITIES = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

function severityOf(line: string): LogEvent["severity"] {
  const word = /\b(trace|debug|info|warn|error|fatal)(?:ing)?\b/iu.exec(line.slice(0, 600))?.[1]?.toLowerCase();
  return SEVERITIES.find((each) => each === word) ?? "unspecified";
}

const Monitored = z.object({
  type: z.string(),
  name: z.string(),
  time_range: z.string(),
  evidence: z.array(z.string()),
});
const Failed = z.object({
  request_method: z.string(),
  business_action: z.string(),
  entry_service: z.string(),
  url: z.string(),
  occurrences: z.number(),
  raw_error: z.string(),
});
const Alerts = z.object({ alerts: z.array(z.union([Monitored, Failed])).default([]) });

/** One alert per finding of the monitoring, at the start of its range, and one per failing request. */
export function alertsOf(raw: unknown, collectedMs: EpochMs): readonly AlertEvent<string>[] {
  return Alerts.parse(raw).alerts.flatMap((alert, index) =>
    "url" in alert ? [failedRequest(alert, { index, collectedMs })] : monitored(alert, index),
  );
}

function monitored({ type, name, time_range: range, evidence }: z.infer<typeof Monitored>, index: number) {
  return evidence.flatMap((title, nth) =>
    measuredIn(title).map((measured, part) => ({
      ...placed({
        ref: pointer("alert.json", "alerts", index, "evidence", nth),
        part: String(part),
        atMs: localTime(range.split("~")[0] ?? ""),
        service: type === "Service" ? name : null,
      }),
      host: type === "Node" ? name : null,
      kind: "alert" as const,
      title,
      status: "firing" as const,
      url: null,
      attributes: { ...measured, type, name },
    })),
  );
}

function failedRequest(
  { request_method: method, business_action: action, entry_service: service, url, ...alert }: z.infer<typeof Failed>,
  { index, collectedMs }: { readonly index: number; readonly collectedMs: EpochMs },
): AlertEvent<string> {
  return {
    ...placed({ ref: pointer("alert.json", "alerts", index), atMs: collectedMs, service }),
    kind: "alert",
    title: `${action}: ${method} ${url} failed ${alert.occurrences} times: ${alert.raw_error}`,
    status: "firing",
    url: null,
    attributes: { method, path: url, occurrences: alert.occurrences },
  };
}

/** The suite's columns by the names and units of OpenTelemetry. */
const METRICS: Readonly<Record<string, readonly [string, string]>> = {
  cpu: ["k8s.pod.cpu.usage", "{cpu}"],
  mem: ["k8s.pod.memory.usage", "By"],
  cpu_cfs: ["k8s.container.cpu.throttled", "1"],
  rps: ["http.server.request.rate", "{request}/s"],
  success_rate: ["http.server.request.success", "1"],
  network_receive: ["k8s.pod.network.receive", "{packet}/s"],
  network_transmit: ["k8s.pod.network.transmit", "{packet}/s"],
  p50latency: ["http.server.request.duration.p50", "ms"],
  p90latency: ["http.server.request.duration.p90", "ms"],
};

/** One event per cell of the table that has a value. */
export function metricsOf(csv: string): readonly MetricEvent<string>[] {
  const found = z.array(z.record(z.string(), z.string())).parse(parse(csv, { columns: true, bom: true }));
  return found.flatMap((row, index) =>
    Object.entries(row).flatMap(([column, text]) => {
      const dash = column.lastIndexOf("-");
      const [name, unit] = METRICS[column.slice(dash + 1)] ?? [];
      if (name === undefined || unit === undefined || text === "") return [];
      const service = column.slice(0, dash);
      const where = { ref: `metrics.csv#L${index + 2}`, part: column, atMs: localTime(row["time"] ?? ""), service };
      return [{ ...placed(where), kind: "metric" as const, name, unit, value: Number(text), attributes: {} }];
    }),
  );
}
