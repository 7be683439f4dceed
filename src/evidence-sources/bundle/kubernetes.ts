import { z } from "zod";
import { type Instant, instantOf } from "../../platform/records/instants.ts";
import type { TimeRange, UnnamedEvent } from "./sink.ts";

const subject = z.object({ kind: z.string().default("Object"), name: z.string().default("unknown") });

const event = z.object({
  kind: z.literal("Event").optional(),
  reason: z.string(),
  message: z.string().nullish(),
  note: z.string().nullish(),
  type: z.string().nullish(),
  count: z.number().nullish(),
  deprecatedCount: z.number().nullish(),
  series: z.object({ count: z.number().nullish(), lastObservedTime: z.string().nullish() }).nullish(),
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  deprecatedLastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  involvedObject: subject.nullish(),
  regarding: subject.nullish(),
  source: z.object({ host: z.string().nullish() }).nullish(),
});

const terminated = z.object({
  reason: z.string().default("Terminated"),
  exitCode: z.number().nullish(),
  finishedAt: z.string().nullish(),
  message: z.string().nullish(),
});

const pod = z.object({
  kind: z.literal("Pod").optional(),
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).nullish() }),
  spec: z.object({ nodeName: z.string().nullish() }).nullish(),
  status: z.object({
    containerStatuses: z.array(
      z.object({
        name: z.string(),
        restartCount: z.number().default(0),
        state: z.object({ terminated: terminated.nullish() }).nullish(),
        lastState: z.object({ terminated: terminated.nullish() }).nullish(),
      }),
    ),
  }),
});

const list = z.object({ items: z.array(z.unknown()) });
const MAX_ITEMS = 20_000;

export interface ClusterRecord {
  /** Names the record inside its file. */
  readonly place: string;
  readonly event: UnnamedEvent;
}

/** Reads `kubectl get … -o json`: events, and the last terminations that pods remember. Other objects are ignored. */
export function readClusterJson(value: unknown, range: TimeRange | null): readonly ClusterRecord[] {
  const wrapped = list.safeParse(value);
  const items = wrapped.success ? wrapped.data.items.slice(0, MAX_ITEMS) : [value];
  return items.flatMap((item, index) => {
    const read = [...fromEvent(item, range), ...fromPod(item)];
    return read.map((each, nth) => ({ place: nth === 0 ? `${index + 1}` : `${index + 1}.${nth + 1}`, event: each }));
  });
}

type ToldItem = z.infer<typeof event>;

function fromEvent(item: unknown, range: TimeRange | null): readonly UnnamedEvent[] {
  const read = event.safeParse(item);
  if (!read.success) return [];
  const told = read.data;
  const at = timeOf(told, range);
  if (!at) return [];
  return [
    clusterEvent({
      atNs: at.ns,
      object: objectName(told.involvedObject ?? told.regarding),
      reason: told.reason,
      type: told.type === "Warning" ? "Warning" : "Normal",
      note: told.message ?? told.note ?? "",
      count: countOf(told),
      host: told.source?.host ?? null,
    }),
  ];
}

/** An event that repeats since yesterday still happens: its last time counts when its first is before the range. */
function timeOf(told: ToldItem, range: TimeRange | null): Instant | null {
  const first = instantOf(told.firstTimestamp ?? told.eventTime);
  const isRecent = first !== null && (range === null || Number(first.ns / 1_000_000n) >= range.fromMs);
  if (isRecent) return first;
  return instantOf(told.series?.lastObservedTime ?? told.lastTimestamp ?? told.deprecatedLastTimestamp) ?? first;
}

function countOf(told: ToldItem): number {
  return told.series?.count ?? told.count ?? told.deprecatedCount ?? 1;
}

function objectName(about: z.infer<typeof subject> | null | undefined): string {
  return about ? `${about.kind}/${about.name}` : "Object/unknown";
}

function fromPod(item: unknown): readonly UnnamedEvent[] {
  const read = pod.safeParse(item);
  if (!read.success) return [];
  return read.data.status.containerStatuses.flatMap((container) => endOf(container, read.data) ?? []);
}

type ToldPod = z.infer<typeof pod>;

function endOf(
  container: ToldPod["status"]["containerStatuses"][number],
  { metadata, spec }: ToldPod,
): UnnamedEvent | null {
  const ended = lastEndOf(container);
  const at = instantOf(ended?.finishedAt);
  if (!ended || !at) return null;
  const { reason, exitCode } = ended;
  return clusterEvent({
    atNs: at.ns,
    object: `Pod/${metadata.name}`,
    reason,
    type: exitCode === 0 ? "Normal" : "Warning",
    note: `Container ${container.name} ended: ${reason}, exit code ${exitCode ?? "unknown"}, ${container.restartCount} restarts`,
    count: 1,
    host: spec?.nodeName ?? null,
    service: labelled(metadata.labels ?? {}),
  });
}

function lastEndOf({ state, lastState }: ToldPod["status"]["containerStatuses"][number]) {
  return state?.terminated ?? lastState?.terminated;
}

function labelled(labels: Readonly<Record<string, string>>): string | undefined {
  return labels["app.kubernetes.io/name"] ?? labels["app"];
}

interface ToldEvent {
  readonly atNs: UnnamedEvent["atNs"];
  readonly object: string;
  readonly reason: string;
  readonly type: "Normal" | "Warning";
  readonly note: string;
  readonly count: number;
  readonly host: string | null;
  readonly service?: string | undefined;
}

/** Puts a cluster record into our form; the workload's name is the service unless a label says it. */
export function clusterEvent({ service, note, ...told }: ToldEvent): UnnamedEvent {
  return {
    kind: "kubernetes",
    observedNs: null,
    service: service ?? workloadOf(told.object),
    traceId: null,
    spanId: null,
    requestId: null,
    note: note.slice(0, 2000),
    ...told,
  };
}

/** How the names of generated objects end: replica set and pod, ordinal of a stateful set, replica set alone. */
const GENERATED: Readonly<Record<string, readonly RegExp[]>> = {
  Pod: [/^(.+)-[a-z0-9]{5,10}-[a-z0-9]{5}$/u, /^(.+)-\d{1,4}$/u, /^(.+)-[a-z0-9]{5}$/u],
  ReplicaSet: [/^(.+)-[a-z0-9]{5,10}$/u],
};
const WORKLOADS = ["Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Service", "HorizontalPodAutoscaler"];

/** The workload behind an object's name: pods and replica sets carry random parts. Null for what belongs to nobody. */
export function workloadOf(object: string): string | null {
  const [kind = "", name = ""] = object.split("/");
  if (!WORKLOADS.includes(kind)) return null;
  for (const pattern of GENERATED[kind] ?? []) {
    const stem = pattern.exec(name)?.[1];
    if (stem !== undefined) return stem;
  }
  return name;
}
