import type { AlertEvent, ChangeEvent, Event, MetricEvent } from "../../src/core/event.ts";
import { epochMs, eventId } from "../../src/core/ids.ts";
import type { Incident } from "../../src/core/incident.ts";
import { msToNs } from "../../src/core/time.ts";
import type { Observations } from "../../src/core/timeline/observations.ts";
import { observe } from "../../src/core/timeline/observe.ts";
import { anIncident, at, words } from "./observations.ts";

/** What one pod measures in one minute of one call; `made` calls are its own, `served` calls are others'. */
export interface Moment {
  readonly what: "served" | "made" | "latency" | "cpu";
  readonly service: string;
  readonly client: string;
  readonly server: string;
  readonly isNew: boolean;
  readonly minute: number;
}

export interface MeshStory {
  readonly calls?: readonly (readonly [string, string])[];
  /** Minute of each first step; its pods serve one minute later. */
  readonly rollouts?: Readonly<Record<string, number>>;
  /** Percent of failing requests, ms or percent of processor; undefined where all is as usual. */
  readonly fault?: (moment: Moment) => number | undefined;
  /** Services whose new pods nobody measures. */
  readonly silent?: readonly string[];
  readonly alarmMinute?: number;
  readonly minutes?: number;
  /** Later steps: service and minute. */
  readonly laterSteps?: readonly (readonly [string, number])[];
  readonly isResolved?: boolean;
}

export const SHOP_CALLS = [
  ["web", "orders"],
  ["web", "prices"],
  ["orders", "prices"],
  ["orders", "stock"],
  ["orders", "mail"],
] as const;

const START = at("01:20:00");
const PODS = 3;
const minuteMs = (minute: number) => epochMs(START + minute * 60_000);

/** A service mesh of made-up services with gradual rollouts, each replacing one of three pods, as metrics and changes. */
export function aMesh(story: MeshStory): { readonly observations: Observations; readonly incident: Incident } {
  const { calls = SHOP_CALLS, minutes = 20, alarmMinute = 18 } = story;
  const services = [...new Set(calls.flat())];
  const events: Event[] = [
    ...Object.entries(story.rollouts ?? {}).map(([service, minute]) => aStep(service, minute)),
    ...(story.laterSteps ?? []).map(([service, minute]) => aStep(service, minute, 1)),
    ...services.flatMap((service) => podsOf(service, { ...story, calls, minutes })),
    ...calls.flatMap((call) => edgeOf(call, { ...story, calls, minutes })),
    anAlert(alarmMinute, story.isResolved === true ? "resolved" : "firing"),
  ];
  const window = { fromMs: START, toMs: minuteMs(minutes) };
  const topology = calls.map(([client, server]) => [words(client), words(server)] as const);
  const found = { status: "found" as const, events, read: events.length, partial: null, topology };
  return {
    observations: observe({
      evidence: [{ source: "mesh", evidence: found }],
      window,
      baseline: { fromMs: epochMs(START - 3_600_000), toMs: START },
    }),
    incident: anIncident({
      service: null,
      detectedAtMs: minuteMs(alarmMinute),
      startedAtMs: minuteMs(alarmMinute),
      resolvedAtMs: story.isResolved === true ? minuteMs(minutes) : null,
    }),
  };
}

type Told = MeshStory & { readonly calls: readonly (readonly [string, string])[]; readonly minutes: number };

function podsOf(service: string, story: Told): readonly Event[] {
  const { rollouts = {}, silent = [] } = story;
  const since = rollouts[service];
  return Array.from({ length: PODS + 1 }, (_, index) => index).flatMap((index) => {
    const isNew = index === PODS;
    if (isNew && (since === undefined || silent.includes(service))) return [];
    const from = isNew ? (since ?? 0) + 2 : 0;
    const to = index === 0 && since !== undefined ? since : story.minutes;
    const alive = Array.from({ length: Math.max(0, to - from + 1) }, (_, offset) => from + offset);
    return alive.flatMap((minute) => podAt({ service, index, isNew, minute }, story));
  });
}

interface Pod {
  readonly service: string;
  readonly index: number;
  readonly isNew: boolean;
  readonly minute: number;
}

function podAt({ service, index, isNew, minute }: Pod, { calls, fault }: Told): readonly Event[] {
  const host = nameOfPod(service, index);
  const wobble = ((index * 7 + minute * 13) % 10) / 10 + service.length / 1000 + service.charCodeAt(0) / 100_000;
  const usual = { served: 0, made: 0, latency: 5 + wobble, cpu: 30 + wobble };
  const own = calls.filter((call) => call.includes(service));
  return own.flatMap(([client, server]) => {
    const value = (what: Moment["what"]) => fault?.({ what, service, client, server, isNew, minute }) ?? usual[what];
    const put = (name: string, unit: string, amount: number) =>
      aMetric({ name, unit, value: amount, service, host, minute, client, server });
    return [
      put(SUCCESS, "%", 100 - value(server === service ? "served" : "made")),
      put("traces.service.graph.request.duration", "ms", value("latency")),
      put("k8s.pod.cpu_request_utilization", "%", value("cpu")),
    ];
  });
}

const SUCCESS = "traces.service.graph.request.success_ratio";

/** One of three pods is new once it serves, so a third of its failures shows on the edge as a whole. */
function edgeOf([client, server]: readonly [string, string], story: Told): readonly Event[] {
  const since = story.rollouts?.[server];
  const told = (isNew: boolean, minute: number) =>
    story.fault?.({ what: "served", service: server, client, server, isNew, minute }) ?? 0;
  return Array.from({ length: story.minutes + 1 }, (_, minute) => {
    const share = since !== undefined && minute > since + 1 ? 1 / PODS : 0;
    const failing = share * told(true, minute) + (1 - share) * told(false, minute);
    return aMetric({
      name: SUCCESS,
      unit: "%",
      value: 100 - failing,
      service: server,
      host: null,
      minute,
      client,
      server,
    });
  });
}

interface ToldMetric {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly service: string;
  readonly host: string | null;
  readonly minute: number;
  readonly client: string;
  readonly server: string;
}

function aMetric({ name, unit, value, service, host, minute, client, server }: ToldMetric): MetricEvent {
  return {
    ...placed(`${name}/${host ?? ""}/${client}/${server}/${minute}`, minute),
    kind: "metric",
    service: words(service),
    host: host === null ? null : words(host),
    name: words(name),
    unit: words(unit),
    value,
    attributes: { client: words(client), server: words(server) },
  };
}

export function nameOfPod(service: string, index: number): string {
  return `${service}-${"abcd"[index % 4]}`;
}

function aStep(service: string, minute: number, already = 0): ChangeEvent {
  return {
    ...placed(`${service}/step/${minute}`, minute),
    kind: "change",
    service: words(service),
    change: {
      kind: "rollout",
      status: "deployed",
      version: words("v2"),
      previousVersion: words("v1"),
      environment: null,
      by: null,
      url: null,
      summary: words(""),
      files: [],
      pullRequest: null,
      rollout: {
        newPods: [words(already === 0 ? nameOfPod(service, PODS) : `${service}-late`)],
        removedPods: [words(nameOfPod(service, already))],
        oldReplicas: PODS - 1 - already,
        newReplicas: 1 + already,
        completedAtMs: minuteMs(minute + 1),
      },
    },
  };
}

function anAlert(minute: number, status: AlertEvent["status"]): AlertEvent {
  return { ...placed(`alert/${status}`, minute), kind: "alert", title: words("requests fail"), status, url: null };
}

function placed(ref: string, minute: number) {
  return {
    id: eventId("mesh", ref),
    atNs: msToNs(minuteMs(minute)),
    observedNs: null,
    service: null,
    host: null,
    source: "mesh",
    ref: words(ref),
    traceId: null,
    spanId: null,
    requestId: null,
  };
}
