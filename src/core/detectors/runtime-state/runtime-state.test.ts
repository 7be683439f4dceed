import { describe, expect, test } from "vitest";
import { aLog, at, words } from "../../../../test/support/observations.ts";
import { seen } from "../../../../test/support/timeline-records.ts";
import type { Event, Json, KubernetesEvent, KubernetesObjectEvent, LogEvent } from "../../event.ts";
import { eventId } from "../../ids.ts";
import type { Finding } from "../finding.ts";
import { runtimeState } from "./index.ts";

/** A manifest as a fixture writes it: its texts are our own. */
function json(value: Json<string>): Json {
  if (typeof value === "string") return words(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((each: Json<string>) => json(each));
  return Object.fromEntries(Object.entries(value).map(([key, each]: [string, Json<string>]) => [key, json(each)]));
}

function object(name: string, manifest: Json<string>): KubernetesObjectEvent {
  const {
    attributes: _attributes,
    body: _body,
    severity: _severity,
    exception: _exception,
    ...place
  } = aLog("x", name, at("01:57:00"));
  return {
    ...place,
    id: eventId("objects", name),
    service: null,
    kind: "kubernetes-object",
    object: words(name),
    manifest: json(manifest),
  };
}

function pod(name: string, status: Json<string>, node: string | null = "worker-1"): KubernetesObjectEvent {
  const spec = { ...(node === null ? {} : { nodeName: node }), containers: [{ name: "app" }] };
  return object(`Pod/${name}`, { metadata: { name, namespace: "shop" }, spec, status });
}

const READY = { conditions: [{ type: "Ready", status: "True" }], phase: "Running" };
const DOWN = { conditions: [{ type: "Ready", status: "False" }], phase: "Running" };

function crashing(name: string, container: Readonly<Record<string, Json<string>>> = {}): KubernetesObjectEvent {
  const waiting = { reason: "CrashLoopBackOff" };
  const containerStatuses = [{ name: "app", ready: false, restartCount: 7, state: { waiting }, ...container }];
  return pod(name, { ...DOWN, containerStatuses });
}

function told(name: string, reason: string, note: string): KubernetesEvent {
  const {
    attributes: _attributes,
    body: _body,
    severity: _severity,
    exception: _exception,
    ...place
  } = aLog("x", name, at("01:56:00"));
  const id = eventId("events", `${name}${reason}`);
  return {
    ...place,
    id,
    service: null,
    kind: "kubernetes",
    object: words(name),
    reason: words(reason),
    type: "Warning",
    note: words(note),
    count: 9,
  };
}

function said(podName: string, body: string): LogEvent {
  return { ...aLog("x", body, at("01:50:00")), service: null, host: words(podName), severity: "fatal" };
}

const findingsOf = (events: readonly Event[]): readonly Finding[] =>
  runtimeState(seen([aLog("orders", "order stored", at("01:20:00")), ...events]));
const claims = (events: readonly Event[]): readonly string[] =>
  findingsOf(events).map(({ kind, detail, service, object: place }) => `${kind} ${detail} ${service ?? place}`);

describe("crash loops", () => {
  test("a pod that crashes again and again is named with what it said last", () => {
    const events = [
      crashing("orders-5d9f-a1"),
      said("orders-5d9f-a1", "FATAL configuration error: LEDGER_URL is not set"),
    ];
    const [found] = findingsOf(events);

    expect(claims(events)).toEqual(["configuration configuration orders"]);
    expect(found?.summary).toContain("LEDGER_URL is not set");
    expect(found?.reasons.map(({ signal }) => signal)).toContain("last-words");
  });

  test("a kill for memory and a failed liveness probe are told apart from a crash of its own", () => {
    const killed = { lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } } };
    const probed = told("Pod/orders-5d9f-a1", "Unhealthy", "Liveness probe failed: connection refused");

    expect(claims([crashing("orders-5d9f-a1", killed)])).toEqual(["memory oom-killed orders"]);
    expect(claims([crashing("orders-5d9f-a1"), probed])).toContain("configuration liveness-probe orders");
    expect(claims([crashing("orders-5d9f-a1")])).toEqual(["code-error crash-loop orders"]);
  });

  test("pods of one service that crash alike are one finding", () => {
    expect(claims([crashing("orders-5d9f-a1"), crashing("orders-5d9f-b2")])).toHaveLength(1);
  });
});

const node = (name: string, ...conditions: readonly [string, string][]) =>
  object(`Node/${name}`, {
    metadata: { name },
    status: { conditions: conditions.map(([type, status]) => ({ type, status })) },
  });

/** What the first reason of the first finding weighs. */
const points = (events: readonly Event[]) => findingsOf(events)[0]?.reasons[0]?.points ?? 0;

describe("nodes", () => {
  test("a node that is not ready is the cause, its pods are victims", () => {
    const [found] = findingsOf([node("worker-1", ["Ready", "Unknown"]), pod("orders-5d9f-a1", DOWN)]);

    expect(found).toMatchObject({
      kind: "infrastructure",
      detail: "node-not-ready",
      object: "Node/worker-1",
      isActive: true,
    });
    expect(found?.reasons.map(({ signal }) => signal)).toContain("pods-are-down");
  });

  test("where the units of a node were read, they tell what is wrong", () => {
    const unit = object("NodeService/worker-1-kubelet", {
      spec: { nodeName: "worker-1", serviceName: "kubelet" },
      status: { active: "inactive" },
    });

    expect(claims([node("worker-1", ["Ready", "Unknown"]), unit])).toEqual([]);
  });

  test("a disk that is full weighs more when pods there are down", () => {
    const pressed = node("worker-1", ["Ready", "True"], ["DiskPressure", "True"]);

    expect(claims([pressed])).toEqual(["resource-exhaustion disk Node/worker-1"]);
    expect(points([pressed, pod("orders-5d9f-a1", DOWN)])).toBeGreaterThan(points([pressed]));
  });
});

describe("pods that are stuck", () => {
  test("a condition or a waiting container says why, without any event", () => {
    const refused = {
      type: "PodScheduled",
      status: "False",
      message: "0/2 nodes are available: 2 Insufficient memory.",
    };
    const waiting = { reason: "CreateContainerConfigError", message: 'secret "ledger" not found' };

    expect(claims([pod("orders-5d9f-a1", { phase: "Pending", conditions: [refused] }, null)])).toEqual([
      "scheduling memory-capacity-mismatch orders",
    ]);
    expect(
      claims([pod("orders-5d9f-a1", { phase: "Pending", containerStatuses: [{ name: "app", state: { waiting } }] })]),
    ).toEqual(["configuration missing-secret-binding orders"]);
  });

  test("a probe counts while it goes on failing, and not when the pod only starts", () => {
    const failing = told(
      "Pod/orders-5d9f-a1",
      "Unhealthy",
      "Readiness probe failed: HTTP probe failed with statuscode: 404",
    );

    expect(claims([pod("orders-5d9f-a1", DOWN), failing])).toEqual(["configuration probe orders"]);
    expect(claims([pod("orders-5d9f-a1", DOWN), { ...failing, count: 2 }])).toEqual([]);
  });

  test("a rollout past its deadline is told where nothing says why", () => {
    const short = object("Deployment/orders", {
      metadata: { name: "orders", namespace: "shop" },
      spec: { replicas: 3 },
      status: { readyReplicas: 2 },
    });
    const late = told("Deployment/orders", "ProgressDeadlineExceeded", "has timed out progressing");

    expect(claims([short, late])).toEqual(["configuration rollout-stalled orders"]);
    expect(claims([short, late, crashing("orders-5d9f-a1")])).toEqual(["code-error crash-loop orders"]);
  });
});

test("what is over is silence: old restarts, a placed pod, a node that is back, a probe of a ready pod", () => {
  const restarted = pod("orders-5d9f-a1", {
    ...READY,
    containerStatuses: [{ name: "app", ready: true, restartCount: 6, state: { running: {} } }],
  });
  const back = object("Node/worker-1", {
    metadata: { name: "worker-1" },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  });
  const history = [
    told("Pod/orders-5d9f-a1", "BackOff", "Back-off restarting failed container app"),
    told("Pod/orders-5d9f-a1", "FailedScheduling", "0/2 nodes are available: 2 Insufficient cpu."),
    told("Pod/orders-5d9f-a1", "Unhealthy", "Readiness probe failed: timeout"),
    told("Node/worker-1", "NodeNotReady", "Node worker-1 status is now: NodeNotReady"),
  ];

  expect(claims([restarted, back, ...history])).toEqual([]);
});
