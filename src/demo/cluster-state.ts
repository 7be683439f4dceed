import type { ServiceSpec } from "./cast.ts";
import type { ClusterManifest, Stage } from "./stage.ts";

/** How one service differs from a healthy one. */
export interface ClusterFault {
  readonly service: string;
  /** What the Service selects instead of its pods. */
  readonly selects?: Readonly<Record<string, string>>;
  /** Pods that are asked for but were never made, and why the ReplicaSet could not. */
  /** Pods that no node takes, and what the scheduler says about it. */
  readonly pending?: { readonly pods: readonly string[]; readonly message: string };
  readonly missing?: { readonly replicas: number; readonly message: string };
}

const PORT = 8080;

/** Puts the state of a cluster down in which every service of the story runs, but for the given faults. */
export function playClusterState(stage: Stage, faults: readonly ClusterFault[]): void {
  const hosts = new Set(stage.cast.services.flatMap(({ pods }) => pods.map(({ host }) => host)));
  for (const host of hosts) stage.objects.push(nodeOf(host));
  stage.cast.services.forEach((service, index) => {
    const fault = faults.find((each) => each.service === service.name);
    stage.objects.push(...objectsOf(service, index, fault));
  });
}

function nodeOf(name: string): ClusterManifest {
  const conditions = [
    { type: "MemoryPressure", status: "False", reason: "KubeletHasSufficientMemory" },
    { type: "DiskPressure", status: "False", reason: "KubeletHasNoDiskPressure" },
    { type: "Ready", status: "True", reason: "KubeletReady" },
  ];
  const capacity = { cpu: "8", memory: "32Gi", pods: "110" };
  return { kind: "Node", metadata: { name }, spec: {}, status: { conditions, capacity, allocatable: capacity } };
}

function objectsOf(service: ServiceSpec, index: number, fault: ClusterFault | undefined): readonly ClusterManifest[] {
  const labels = { app: service.name };
  const template = { metadata: { labels }, spec: podSpec(service.name) };
  const asked = service.pods.length + absentPods(fault);
  const hasPods = fault?.selects === undefined;
  const addresses = service.pods.map((pod, nth) => ({
    ip: addressOf(index, nth),
    targetRef: { kind: "Pod", name: pod.name },
  }));
  return [
    {
      kind: "Deployment",
      metadata: { name: service.name, labels },
      spec: { replicas: asked, selector: { matchLabels: labels }, template },
      status: deploymentStatus(asked, service.pods.length, fault?.missing?.message),
    },
    {
      kind: "Service",
      metadata: { name: service.name, labels },
      spec: {
        type: "ClusterIP",
        selector: fault?.selects ?? labels,
        ports: [{ name: "http", port: PORT, targetPort: PORT, protocol: "TCP" }],
      },
    },
    {
      kind: "Endpoints",
      metadata: { name: service.name, labels },
      subsets: hasPods ? [{ addresses, ports: [{ name: "http", port: PORT, protocol: "TCP" }] }] : [],
    },
    {
      kind: "ReplicaSet",
      metadata: { name: replicaSetOf(service), labels, ownerReferences: [{ kind: "Deployment", name: service.name }] },
      spec: { replicas: asked, selector: { matchLabels: labels }, template },
      status: { replicas: service.pods.length, readyReplicas: service.pods.length },
    },
    ...pendingPods(service, fault),
    ...service.pods.map(
      (pod, nth): ClusterManifest => ({
        kind: "Pod",
        metadata: { name: pod.name, labels, ownerReferences: [{ kind: "ReplicaSet", name: replicaSetOf(service) }] },
        spec: { ...podSpec(service.name), nodeName: pod.host },
        status: {
          phase: "Running",
          podIP: addressOf(index, nth),
          conditions: [{ type: "Ready", status: "True" }],
          containerStatuses: [{ name: service.name, ready: true, restartCount: 0, state: { running: {} } }],
        },
      }),
    ),
  ];
}

function pendingPods(service: ServiceSpec, fault: ClusterFault | undefined): readonly ClusterManifest[] {
  const { pods, message } = fault?.pending ?? { pods: [], message: "" };
  return pods.map((name) => ({
    kind: "Pod",
    metadata: {
      name,
      labels: { app: service.name },
      ownerReferences: [{ kind: "ReplicaSet", name: replicaSetOf(service) }],
    },
    spec: podSpec(service.name),
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
    },
  }));
}

/** The names of pods end with a random part of their own. */
function replicaSetOf({ name, pods }: ServiceSpec): string {
  return pods[0]?.name.replace(/-[^-]+$/u, "") ?? name;
}

/** Pods that are asked for and do not run. */
function absentPods({ missing, pending }: Partial<ClusterFault> = {}): number {
  return (missing?.replicas ?? 0) + (pending?.pods.length ?? 0);
}

function deploymentStatus(asked: number, ready: number, message: string | undefined): object {
  const isShort = ready < asked;
  return {
    replicas: ready,
    readyReplicas: ready,
    availableReplicas: ready,
    ...(isShort ? { unavailableReplicas: asked - ready } : {}),
    conditions: [
      {
        type: "Available",
        status: isShort ? "False" : "True",
        reason: isShort ? "MinimumReplicasUnavailable" : "MinimumReplicasAvailable",
      },
      ...(message !== undefined ? [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }] : []),
    ],
  };
}

function podSpec(name: string): object {
  return {
    serviceAccountName: "default",
    containers: [
      {
        name,
        image: `registry.example/${name}:1`,
        ports: [{ name: "http", containerPort: PORT, protocol: "TCP" }],
        resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "1", memory: "512Mi" } },
      },
    ],
  };
}

function addressOf(service: number, pod: number): string {
  return `10.42.${service + 1}.${pod + 11}`;
}
