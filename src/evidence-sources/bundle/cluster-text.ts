import type { EpochMs } from "../../core/ids.ts";
import { msToNs } from "../../core/time.ts";
import { type ClusterRecord, clusterEvent } from "./kubernetes.ts";

/** Seconds in the units of kubectl's ages: "2d3h", "14m", "3m12s". */
const UNIT_SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

const MAX_LINE = 4000;
const EVENT_ROW =
  /^\s*(?<type>Normal|Warning)\s+(?<reason>[A-Z]\w{2,60})\s+(?<age>(?:\d{1,5}[dhms]){1,4})(?: \(x(?<count>\d{1,6}) over [\w]{1,20}\))?\s+(?<from>\S{1,80})\s+(?<note>.+)$/u;
const GET_EVENTS_ROW =
  /^(?:\S+\s+)?(?<age>(?:\d{1,5}[dhms]){1,4})\s+(?<type>Normal|Warning)\s+(?<reason>[A-Z]\w{2,60})\s+(?<object>[a-z]+\/\S{1,250})\s+(?<note>.+)$/u;

/** Reads the event tables of `kubectl describe` and `kubectl get events` as text. Ages count back from `collectedAt`. */
export function readClusterText(text: string, collectedAt: EpochMs): readonly ClusterRecord[] {
  let described = "Object/unknown";
  const records: ClusterRecord[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.length > MAX_LINE) continue;
    described = describedIn(line, described);
    const event = readRow(line, { described, collectedAt });
    if (event) records.push({ place: `L${index + 1}`, event });
  }
  return records;
}

/** What `kubectl describe` is about: its name comes first, and only workloads have replicas or a pod template. */
function describedIn(line: string, before: string): string {
  const name = /^Name:\s+(\S{1,250})$/u.exec(line)?.[1];
  if (name !== undefined) return `Pod/${name}`;
  return /^(?:Pod Template|Replicas):/u.test(line) ? before.replace(/^Pod\//u, "Deployment/") : before;
}

function readRow(line: string, { described, collectedAt }: { described: string; collectedAt: EpochMs }) {
  const groups = (EVENT_ROW.exec(line) ?? GET_EVENTS_ROW.exec(line))?.groups;
  if (!groups) return null;
  const cell = (name: string, otherwise: string): string => groups[name] ?? otherwise;
  return clusterEvent({
    atNs: msToNs(collectedAt - ageMs(cell("age", ""))),
    object: capitalised(cell("object", described)),
    reason: cell("reason", ""),
    type: groups["type"] === "Warning" ? "Warning" : "Normal",
    note: cell("note", "").trim(),
    count: Number(cell("count", "1")),
    host: null,
  });
}

function ageMs(age: string): number {
  const parts = [...age.matchAll(/(\d{1,5})([dhms])/gu)];
  return parts.reduce((sum, [, value, unit = ""]) => sum + Number(value) * (UNIT_SECONDS[unit] ?? 0), 0) * 1000;
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  pod: "Pod",
  deployment: "Deployment",
  replicaset: "ReplicaSet",
  statefulset: "StatefulSet",
  daemonset: "DaemonSet",
  node: "Node",
  service: "Service",
  job: "Job",
};

function capitalised(object: string): string {
  const [kind = "", name = ""] = object.split("/");
  return `${KIND_NAMES[kind.split(".")[0] ?? ""] ?? kind}/${name}`;
}
