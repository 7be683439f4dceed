import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import type { Analysis, CauseKind, Hypothesis } from "../../src/core/analysis.ts";
import type { AlertEvent, ChangeEvent, Event, MetricEvent } from "../../src/core/event.ts";
import { planEvidence } from "../../src/core/evidence-plan.ts";
import { epochMs, eventId } from "../../src/core/ids.ts";
import { msToNs } from "../../src/core/time.ts";
import { anIncident, asEvidence, refsOf } from "./shared.ts";
import type { Suite } from "./suite.ts";

const SOURCE = "changes";

const Step = z.object({
  ts: z.number(),
  service: z.string(),
  from: z.string(),
  to: z.string(),
  pods_v1: z.number(),
  pods_v2: z.number(),
  new_pods: z.array(z.string()),
  removed_pods: z.array(z.string()),
  completed_ts: z.number().nullable(),
});
const Case = z.object({
  detect_ts: z.number(),
  data_cutoff_ts: z.number(),
  changes: z.array(Step),
  topology: z.array(z.tuple([z.string(), z.string()])),
});
const Row = z.record(z.string(), z.string());
type CaseFile = z.infer<typeof Case>;

/** Gradual rollouts of several services at once, with what every pod and call edge measured; one of them is at fault. */
export const changes: Suite = {
  cases: (inputs) => readdirSync(inputs).toSorted(),
  read(inputs, id) {
    const folder = join(inputs, id);
    const told = Case.parse(JSON.parse(readFileSync(join(folder, "case.json"), "utf8")));
    const rows = (file: string) => z.array(Row).parse(parse(readFileSync(join(folder, file)), { columns: true }));
    const events: readonly Event<string>[] = [
      toAlert(told),
      ...told.changes.map(toChange),
      ...rows("metrics.csv").flatMap(toPodMetrics),
      ...rows("edge_success.csv").flatMap((row, index) => toEdgeMetrics(row, { index, told })),
    ];
    const incident = anIncident({ atMs: told.detect_ts * 1000 });
    const { window, baseline } = planEvidence(incident, epochMs(told.data_cutoff_ts * 1000));
    const evidence = [asEvidence(SOURCE, events, told.topology)];
    return { id, input: { incident, window, baseline, evidence, weights: { version: 0, learned: [] }, elapsedMs: 0 } };
  },
  predict: (analysis) => ({
    hypotheses: analysis.verdict === "no-likely-cause" || analysis.verdict === "recovered" ? [] : predicted(analysis),
    timeline: timelineOf(analysis),
  }),
};

function placed(ref: string, atS: number, part = "") {
  return {
    id: eventId(SOURCE, `${ref}${part}`),
    atNs: msToNs(atS * 1000),
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

function toAlert({ detect_ts: atS }: CaseFile): AlertEvent<string> {
  return { ...placed("case.json#/detect_ts", atS), kind: "alert", title: "alarm", status: "firing", url: null };
}

function toChange(step: z.infer<typeof Step>, index: number): ChangeEvent<string> {
  return {
    ...placed(`case.json#/changes/${index}`, step.ts),
    service: step.service,
    kind: "change",
    change: {
      kind: "rollout",
      status: "deployed",
      version: step.to,
      previousVersion: step.from,
      environment: null,
      by: null,
      url: null,
      summary: "",
      files: [],
      pullRequest: null,
      rollout: {
        newPods: step.new_pods,
        removedPods: step.removed_pods,
        oldReplicas: step.pods_v1,
        newReplicas: step.pods_v2,
        completedAtMs: step.completed_ts === null ? null : epochMs(step.completed_ts * 1000),
      },
    },
  };
}

/** Columns of a row; those of the node are left out, because no row says which node it is. */
const COLUMNS = [
  { column: "success_rate", name: "traces.service.graph.request.success_ratio", unit: "%", isOfEdge: true },
  { column: "latency_ms", name: "traces.service.graph.request.duration", unit: "ms", isOfEdge: true },
  { column: "cpu_pct", name: "k8s.pod.cpu_request_utilization", unit: "%", isOfEdge: false },
  { column: "mem_pct", name: "k8s.pod.memory_request_utilization", unit: "%", isOfEdge: false },
] as const;

function toPodMetrics(row: Record<string, string>, index: number): readonly MetricEvent<string>[] {
  const { service = "", pod = "", ts } = row;
  return COLUMNS.flatMap(({ column, name, unit, isOfEdge }) => {
    const value = numberOf(row[column]);
    const attributes = isOfEdge ? { client: row["src"] ?? "", server: row["dst"] ?? "" } : {};
    const at = placed(`metrics.csv#L${index + 2}`, Number(ts), name);
    return value === null ? [] : [{ ...at, service, host: pod, kind: "metric", name, unit, value, attributes }];
  });
}

function toEdgeMetrics(
  row: Record<string, string>,
  { index, told }: { readonly index: number; readonly told: CaseFile },
): readonly MetricEvent<string>[] {
  const [{ name, unit }] = COLUMNS;
  return told.topology.flatMap(([client, server], column) => {
    const value = numberOf(row[`${client}_${server}`]);
    const at = placed(`edge_success.csv#L${index + 2}`, Number(row["timestamp"]), `${column}`);
    const attributes = { client, server };
    return value === null ? [] : [{ ...at, service: server, kind: "metric", name, unit, value, attributes }];
  });
}

/** An empty or unmeasured cell is no value, and no zero either. */
function numberOf(cell = ""): number | null {
  const value = cell === "" ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : null;
}

const CHANGES: ReadonlySet<CauseKind> = new Set(["change", "config-change"]);

function predicted(analysis: Analysis) {
  return analysis.hypotheses.map((hypothesis: Hypothesis) => ({
    service: hypothesis.cause.service ?? "",
    cause: CHANGES.has(hypothesis.cause.kind) ? "change" : hypothesis.cause.kind,
    evidence: refsOf(analysis, hypothesis),
  }));
}

/** A row that folds several records is told once for each of them, at the record's own time. */
function timelineOf({ timeline, evidence }: Analysis) {
  const records = new Map(evidence.map((record) => [record.id, record]));
  const told = timeline.flatMap(({ evidenceIds }) => evidenceIds.flatMap((id) => records.get(id) ?? []));
  return [...new Map(told.map(({ at, ref }) => [ref, { ts: Date.parse(at) / 1000, ref }])).values()].toSorted(
    (a, b) => a.ts - b.ts,
  );
}
