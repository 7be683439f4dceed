import type { AlertEvent, KubernetesObjectEvent } from "../../event.ts";
import type { EpochMs, EventId } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import type { Observations, Observed } from "../../timeline/observations.ts";
import { textAt } from "../cluster/read.ts";
import { kindOfSeries, type Resource, resourceOf } from "./resources.ts";

export type Level = "pod" | "service" | "node";

/** One series of one place that left its usual range. */
export interface Alarm {
  readonly id: EventId;
  readonly atMs: EpochMs;
  readonly level: Level;
  readonly name: Safe;
  /** Series and direction. */
  readonly kind: string;
  readonly resource: Resource;
  /** Which of the numbered copies of the series it is: 3 for core 3. */
  readonly copy: number;
  /** 1 at the start of the storm, less the later it came. */
  readonly weight: number;
}

/** One call between two places that was slow or failed. */
export interface CallAlarm {
  readonly id: EventId;
  readonly atMs: EpochMs;
  readonly caller: Safe;
  readonly callee: Safe;
  readonly calleeService: Safe;
  readonly hasFailed: boolean;
  readonly weight: number;
}

export interface Pod {
  readonly service: Safe | null;
  readonly node: Safe | null;
}

/** What the alerts of one incident say about places, and which places there are. */
export interface Storm {
  readonly startMs: EpochMs;
  readonly alarms: readonly Alarm[];
  readonly calls: readonly CallAlarm[];
  readonly pods: ReadonlyMap<Safe, Pod>;
  readonly services: ReadonlySet<Safe>;
  readonly nodes: ReadonlySet<Safe>;
}

/** More alerts than this are read no further: the storm is clear by then. */
const MAX_ALERTS = 5_000;
/** Fewer alerts than this a person takes in at a glance, and among fewer places none can stand out: that is no storm. */
const MIN_ALERTS = 10;
const MIN_PLACES = 3;
/** Rules are commonly evaluated once a minute: within one evaluation no alert is later than another. */
const SIMULTANEOUS_MS = 60_000;
/** What comes one evaluation later is half as likely the start of it, and so on: rather spread, or chance. */
const HALF_LIFE_MS = 60_000;

/** Reads alerts that name their series and place; null when they are no storm. Independent of their order. */
export function readStorm({ alerts, objects, graph }: Observations): Storm | null {
  const read = alerts.filter(({ event }) => event.status !== "resolved" && event.attributes !== undefined);
  const told = read.slice(0, MAX_ALERTS);
  const [first] = told;
  if (first === undefined) return null;
  const weigh = (atMs: number) => 2 ** (-Math.max(0, atMs - first.atMs - SIMULTANEOUS_MS) / HALF_LIFE_MS);
  const alarms = told.flatMap((alert) => alarmOf(alert, weigh(alert.atMs)));
  const calls = told.flatMap((alert) => callOf(alert, weigh(alert.atMs)));
  const places = new Set([
    ...alarms.map(({ level, name }) => `${level}/${name}`),
    ...calls.map(({ callee }) => callee),
  ]);
  if (alarms.length + calls.length < MIN_ALERTS || places.size < MIN_PLACES) return null;
  const map = readMap(told, objects);
  const alarming = (wanted: Level) => alarms.flatMap(({ level, name }) => (level === wanted ? [name] : []));
  const owners = [...map.pods.values()].flatMap(({ service }) => service ?? []);
  const ends = graph.edges.flatMap(({ caller, callee }) => [caller, callee]);
  const hosts = [...map.pods.values()].flatMap(({ node }) => node ?? []);
  return {
    startMs: first.atMs,
    alarms,
    calls,
    pods: map.pods,
    services: new Set([...owners, ...alarming("service"), ...ends]),
    nodes: new Set([...hosts, ...alarming("node"), ...map.nodes]),
  };
}

function alarmOf({ event, atMs }: Observed<AlertEvent>, weight: number): readonly Alarm[] {
  const metric = label(event, "metric") ?? label(event, "alertname");
  const place = placeOf(event);
  if (metric === null || place === null || label(event, "callee") !== null) return [];
  const kind = kindOfSeries(metric, label(event, "direction") ?? "up");
  return [
    {
      id: event.id,
      atMs,
      ...place,
      kind,
      resource: resourceOf(metric),
      copy: copyOf(metric),
      weight,
    },
  ];
}

/** Parts that machines have several of. Other numbers in names ("p99", "5xx", "load15") count no copies. */
const COPY = /(?:core|cpu|gpu|numa|socket|eth|ens|nic|dev(?:ice)?|disk|sd|nvme|volume)[^a-z0-9]?(\d+)/iu;

function copyOf(metric: string): number {
  return Number(COPY.exec(metric)?.[1] ?? 0);
}

/** The smallest place that the labels name: a pod's alert names its node and service as well. */
function placeOf(event: AlertEvent): { readonly level: Level; readonly name: Safe } | null {
  for (const level of ["pod", "service", "node"] as const) {
    const name = label(event, level);
    if (name !== null) return { level, name };
  }
  return null;
}

function callOf({ event, atMs }: Observed<AlertEvent>, weight: number): readonly CallAlarm[] {
  const [caller, callee] = [label(event, "caller"), label(event, "callee")];
  if (caller === null || callee === null || caller === callee) return [];
  const calleeService = label(event, "callee_service") ?? callee;
  return [
    { id: event.id, atMs, caller, callee, calleeService, hasFailed: label(event, "status_code") !== null, weight },
  ];
}

/** Which pods there are, of which service and where: by what the cluster says and by the labels of the alerts. */
function readMap(
  alerts: readonly Observed<AlertEvent>[],
  objects: readonly Observed<KubernetesObjectEvent>[],
): { readonly pods: ReadonlyMap<Safe, Pod>; readonly nodes: readonly Safe[] } {
  const nodes = nodesOf(alerts, objects);
  const pods = new Map<Safe, Pod>();
  for (const { event } of objects) {
    const name = nameOf(event, "Pod");
    const node = nodes.length === 0 ? null : textAt(event.manifest, "spec", "nodeName");
    if (name !== null) pods.set(name, { service: ownerOf(event), node });
  }
  for (const { event } of alerts) {
    const name = label(event, "pod");
    if (name !== null) pods.set(name, podOf(event, pods.get(name) ?? { service: null, node: null }));
  }
  return { pods, nodes };
}

/** Where an alert says the pod ran is newer than what the cluster says now. */
function podOf(event: AlertEvent, known: Pod): Pod {
  return { service: known.service ?? label(event, "service"), node: label(event, "node") ?? known.node };
}

/** Alerts may call the nodes by other names (addresses) than the cluster: one node must not count as two. */
function nodesOf(
  alerts: readonly Observed<AlertEvent>[],
  objects: readonly Observed<KubernetesObjectEvent>[],
): readonly Safe[] {
  const named = objects.flatMap(({ event }) => nameOf(event, "Node") ?? []);
  const told = new Set(alerts.flatMap(({ event }) => label(event, "node") ?? []));
  return told.size === 0 || named.some((node) => told.has(node)) ? named : [];
}

function nameOf({ object, manifest }: KubernetesObjectEvent, kind: string): Safe | null {
  return object.startsWith(`${kind}/`) ? textAt(manifest, "metadata", "name") : null;
}

function ownerOf({ manifest, service }: KubernetesObjectEvent): Safe | null {
  const labelled = (name: string) => textAt(manifest, "metadata", "labels", name);
  return labelled("app.kubernetes.io/name") ?? labelled("app") ?? service;
}

function label({ attributes }: AlertEvent, name: string): Safe | null {
  const value = attributes?.[name];
  return typeof value === "string" && value !== "" ? value : null;
}
