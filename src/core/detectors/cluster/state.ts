import type { Json } from "../../event.ts";
import type { EpochMs, EventId } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import type { Observations } from "../../timeline/observations.ts";
import type { Finding } from "../finding.ts";

// The shapes that rules may rely on. Manifests are what `kubectl get -o json` prints (metadata, spec, status); whatever a
// source could not read is missing, never invented. Three kinds are ours, for facts that the Kubernetes API does not hold:
//   NodeService        spec: {nodeName, serviceName}; status: {active: "active" | "inactive" | "failed" | …, sub: "running" | "dead" | …}
//                      The unit on a node as systemd sees it: kubelet, containerd, kube-proxy, kube-scheduler.
//   ConnectivityCheck  spec: {serviceName, port, from: node or null}; status: {reachable: boolean, message}
//                      Somebody opened a connection to a Service's port.
//   AppliedManifest    spec: {manifest}: an object as it was last applied; it may be absent from the cluster, or differ.
// A `<Kind>List` with `items: [{metadata: {name}}]` says that all objects of a kind in a namespace were asked for: only
// then does the absence of a name mean something (see `wasListed`).

/** One object of the cluster as it was last seen. */
export interface ClusterObject {
  readonly id: EventId;
  readonly kind: Safe;
  readonly name: Safe;
  /** Null for objects of no namespace. */
  readonly namespace: Safe | null;
  /** "Deployment/api". */
  readonly object: Safe;
  readonly service: Safe | null;
  readonly atMs: EpochMs;
  readonly manifest: Json;
}

/** What keeps pods alive: a Deployment, StatefulSet, DaemonSet or a bare ReplicaSet. */
export interface Workload extends ClusterObject {
  /** The name under which its service is known. */
  readonly service: Safe;
  /** Replicas asked for; null when it does not say. */
  readonly desired: number | null;
  readonly ready: number | null;
  /** Labels of its pods. */
  readonly labels: ReadonlyMap<string, Safe>;
  /** `spec.template.spec`. */
  readonly podSpec: Json;
  readonly containers: readonly Container[];
  readonly pods: readonly Pod[];
  /** Its ReplicaSets, the ones with desired replicas first. */
  readonly replicaSets: readonly ClusterObject[];
}

export interface Pod extends ClusterObject {
  /** The service of its workload, else its own. */
  readonly service: Safe | null;
  /** "Deployment/api": the workload it belongs to; null for a bare pod. */
  readonly owner: Safe | null;
  readonly labels: ReadonlyMap<string, Safe>;
  readonly node: Safe | null;
  /** "Pending", "Running", "Succeeded", "Failed"; null when not said. */
  readonly phase: Safe | null;
  readonly ip: Safe | null;
  /** Its Ready condition; a finished pod counts as ready. */
  readonly isReady: boolean;
  /** Being deleted: it ends by order, not by fault. */
  readonly isTerminating: boolean;
  readonly containers: readonly Container[];
}

/** A container's declaration and, in a pod, its state. */
export interface Container {
  readonly name: Safe;
  readonly isInit: boolean;
  readonly image: Safe | null;
  readonly ports: readonly { readonly name: Safe | null; readonly port: number; readonly protocol: Safe }[];
  readonly env: readonly EnvVar[];
  /** Names of secrets and config maps all of whose keys become variables. */
  readonly envFrom: readonly {
    readonly kind: "Secret" | "ConfigMap";
    readonly name: Safe;
    readonly isOptional: boolean;
  }[];
  readonly liveness: Json;
  readonly readiness: Json;
  readonly startup: Json;
  /** The whole declaration. */
  readonly spec: Json;
  /** Its entry of `status.containerStatuses`; null in a template or when not said. */
  readonly status: ContainerStatus | null;
}

export interface EnvVar {
  readonly name: string;
  readonly value: Safe | null;
  readonly from: {
    readonly kind: "Secret" | "ConfigMap";
    readonly name: Safe;
    readonly key: Safe | null;
    readonly isOptional: boolean;
  } | null;
}

export interface ContainerStatus {
  readonly isReady: boolean;
  readonly restarts: number;
  /** Why it waits: "CrashLoopBackOff", "ErrImagePull"; null when it does not wait. */
  readonly waiting: Safe | null;
  /** The runtime's words for why it waits; null when not said. */
  readonly message: Safe | null;
  readonly isRunning: boolean;
  /** How it ended, now or the last time: reason and exit code. */
  readonly ended: { readonly reason: Safe | null; readonly exitCode: number | null; readonly isNow: boolean } | null;
}

export interface ServiceObject extends ClusterObject {
  readonly service: Safe;
  readonly selector: ReadonlyMap<string, Safe>;
  readonly ports: readonly ServicePort[];
  /** Pods that its selector picks, ready or not. */
  readonly pods: readonly Pod[];
  /** Ready addresses "ip:port/PROTOCOL" of its Endpoints; null when they were not read. */
  readonly addresses: readonly Safe[] | null;
}

export interface ServicePort {
  readonly name: Safe | null;
  readonly port: number;
  /** A number or the name of a container port; the port itself when not said. */
  readonly targetPort: Safe;
  readonly protocol: Safe;
}

export interface Node extends ClusterObject {
  readonly isReady: boolean;
  readonly isCordoned: boolean;
  readonly taints: readonly { readonly key: Safe; readonly value: Safe | null; readonly effect: Safe | null }[];
  readonly labels: ReadonlyMap<string, Safe>;
}

/** An Event of the cluster, newest record of a kind; `atMs` is when it was last seen. */
export interface ClusterEvent {
  readonly id: EventId;
  readonly object: Safe;
  readonly reason: Safe;
  readonly isWarning: boolean;
  readonly note: Safe;
  readonly count: number;
  readonly atMs: EpochMs;
}

/** Indices over everything that was read of the clusters. All lists are sorted by name, so no order of input can show. */
export interface ClusterState {
  readonly observations: Observations;
  /** The newest instant that any object was seen. */
  readonly nowMs: EpochMs;
  readonly objects: readonly ClusterObject[];
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
  readonly services: readonly ServiceObject[];
  readonly nodes: readonly Node[];
  /** Objects of a kind: "Secret", "ResourceQuota", "NodeService". */
  ofKind(kind: string): readonly ClusterObject[];
  /** One object by kind and name, in that namespace; null when it was not read. */
  find(kind: string, name: string, namespace: Safe | null): ClusterObject | null;
  /** True when all objects of that kind in that namespace were asked for: a name that is missing then does not exist. */
  wasListed(kind: string, namespace: Safe | null): boolean;
  /** Events about "Pod/api-1", newest first. */
  eventsOf(object: Safe): readonly ClusterEvent[];
  /** The workload that a pod belongs to. */
  workloadOf(pod: Pod): Workload | null;
}

/** Looks at one kind of contradiction in what is declared and reported. Pure; silent when all fits. */
export type Rule = (state: ClusterState) => readonly Finding[];
