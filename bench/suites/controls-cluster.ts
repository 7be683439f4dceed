import { z } from "zod";
import type { Json, KubernetesEvent, KubernetesObjectEvent } from "../../src/core/event.ts";
import { type EpochNs, eventId } from "../../src/core/ids.ts";
import { msToNs } from "../../src/core/time.ts";

export const SOURCE = "controls";

/** Fields that every record of the suite shares; the text of its place names it. */
export function placed(ref: string, service: string | null = null, host: string | null = null) {
  return {
    id: eventId(SOURCE, ref),
    observedNs: null,
    service,
    host,
    source: SOURCE,
    ref,
    traceId: null,
    spanId: null,
    requestId: null,
  };
}

/** A time as the suite writes it, as a list: what cannot be read as a time has no place in any order. */
export function instants(text: string): readonly EpochNs[] {
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? [] : [msToNs(atMs)];
}

const State = z.object({
  waiting: z.boolean().nullish(),
  running: z.boolean().nullish(),
  terminated: z.boolean().nullish(),
  started_at: z.string().nullish(),
  finished_at: z.string().nullish(),
  exit_code: z.number().nullish(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
});
const Container = z.object({
  name: z.string(),
  ready: z.boolean().nullish(),
  restart_count: z.number().nullish(),
  image: z.string().nullish(),
  state: State.nullish(),
  last_state: State.nullish(),
});
const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
});
const Pod = z.object({
  name: z.string(),
  namespace: z.string().nullish(),
  phase: z.string().nullish(),
  node_name: z.string().nullish(),
  start_time: z.string().nullish(),
  containers: z.array(Container).default([]),
  conditions: z.array(Condition).default([]),
});
const Deployment = z.object({
  name: z.string(),
  namespace: z.string().nullish(),
  desired: z.number(),
  ready: z.number().nullish(),
  available: z.number().nullish(),
  unavailable: z.number().nullish(),
  conditions: z.array(Condition).default([]),
});
const Node = z.object({
  name: z.string(),
  internal_ip: z.string().nullish(),
  ready: z.string().nullish(),
  memory_pressure: z.string().nullish(),
  disk_pressure: z.string().nullish(),
  pid_pressure: z.string().nullish(),
  capacity_cpu: z.string().nullish(),
  capacity_memory: z.string().nullish(),
  allocatable_cpu: z.string().nullish(),
  allocatable_memory: z.string().nullish(),
});
const Told = z.object({
  reason: z.string(),
  message: z.string().nullish(),
  type: z.string().nullish(),
  count: z.number().nullish(),
  involved_object: z.string(),
  first_time: z.string().nullish(),
  last_time: z.string(),
});

/** The objects of one file in the shape of the Kubernetes API; they have no time of their own, so the snapshot's counts. */
export function toObjects(document: object, file: string, atMs: number): readonly KubernetesObjectEvent<string>[] {
  const listed = z
    .object({ pods: z.array(Pod), deployments: z.array(Deployment), nodes: z.array(Node) })
    .partial()
    .safeParse(document);
  if (!listed.success) return [];
  const { pods = [], deployments = [], nodes = [] } = listed.data;
  return [
    ...pods.map((pod, index) => [podManifest(pod), `pods/${index}`, `Pod/${pod.name}`] as const),
    ...deployments.map(
      (each, at) => [deploymentManifest(each), `deployments/${at}`, `Deployment/${each.name}`] as const,
    ),
    ...nodes.map((node, index) => [nodeManifest(node), `nodes/${index}`, `Node/${node.name}`] as const),
  ].map(([manifest, place, object]) => ({
    ...placed(`${file}#/${place}`),
    kind: "kubernetes-object",
    atNs: msToNs(atMs),
    object,
    manifest,
  }));
}

function podManifest(pod: z.infer<typeof Pod>): Json<string> {
  // The suite writes a word for "no node"; a pod that was placed says so in a condition.
  const isPlaced = pod.conditions.some(({ type, status }) => type === "PodScheduled" && status === "True");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod.name, namespace: pod.namespace ?? "default" },
    spec: {
      ...(isPlaced && pod.node_name ? { nodeName: pod.node_name } : {}),
      containers: pod.containers.map(({ name, image }) => ({ name, ...(image ? { image } : {}) })),
    },
    status: {
      phase: pod.phase ?? "Unknown",
      ...(pod.start_time ? { startTime: pod.start_time } : {}),
      conditions: pod.conditions.map(conditionManifest),
      containerStatuses: pod.containers.map(
        ({ name, ready, restart_count: restartCount, state, last_state: last }) => ({
          name,
          ready: ready ?? false,
          restartCount: restartCount ?? 0,
          state: stateManifest(state),
          lastState: stateManifest(last),
        }),
      ),
    },
  };
}

function stateManifest(state: z.infer<typeof State> | null | undefined): Json<string> {
  if (!state) return {};
  const reason = {
    ...(state.reason ? { reason: state.reason } : {}),
    ...(state.message ? { message: state.message } : {}),
  };
  if (state.waiting) return { waiting: reason };
  const started = state.started_at ? { startedAt: state.started_at } : {};
  if (state.running) return { running: started };
  if (!state.terminated) return {};
  const finished = state.finished_at ? { finishedAt: state.finished_at } : {};
  return { terminated: { ...reason, ...started, ...finished, exitCode: state.exit_code ?? 0 } };
}

function conditionManifest({ type, status, reason, message }: z.infer<typeof Condition>): Json<string> {
  return { type, status, ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
}

function deploymentManifest(told: z.infer<typeof Deployment>): Json<string> {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: told.name, namespace: told.namespace ?? "default" },
    spec: { replicas: told.desired },
    status: {
      readyReplicas: told.ready ?? 0,
      availableReplicas: told.available ?? 0,
      unavailableReplicas: told.unavailable ?? 0,
      conditions: told.conditions.map(conditionManifest),
    },
  };
}

function nodeManifest(node: z.infer<typeof Node>): Json<string> {
  const conditions = [
    ["Ready", node.ready],
    ["MemoryPressure", node.memory_pressure],
    ["DiskPressure", node.disk_pressure],
    ["PIDPressure", node.pid_pressure],
  ] as const;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: node.name },
    spec: {},
    status: {
      capacity: resources(node.capacity_cpu, node.capacity_memory),
      allocatable: resources(node.allocatable_cpu, node.allocatable_memory),
      conditions: conditions.flatMap(([type, status]) => (status ? [{ type, status }] : [])),
      addresses: node.internal_ip ? [{ type: "InternalIP", address: node.internal_ip }] : [],
    },
  };
}

function resources(cpu: string | null | undefined, memory: string | null | undefined): Json<string> {
  return { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) };
}

/** Events of objects. What repeats stands at its first and at its last time, with the rest of its count. */
export function toKubernetes(document: object, file: string): readonly KubernetesEvent<string>[] {
  const told = Object.entries(document).flatMap(([key, value]) => {
    const list = z.array(z.unknown()).safeParse(value);
    return list.success ? list.data.map((item, index) => ({ item, place: `${key}/${index}` })) : [];
  });
  return told.flatMap(({ item, place }) => {
    const read = Told.safeParse(item);
    return read.success ? turnsOf(read.data, `${file}#/${place}`) : [];
  });
}

function turnsOf(told: z.infer<typeof Told>, ref: string): readonly KubernetesEvent<string>[] {
  const first = told.first_time ?? told.last_time;
  const count = told.count ?? 1;
  const turns =
    first === told.last_time || count === 1
      ? [{ at: told.last_time, field: "last_time", count }]
      : [
          { at: first, field: "first_time", count: 1 },
          { at: told.last_time, field: "last_time", count: count - 1 },
        ];
  return turns.flatMap((turn) =>
    instants(turn.at).map((atNs) => ({
      ...placed(`${ref}/${turn.field}`),
      kind: "kubernetes" as const,
      atNs,
      object: told.involved_object,
      reason: told.reason,
      type: told.type === "Warning" ? ("Warning" as const) : ("Normal" as const),
      note: told.message ?? "",
      count: turn.count,
    })),
  );
}
