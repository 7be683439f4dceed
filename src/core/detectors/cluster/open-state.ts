import type { KubernetesEvent, KubernetesObjectEvent } from "../../event.ts";
import { epochMs } from "../../ids.ts";
import { type Safe, safe, sliceSafe } from "../../safe.ts";
import { serviceOfObject } from "../../timeline/objects.ts";
import type { Observations, Observed } from "../../timeline/observations.ts";
import { containersOf } from "./containers.ts";
import { at, compareNames, flagAt, listAt, numberAt, textAt, textsByName } from "./read.ts";
import { toServiceObject } from "./service-objects.ts";
import type { ClusterEvent, ClusterObject, ClusterState, Node, Pod, Workload } from "./state.ts";

/** More objects than this are not compared with each other in the time there is; those beyond, by name, are left out. */
const MAX_OBJECTS = 5_000;
const WORKLOAD_KINDS: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** Indexes what was read of the clusters, so that rules can compare declared and reported state. Null when nothing was read. */
export function openState(observations: Observations): ClusterState | null {
  if (observations.objects.length === 0) return null;
  const objects = newest(observations.objects);
  const byKind = Map.groupBy(objects, ({ kind }): string => kind);
  const ofKind = (kind: string): readonly ClusterObject[] => byKind.get(kind) ?? [];
  const byName = new Map(objects.map((each) => [keyOf(each.kind, each.name, each.namespace), each]));
  const find: ClusterState["find"] = (kind, name, namespace) => byName.get(keyOf(kind, name, namespace)) ?? null;
  const pods = ofKind("Pod").map((each) => toPod(each, find));
  const workloads = objects.filter((each) => isWorkload(each)).map((each) => toWorkload(each, { pods, ofKind }));
  const byOwner = new Map(workloads.map((each) => [keyOf(each.kind, each.name, each.namespace), each]));
  const services = ofKind("Service").map((each) => toServiceObject(each, { pods, find, ofKind }));
  const events = eventsByObject(observations.kubernetes);
  const listed = new Set(objects.flatMap(listsOf));
  return {
    observations,
    nowMs: epochMs(objects.reduce((latest, { atMs }) => Math.max(latest, atMs), 0)),
    objects,
    workloads,
    pods: pods.map((pod) => named(pod, byOwner, observations.services)),
    services,
    nodes: ofKind("Node").map(toNode),
    ofKind,
    find,
    wasListed: (kind, namespace) => listed.has(`${kind} ${namespace ?? ""}`),
    eventsOf: (object) => events.get(object) ?? [],
    workloadOf: (pod) => ownerAmong(pod, byOwner),
  };
}

function newest(records: readonly Observed<KubernetesObjectEvent>[]): readonly ClusterObject[] {
  const found = new Map<string, ClusterObject>();
  for (const record of records) {
    const object = toObject(record);
    const key = keyOf(object.kind, object.name, object.namespace);
    const known = found.get(key);
    if (known === undefined || isNewer(object, known)) found.set(key, object);
  }
  return [...found]
    .toSorted(([a], [b]) => compareNames(a, b))
    .slice(0, MAX_OBJECTS)
    .map(([, object]) => object);
}

function isNewer(a: ClusterObject, b: ClusterObject): boolean {
  return a.atMs > b.atMs || (a.atMs === b.atMs && a.id > b.id);
}

function toObject({ event, atMs }: Observed<KubernetesObjectEvent>): ClusterObject {
  const slash = event.object.indexOf("/");
  return {
    id: event.id,
    kind: slash < 0 ? safe`` : sliceSafe(event.object, 0, slash),
    name: sliceSafe(event.object, slash + 1),
    namespace: textAt(event.manifest, "metadata", "namespace"),
    object: event.object,
    service: event.service,
    atMs,
    manifest: event.manifest,
  };
}

function keyOf(kind: string, name: string, namespace: Safe | null): string {
  return [kind, namespace ?? "", name].join("\u0000");
}

function isWorkload({ kind, manifest }: ClusterObject): boolean {
  return WORKLOAD_KINDS.has(kind) || (kind === "ReplicaSet" && ownerOf(manifest) === null);
}

/** "ReplicaSet/api-7d9f": what controls an object. */
function ownerOf(manifest: ClusterObject["manifest"]): Safe | null {
  const owners = listAt(manifest, "metadata", "ownerReferences");
  const owner = owners.find((each) => flagAt(each, "controller")) ?? owners[0];
  const [kind, name] = [textAt(owner, "kind"), textAt(owner, "name")];
  return kind === null || name === null ? null : safe`${kind}/${name}`;
}

function toPod(object: ClusterObject, find: ClusterState["find"]): Pod {
  const { manifest, namespace } = object;
  const direct = ownerOf(manifest);
  const isReplicaSet = direct?.startsWith("ReplicaSet/") ?? false;
  const replicaSet = direct === null || !isReplicaSet ? null : find("ReplicaSet", direct.slice(11), namespace);
  const phase = textAt(manifest, "status", "phase");
  const ready = listAt(manifest, "status", "conditions").find((each) => textAt(each, "type") === "Ready");
  return {
    ...object,
    owner: (replicaSet === null ? null : ownerOf(replicaSet.manifest)) ?? direct,
    labels: textsByName(manifest, "metadata", "labels"),
    node: textAt(manifest, "spec", "nodeName"),
    phase,
    ip: textAt(manifest, "status", "podIP"),
    isReady: phase === "Succeeded" || flagAt(ready, "status"),
    isTerminating: at(manifest, "metadata", "deletionTimestamp") !== null,
    containers: containersOf(at(manifest, "spec"), at(manifest, "status")),
  };
}

interface Known {
  readonly pods: readonly Pod[];
  readonly ofKind: ClusterState["ofKind"];
}

function toWorkload(object: ClusterObject, { pods, ofKind }: Known): Workload {
  const { manifest, namespace, name } = object;
  const podSpec = at(manifest, "spec", "template", "spec");
  const service = object.service ?? name;
  const owned = pods.filter((pod) => pod.owner === object.object && pod.namespace === namespace);
  const sets = ofKind("ReplicaSet").filter(
    (each) => each.namespace === namespace && ownerOf(each.manifest) === object.object,
  );
  return {
    ...object,
    service,
    desired: numberAt(manifest, "spec", "replicas") ?? numberAt(manifest, "status", "desiredNumberScheduled"),
    ready: numberAt(manifest, "status", "readyReplicas") ?? numberAt(manifest, "status", "numberReady"),
    labels: textsByName(manifest, "spec", "template", "metadata", "labels"),
    podSpec,
    containers: containersOf(podSpec),
    pods: owned.map((pod) => ({ ...pod, service })),
    replicaSets: sets.toSorted((a, b) => wanted(b) - wanted(a) || compareNames(a.name, b.name)),
  };
}

function wanted({ manifest }: ClusterObject): number {
  return numberAt(manifest, "spec", "replicas") ?? 0;
}

function ownerAmong(pod: Pod, byOwner: ReadonlyMap<string, Workload>): Workload | null {
  if (pod.owner === null) return null;
  const slash = pod.owner.indexOf("/");
  return byOwner.get(keyOf(pod.owner.slice(0, slash), pod.owner.slice(slash + 1), pod.namespace)) ?? null;
}

/** Where its workload was not read, a pod's own name tells its service. */
function named(pod: Pod, byOwner: ReadonlyMap<string, Workload>, services: readonly Safe[]): Pod {
  const owner = ownerAmong(pod, byOwner);
  if (owner !== null) return { ...pod, service: owner.service };
  return { ...pod, service: pod.service ?? serviceOfObject(pod.object, services) };
}

function toNode(object: ClusterObject): Node {
  const { manifest } = object;
  const ready = listAt(manifest, "status", "conditions").find((each) => textAt(each, "type") === "Ready");
  return {
    ...object,
    isReady: flagAt(ready, "status"),
    isCordoned: flagAt(manifest, "spec", "unschedulable"),
    taints: listAt(manifest, "spec", "taints").flatMap((each) => {
      const key = textAt(each, "key");
      return key === null ? [] : [{ key, value: textAt(each, "value"), effect: textAt(each, "effect") }];
    }),
    labels: textsByName(manifest, "metadata", "labels"),
  };
}

/** "Secret shop" for a SecretList of the namespace shop. */
function listsOf({ kind, namespace }: ClusterObject): readonly string[] {
  return kind.endsWith("List") ? [`${kind.slice(0, -4)} ${namespace ?? ""}`] : [];
}

function eventsByObject(records: readonly Observed<KubernetesEvent>[]): ReadonlyMap<Safe, readonly ClusterEvent[]> {
  const events = records.map(({ event, atMs }) => ({
    id: event.id,
    object: event.object,
    reason: event.reason,
    isWarning: event.type === "Warning",
    note: event.note,
    count: event.count,
    atMs,
  }));
  const sorted = events.toSorted((a, b) => b.atMs - a.atMs || compareNames(a.id, b.id));
  return Map.groupBy(sorted, ({ object }) => object);
}
