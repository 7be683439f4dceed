import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Analysis, Hypothesis } from "../../src/core/analysis.ts";
import type { AlertEvent, Event, KubernetesObjectEvent } from "../../src/core/event.ts";
import { epochMs, eventId } from "../../src/core/ids.ts";
import { msToNs } from "../../src/core/time.ts";
import { anIncident, asEvidence, refsOf, timelineOf } from "./shared.ts";
import type { Suite } from "./suite.ts";

const SOURCE = "alert-storms";
const MetricAlert = z.tuple([z.string(), z.string(), z.string().nullable(), z.string(), z.string()]);
const TraceAlert = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string()]);
const LogAlert = z.tuple([z.string(), z.string(), z.array(z.string()), z.number(), z.string().nullable()]);
const Case = z.object({
  system: z.string(),
  metric_alerts: z.array(MetricAlert),
  trace_alerts: z.array(TraceAlert),
  log_alerts: z.array(LogAlert),
});
const Topology = z.object({
  nodes: z.array(z.object({ id: z.string(), type: z.string() })),
  edges: z.array(z.object({ source: z.string(), target: z.string(), label: z.string() })),
});
type Edges = z.infer<typeof Topology>["edges"];

/** Alerts of one fault window with the map of services, pods and nodes. */
export const alertStorms: Suite = {
  cases: (inputs) => readdirSync(inputs).toSorted(),
  read(inputs, id) {
    const told = Case.parse(JSON.parse(readFileSync(join(inputs, id, "case.json"), "utf8")));
    const file = join("..", "topology", `${told.system}.json`);
    const topology = Topology.parse(JSON.parse(readFileSync(join(inputs, file), "utf8")));
    const owners = targetsOf(topology.edges, "instance_of");
    const stamps = [...told.metric_alerts, ...told.trace_alerts].map(([stamp]) => Number(stamp));
    const [fromMs = 0, toMs = fromMs] = [Math.min(...stamps), Math.max(...stamps)].filter(Number.isFinite);
    const alerts: readonly Event<string>[] = [
      ...told.metric_alerts.map((alert, index) => metricAlert(alert, `case.json#/metric_alerts/${index}`, owners)),
      ...told.trace_alerts.map((alert, index) => traceAlert(alert, `case.json#/trace_alerts/${index}`, owners)),
      ...told.log_alerts.map((alert, index) =>
        logAlert(alert, { ref: `case.json#/log_alerts/${index}`, fromMs, owners }),
      ),
    ];
    const objects = objectsOf(topology, { ref: `../../topology/${told.system}.json#/nodes/`, fromMs });
    const calls = topology.edges.filter(({ label }) => label === "control_flow" || label === "data_flow");
    const edges = calls.map(({ source, target }): readonly [string, string] => [source, target]);
    // The source says which system it watches: the way back to the suite's words needs it.
    const source = `${SOURCE} ${told.system}`;
    const events = [...alerts, ...objects].map((event) => ({ ...event, source }));
    const evidence = [asEvidence(source, events, edges)];
    const window = { fromMs: epochMs(fromMs), toMs: epochMs(toMs + 1) };
    const baseline = { fromMs: epochMs(fromMs - 1), toMs: window.fromMs };
    const weights = { version: 0, learned: [] };
    return { id, input: { incident: anIncident({ atMs: fromMs }), window, baseline, evidence, weights, elapsedMs: 0 } };
  },
  predict: (analysis) => ({
    hypotheses: analysis.hypotheses.map((hypothesis) => toPrediction(analysis, hypothesis)),
    timeline: timelineOf(analysis),
  }),
};

type Owners = ReadonlyMap<string, string>;

function targetsOf(edges: Edges, wanted: string): Owners {
  return new Map(edges.flatMap(({ source, target, label }) => (label === wanted ? [[source, target]] : [])));
}

/** The suite's short words for what a gateway measures. */
const MEASURES: ReadonlyMap<string, string> = new Map([
  ["mrt", "response_time"],
  ["sr", "success_rate"],
  ["rr", "request_rate"],
]);

function metricAlert(
  [stamp, entity, host, kpi, direction]: z.infer<typeof MetricAlert>,
  ref: string,
  owners: Owners,
): AlertEvent<string> {
  const metric = kpi.replace(/-(\w+)$/u, (all, word: string) => `_${MEASURES.get(word) ?? all}`);
  const labels = { metric, direction, ...placeLabels({ entity, host, kpi }, owners) };
  return alertEvent({ ref, atMs: Number(stamp), title: `${metric} ${direction} at ${entity}`, labels });
}

/** Series of whole services are those that a gateway measures; `system` series are a node's own. */
function placeLabels(
  { entity, host, kpi }: { readonly entity: string; readonly host: string | null; readonly kpi: string },
  owners: Owners,
): Readonly<Record<string, string>> {
  if (kpi.startsWith("system")) return { node: entity };
  if (host === null) return { service: entity };
  return { pod: entity, node: host, service: owners.get(entity) ?? entity };
}

function traceAlert(
  [stamp, caller, callee, operation, status]: z.infer<typeof TraceAlert>,
  ref: string,
  owners: Owners,
): AlertEvent<string> {
  const ends = { caller_service: owners.get(caller) ?? caller, callee_service: owners.get(callee) ?? callee };
  const what = status === "PD" ? { metric: "response_time", direction: "up" } : { status_code: status };
  const labels = { caller, callee, operation, ...ends, ...what };
  const title = `${operation} of ${callee} called by ${caller}: ${status === "PD" ? "slow" : status}`;
  return alertEvent({ ref, atMs: Number(stamp), title, labels });
}

/** Text of log lines is eight hours ahead. */
const LINE_OFFSET_MS = 8 * 3_600_000;

function logAlert(
  [pod, template, lines]: z.infer<typeof LogAlert>,
  { ref, fromMs, owners }: { readonly ref: string; readonly fromMs: number; readonly owners: Owners },
): AlertEvent<string> {
  const [line = ""] = lines;
  const stamp = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)[.,](\d{3})/u.exec(line);
  const told = stamp === null ? Number.NaN : Date.parse(`${stamp[1]}T${stamp[2]}.${stamp[3]}Z`) - LINE_OFFSET_MS;
  const labels = { pod, service: owners.get(pod) ?? pod, log_template: template };
  return alertEvent({ ref, atMs: Number.isNaN(told) ? fromMs : told, title: line.slice(0, 300), labels });
}

function alertEvent(told: {
  readonly ref: string;
  readonly atMs: number;
  readonly title: string;
  readonly labels: Readonly<Record<string, string>>;
}): AlertEvent<string> {
  return {
    ...placed(told.ref, told.atMs),
    kind: "alert",
    service: told.labels["service"] ?? null,
    title: told.title,
    status: "firing",
    url: null,
    attributes: told.labels,
  };
}

/** What runs where, as the Kubernetes API tells it. */
function objectsOf(
  { nodes, edges }: z.infer<typeof Topology>,
  { ref, fromMs }: { readonly ref: string; readonly fromMs: number },
): readonly KubernetesObjectEvent<string>[] {
  const owners = targetsOf(edges, "instance_of");
  const hosts = targetsOf(edges, "hosted_on");
  return nodes.flatMap(({ id, type }, index) => {
    const at = { ...placed(`${ref}${index}`, fromMs), kind: "kubernetes-object" as const };
    if (type === "Host") return [{ ...at, object: `Node/${id}`, manifest: { kind: "Node", metadata: { name: id } } }];
    const nodeName = hosts.get(id);
    if (nodeName === undefined) return [];
    const labels = { "app.kubernetes.io/name": owners.get(id) ?? id };
    return [
      { ...at, object: `Pod/${id}`, manifest: { kind: "Pod", metadata: { name: id, labels }, spec: { nodeName } } },
    ];
  });
}

function placed(ref: string, atMs: number) {
  return {
    id: eventId(SOURCE, ref),
    atNs: msToNs(atMs),
    observedNs: null,
    service: null,
    host: null,
    source: SOURCE,
    ref,
    traceId: null,
    spanId: null,
    requestId: null,
  };
}

function toPrediction(analysis: Analysis, hypothesis: Hypothesis) {
  const { cause } = hypothesis;
  const [, named] = /^(?:Pod|Node)\/(.*)$/u.exec(cause.object ?? "") ?? [];
  const where = cause.object?.startsWith("Node/") === true ? "node" : "container";
  const system = analysis.evidence.find(({ source }) => source.startsWith(SOURCE))?.source.slice(SOURCE.length + 1);
  const words = DETAILS.get(`${system} ${cause.detail}`) ?? DETAILS.get(`${where} ${cause.detail}`);
  return {
    service: named ?? cause.service ?? "",
    cause: cause.kind,
    cause_detail: words ?? `${where} ${cause.detail}`,
    evidence: refsOf(analysis, hypothesis),
  };
}

/** The suite's words for the same thing in the engine's; what the engine does not tell apart is not told apart here either. */
const DETAILS: ReadonlyMap<string, string> = new Map([
  ["mss memory-growth", "[memory_anomalies]"],
  ["container cpu-load", "container CPU load"],
  ["container memory-growth", "container memory load"],
  ["container disk-read-load", "container read I/O load"],
  ["container disk-write-load", "container write I/O load"],
  ["container restarts", "container process termination"],
  ["node cpu-load", "node CPU load"],
  ["node memory-growth", "node memory consumption"],
  ["node disk-read-load", "node disk read I/O consumption"],
  ["node disk-write-load", "node disk write I/O consumption"],
  ["node disk-space", "node disk space consumption"],
]);
