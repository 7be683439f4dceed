import { openState } from "../../src/core/detectors/cluster/open-state.ts";
import type { ClusterState } from "../../src/core/detectors/cluster/state.ts";
import type { Finding } from "../../src/core/detectors/finding.ts";
import type { AlertEvent, Attributes, Json, KubernetesEvent, KubernetesObjectEvent } from "../../src/core/event.ts";
import { eventId } from "../../src/core/ids.ts";
import { msToNs } from "../../src/core/time.ts";
import { aLog, asObserved, at, observed, words } from "./observations.ts";

const NAMESPACE = "shop";
const NOW = at("01:50:00");

/** Fields of a manifest as a test writes them. */
export type Spec = { readonly [key: string]: unknown };

interface ToldObject {
  readonly kind: string;
  readonly name: string;
  readonly manifest: Spec;
}

export interface ToldCluster {
  readonly objects: readonly ToldObject[];
  /** [object, reason, note, count] */
  readonly events?: readonly (readonly [string, string, string, number])[];
  /** [service, line] */
  readonly logs?: readonly (readonly [string, string])[];
  readonly alerts?: readonly ToldAlert[];
  readonly calls?: readonly (readonly [string, string])[];
}

export interface ToldAlert {
  readonly service?: string;
  readonly host?: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** The state that rules see, from manifests in the shape of the Kubernetes API. */
export function aCluster({ objects, events = [], logs = [], alerts = [], calls = [] }: ToldCluster): ClusterState {
  const lines = logs.map(([speaker, body], index) => ({
    ...aLog(speaker, body, NOW),
    id: eventId("logs", `${speaker} ${index}`),
  }));
  const state = openState(
    observed({
      calls,
      extra: {
        objects: objects.map((each) => asObserved(toObject(each))),
        kubernetes: events.map((each) => asObserved(toEvent(each))),
        logs: lines.map(asObserved),
        alerts: alerts.map((each, index) => asObserved(toAlert(each, index))),
      },
    }),
  );
  if (state === null) throw new TypeError("a cluster of a test has objects");
  return state;
}

function common(ref: string) {
  return {
    id: eventId("cluster", ref),
    atNs: msToNs(NOW),
    observedNs: null,
    service: null,
    host: null,
    source: "cluster",
    ref: words(ref),
    traceId: null,
    spanId: null,
    requestId: null,
  };
}

function toObject({ kind, name, manifest }: ToldObject): KubernetesObjectEvent {
  const object = `${kind}/${name}`;
  const known = ["Deployment", "StatefulSet", "Service"].includes(kind) ? words(name) : null;
  return {
    ...common(object),
    service: known,
    kind: "kubernetes-object",
    object: words(object),
    manifest: manifest as Json,
  };
}

function toEvent([object, reason, note, count]: readonly [string, string, string, number]): KubernetesEvent {
  const texts = { object: words(object), reason: words(reason), note: words(note) };
  return { ...common(`${object} ${reason} ${note}`), kind: "kubernetes", type: "Warning", count, ...texts };
}

function toAlert({ service: named, host, attributes }: ToldAlert, index: number): AlertEvent {
  return {
    ...common(`alert ${index}`),
    kind: "alert",
    service: named === undefined ? null : words(named),
    host: host === undefined ? null : words(host),
    title: words("measured"),
    status: "firing",
    url: null,
    attributes: attributes as Attributes,
  };
}

/** Any object; namespaced unless it is a Node. */
export function thing(kind: string, name: string, manifest: Spec = {}): ToldObject {
  const where = ["Node", "NodeService", "PersistentVolume", "StorageClass"].includes(kind)
    ? {}
    : { namespace: NAMESPACE };
  return { kind, name, manifest: { kind, metadata: { name, ...where }, ...manifest } };
}

/** A Deployment with one pod, `<name>-1`, of one container; the pod runs and is ready unless told otherwise. */
export function app(
  name: string,
  told: {
    readonly container?: Spec;
    readonly pod?: Spec;
    readonly status?: Spec;
    readonly ready?: boolean;
    readonly node?: string;
    readonly kind?: string;
    readonly replicas?: number;
    readonly labels?: Spec;
    readonly sidecar?: Spec;
  } = {},
): readonly ToldObject[] {
  const { ready = true, node = "node-a", kind = "Deployment", replicas = 1 } = told;
  const labels = told.labels ?? { app: name };
  const containers = [
    { name, ...told.container },
    ...(told.sidecar === undefined ? [] : [{ name: "sidecar", ...told.sidecar }]),
  ];
  const spec = { ...told.pod, containers };
  const owner = thing(kind, name, { spec: { replicas, template: { metadata: { labels }, spec } } });
  if (replicas === 0) return [owner];
  const status = { name, ready, restartCount: 0, state: { running: {} }, ...told.status };
  const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
  const ownerReferences = [{ kind, name, controller: true }];
  const pod = {
    metadata: { name: `${name}-1`, namespace: NAMESPACE, labels, ownerReferences },
    spec: { ...spec, nodeName: node },
    status: { phase: "Running", conditions, containerStatuses: [status] },
  };
  return [owner, thing("Pod", `${name}-1`, pod)];
}

/** A Service on port 80 that leads to port 8080 of the pods labelled with its name. */
export function service(name: string, spec: Spec = {}): ToldObject {
  return thing("Service", name, {
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  });
}

/** All Services of the namespace were asked for. */
export const ALL_SERVICES = thing("ServiceList", "all");

/** Somebody opened a connection to a Service. */
export function tried(
  serviceName: string,
  port: number,
  told: { readonly ok: boolean; readonly from?: string },
): ToldObject {
  const spec = { serviceName, port, ...(told.from === undefined ? {} : { from: told.from }) };
  return thing("ConnectivityCheck", `${serviceName}:${port} ${told.from ?? ""}`, {
    spec,
    status: { reachable: told.ok },
  });
}

/** "Deployment/orders: service-selector-mismatch", strongest first. */
export function accused(findings: readonly Finding[]): readonly string[] {
  return findings
    .map(({ object, detail, reasons }) => ({
      text: `${object}: ${detail}`,
      points: reasons.reduce((sum, { points }) => sum + points, 0),
    }))
    .toSorted((a, b) => b.points - a.points)
    .map(({ text }) => text);
}
