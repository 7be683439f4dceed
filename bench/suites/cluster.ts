import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Analysis, Hypothesis } from "../../src/core/analysis.ts";
import type { KubernetesObjectEvent } from "../../src/core/event.ts";
import { type EpochMs, epochMs } from "../../src/core/ids.ts";
import { nsToMs } from "../../src/core/time.ts";
import { type Answer, answersOf } from "./cluster/cache.ts";
import { errorLogsOf } from "./cluster/error-logs.ts";
import { type Found, objectsOf } from "./cluster/objects.ts";
import { alertsOf, eventsOf, localTime, logsOf, metricsOf, placed, SOURCE } from "./cluster/records.ts";
import { anIncident, asEvidence, refsOf, timelineOf } from "./shared.ts";
import type { Suite } from "./suite.ts";

const Query = z.object({ query: z.string() });
const Cache = z.looseObject({ collection_timestamp: z.string() });
const MINUTE_MS = 60_000;

/** Snapshots of a cluster: what kubectl, systemd and a few probes answered, with logs and sometimes metrics. */
export const cluster: Suite = {
  cases: (inputs) => readdirSync(inputs).toSorted(),
  read(inputs, id) {
    const folder = join(inputs, id);
    const { query } = Query.parse(json(folder, "query.json"));
    const cache = Cache.parse(json(folder, "tool_cache.json"));
    const collectedMs = localTime(cache.collection_timestamp);
    const answers = answersOf(cache);
    const objects = objectsOf(answers);
    const alerts = alertsOf(json(folder, "alert.json") ?? {}, collectedMs);
    const logs = json(folder, "logs.json");
    const events = [
      ...objects.map((found) => toObject(found, collectedMs, objects)),
      ...eventsOf(answers, collectedMs),
      ...alerts,
      ...(logs === null ? errorLogsOf(cache, collectedMs) : logsOf(logs, collectedMs)),
      ...metricsOf(text(folder, "metrics.csv")),
    ];
    const began = alerts.map(({ atNs }) => nsToMs(atNs)).filter((atMs) => atMs < collectedMs);
    const fromMs = began.length === 0 ? collectedMs - 30 * MINUTE_MS : Math.min(...began);
    const window = { fromMs: epochMs(fromMs), toMs: epochMs(collectedMs + 2 * MINUTE_MS) };
    const baseline = { fromMs: epochMs(fromMs - 120 * MINUTE_MS), toMs: window.fromMs };
    const evidence = [asEvidence(SOURCE, events, answers.flatMap(edgesIn))];
    const weights = { version: 0, learned: [] };
    const incident = anIncident({ atMs: collectedMs, title: query });
    return { id, input: { incident, window, baseline, evidence, weights, elapsedMs: 0 } };
  },
  predict: (analysis) => ({
    hypotheses:
      analysis.verdict === "no-likely-cause" || analysis.verdict === "recovered"
        ? []
        : analysis.hypotheses.map((hypothesis) => toPrediction(analysis, hypothesis)),
    timeline: timelineOf(analysis),
  }),
};

function json(folder: string, file: string): unknown {
  const said = text(folder, file);
  return said === "" ? null : JSON.parse(said);
}

function text(folder: string, file: string): string {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function toObject(found: Found, collectedMs: EpochMs, all: readonly Found[]): KubernetesObjectEvent<string> {
  const { kind, name, manifest, ref } = found;
  const object = `${kind}/${name}`;
  return {
    ...placed({ ref, part: object, atMs: collectedMs, service: serviceOf(found, all) }),
    kind: "kubernetes-object",
    object,
    manifest,
  };
}

const Owned = z.object({
  metadata: z.object({ ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })) }),
});

/** Workloads and Services are known by their names; what they own, by theirs. */
function serviceOf({ kind, name, manifest }: Found, all: readonly Found[]): string | null {
  if (["Deployment", "StatefulSet", "DaemonSet", "Service", "Endpoints"].includes(kind)) return name;
  if (kind !== "Pod" && kind !== "ReplicaSet") return null;
  const owner = Owned.safeParse(manifest).data?.metadata.ownerReferences[0];
  const above = all.find((each) => each.kind === owner?.kind && each.name === owner.name);
  return above === undefined ? name : serviceOf(above, all);
}

/** "[Upstream (Called By)]: a, b" of a service: both call it. */
function edgesIn({ tool, about, text: tree }: Answer): readonly (readonly [string, string])[] {
  if (tool !== "GetServiceDependencies") return [];
  const callers = /\[Upstream[^\]]*\]:\s*(.*)/u.exec(tree)?.[1] ?? "";
  return callers
    .split(",")
    .map((caller) => caller.trim())
    .filter((caller) => /^[\w.-]+$/u.test(caller))
    .map((caller) => [caller, about.service_name]);
}

function toPrediction(analysis: Analysis, hypothesis: Hypothesis) {
  const { service, object, detail } = hypothesis.cause;
  const [kind = "", name = ""] = (object ?? "").split("/");
  const outside = kind === "Node" ? `node/${name}` : kind === "Namespace" ? `namespace/${name}` : null;
  return {
    service: service ?? name,
    object: outside ?? `app/${service ?? name}`,
    cause: hypothesis.cause.kind,
    cause_detail: (detail ?? "").replaceAll("-", "_"),
    evidence: refsOf(analysis, hypothesis),
  };
}
