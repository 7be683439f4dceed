import { describe, expect, test } from "vitest";
import { aCluster, accused, app, service, tried } from "../../../../test/support/cluster-state.ts";
import { runtimeMemory } from "./runtime-memory.ts";
import { runtimePorts } from "./runtime-ports.ts";
import { runtimeProbes } from "./runtime-probes.ts";
import { runtimeReplicas } from "./runtime-replicas.ts";

const PORT = { ports: [{ containerPort: 8080 }] };
const POD = "Pod/orders-1";

const failing = (told: {
  readonly container: object;
  readonly note: string;
  readonly ready?: boolean;
  readonly restarts?: number;
}) =>
  aCluster({
    objects: app("orders", {
      container: { ...PORT, ...told.container },
      ready: told.ready ?? false,
      status: { restartCount: told.restarts ?? 0 },
    }),
    events: [[POD, "Unhealthy", told.note, 9]],
  });

describe("probes", () => {
  test.each([
    [
      "readiness",
      "port",
      { readinessProbe: { tcpSocket: { port: 8081 } } },
      "dial tcp 10.0.0.1:8081: connect: connection refused",
    ],
    [
      "readiness",
      "protocol",
      { readinessProbe: { httpGet: { port: 8080 } } },
      'net/http: malformed HTTP response "\\x00"',
    ],
    ["liveness", "port", { livenessProbe: { grpc: { port: 8081 } } }, "timeout: failed to connect service"],
    [
      "liveness",
      "protocol",
      { livenessProbe: { grpc: { port: 8080 } }, readinessProbe: { tcpSocket: { port: 8080 } } },
      "timeout: failed to connect service",
    ],
    [
      "liveness",
      "timing",
      { livenessProbe: { tcpSocket: { port: 8080 }, initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 1 } },
      "dial tcp 10.0.0.1:8080: connect: connection refused",
    ],
    [
      "liveness",
      "timing",
      {
        livenessProbe: { tcpSocket: { port: 8080 }, initialDelaySeconds: 5 },
        readinessProbe: { tcpSocket: { port: 8080 }, initialDelaySeconds: 60 },
      },
      "dial tcp 10.0.0.1:8080: connect: connection refused",
    ],
  ])("%s with a wrong %s: %o", (...[kind, what, container, note]) => {
    const word = kind === "liveness" ? "Liveness" : "Readiness";
    const state = failing({ container, note: `${word} probe failed: ${note}`, restarts: kind === "liveness" ? 3 : 0 });
    expect(accused(runtimeProbes(state))).toEqual([`Deployment/orders: ${kind}-probe-incorrect-${what}`]);
  });

  test("that failed before the pod became ready accuse nobody", () => {
    const container = { readinessProbe: { tcpSocket: { port: 8081 } } };
    expect(runtimeProbes(failing({ container, note: "Readiness probe failed: refused", ready: true }))).toEqual([]);
  });

  test("that are right accuse nobody while a program is merely not ready", () => {
    const container = { readinessProbe: { httpGet: { port: 8080 } } };
    const note = "Readiness probe failed: HTTP probe failed with statuscode: 503";
    expect(runtimeProbes(failing({ container, note }))).toEqual([]);
  });
});

describe("memory", () => {
  const killed = {
    lastState: { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: "2026-11-21T01:45:00Z" } },
  };

  test("kills now, or killed minutes ago: the workload is accused", () => {
    for (const ready of [true, false])
      expect(accused(runtimeMemory(aCluster({ objects: app("orders", { ready, status: killed }) })))).toEqual([
        "Deployment/orders: oom-killed",
      ]);
  });

  test("that killed long ago accuses nobody", () => {
    const old = { lastState: { terminated: { reason: "OOMKilled", finishedAt: "2026-11-20T01:45:00Z" } } };
    expect(runtimeMemory(aCluster({ objects: app("orders", { status: old }) }))).toEqual([]);
  });
});

describe("a workload at zero", () => {
  const zero = app("orders", { replicas: 0 });

  test("to which a Service leads is accused, more when connections fail and others call it", () => {
    const quiet = runtimeReplicas(aCluster({ objects: [...zero, service("orders")] }));
    const missed = runtimeReplicas(
      aCluster({
        objects: [...zero, service("orders"), tried("orders", 80, { ok: false })],
        calls: [["web", "orders"]],
      }),
    );
    expect(accused(missed)).toEqual(["Deployment/orders: deployment-zero-replicas"]);
    expect(missed[0]?.reasons.length).toBeGreaterThan(quiet[0]?.reasons.length ?? 9);
  });

  test("is left alone without a Service, or when other pods stand behind it", () => {
    const other = app("orders-next", { labels: { app: "orders" } });
    expect(runtimeReplicas(aCluster({ objects: zero }))).toEqual([]);
    expect(runtimeReplicas(aCluster({ objects: [...zero, ...other, service("orders")] }))).toEqual([]);
  });
});

describe("a port", () => {
  const inUse = [["orders", "PortInUseException: Port 8080 is already in use"]] as const;

  test("that a sidecar holds already accuses the workload", () => {
    const objects = app("orders", { container: PORT, sidecar: PORT, ready: false });
    expect(accused(runtimePorts(aCluster({ objects, logs: inUse })))).toEqual([
      "Deployment/orders: service-sidecar-port-conflict",
    ]);
  });

  test("is no conflict in a pod that is ready", () => {
    const objects = app("orders", { container: PORT, sidecar: PORT });
    expect(runtimePorts(aCluster({ objects, logs: inUse }))).toEqual([]);
  });
});
