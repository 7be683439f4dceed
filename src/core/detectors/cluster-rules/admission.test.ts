import { describe, expect, test } from "vitest";
import { ALL_SERVICES, aCluster, accused, app, service, thing } from "../../../../test/support/cluster-state.ts";
import { admission } from "./admission.ts";
import { quotas } from "./quotas.ts";

/** A Deployment whose ReplicaSet could not make its pod. */
function short(name: string, spec: Readonly<Record<string, unknown>> = {}) {
  const [owner] = app(name, { pod: spec });
  if (owner === undefined) throw new TypeError("an app has a Deployment");
  const set = thing("ReplicaSet", `${name}-5d8f`);
  const metadata = { name: `${name}-5d8f`, namespace: "shop", ownerReferences: [{ kind: "Deployment", name }] };
  return [owner, { ...set, manifest: { metadata, spec: { replicas: 1 }, status: { replicas: 0 } } }];
}

function refusal(name: string, note: string): readonly [string, string, string, number] {
  return [`ReplicaSet/${name}-5d8f`, "FailedCreate", `Error creating: pods "${name}-5d8f-" is forbidden: ${note}`, 12];
}

function exceeded(resource: string): string {
  return `exceeded quota: small, requested: ${resource}=1, used: ${resource}=10, limited: ${resource}=10`;
}

describe("pods that the API server refuses", () => {
  test.each([
    ["requests.cpu", "namespace-cpu-quota-exceeded"],
    ["limits.memory", "namespace-memory-quota-exceeded"],
    ["pods", "namespace-pod-quota-exceeded"],
    ["requests.storage", "namespace-storage-quota-exceeded"],
  ])("for want of %s accuse the namespace of %s", (resource, detail) => {
    const state = aCluster({ objects: short("orders"), events: [refusal("orders", exceeded(resource))] });
    expect(accused(admission(state))).toEqual([`Namespace/shop: ${detail}`]);
  });

  test("by one quota are one finding, however many workloads are refused", () => {
    const objects = [...short("orders"), ...short("billing")];
    const events = [refusal("orders", exceeded("pods")), refusal("billing", exceeded("pods"))];
    expect(admission(aCluster({ objects, events }))).toHaveLength(1);
  });

  test("for want of a service account accuse the workload that names it", () => {
    const objects = short("orders", { serviceAccountName: "orders-bot" });
    const events = [
      refusal("orders", 'error looking up service account shop/orders-bot: serviceaccount "orders-bot" not found'),
    ];
    expect(accused(admission(aCluster({ objects, events })))).toEqual(["Deployment/orders: missing-service-account"]);
  });

  test("are forgotten once the pod exists: while a system starts, accounts come late", () => {
    const objects = [...app("orders", { pod: { serviceAccountName: "orders" } }), thing("ServiceAccount", "orders")];
    const note = 'error looking up service account shop/orders: serviceaccount "orders" not found';
    const events = [["Deployment/orders", "FailedCreate", note, 2] as const];
    expect(admission(aCluster({ objects, events }))).toEqual([]);
  });
});

function full(resource: string, used: string, hard: string) {
  return thing("ResourceQuota", "small", {
    spec: { hard: { [resource]: hard } },
    status: { used: { [resource]: used } },
  });
}

function applied(kind: string, name: string, spec = {}) {
  return thing("AppliedManifest", `${kind}:${name}`, { spec: { manifest: { kind, metadata: { name }, spec } } });
}

describe("quotas without room", () => {
  test("for a Service that was applied and does not exist accuse the namespace", () => {
    const objects = [...app("orders"), ALL_SERVICES, full("services", "3", "3"), applied("Service", "orders")];
    expect(accused(quotas(aCluster({ objects })))).toEqual(["Namespace/shop: namespace-service-quota-exceeded"]);
  });

  test("for a claim that a pod names and that does not exist accuse the namespace", () => {
    const wish = { resources: { requests: { storage: "8Gi" } } };
    const pod = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "orders-data" } }] };
    const objects = [
      ...app("orders", { pod, ready: false }),
      thing("PersistentVolumeClaimList", "all"),
      full("requests.storage", "1Gi", "5Gi"),
      applied("PersistentVolumeClaim", "orders-data", wish),
    ];
    expect(accused(quotas(aCluster({ objects })))).toEqual(["Namespace/shop: namespace-storage-quota-exceeded"]);
  });

  test("accuse nobody while nothing is missing, even when they are full", () => {
    const objects = [...app("orders"), service("orders"), ALL_SERVICES, full("services", "1", "1")];
    expect(quotas(aCluster({ objects: [...objects, applied("Service", "orders")] }))).toEqual([]);
  });

  test("accuse nobody for a missing Service while there is room", () => {
    const objects = [...app("orders"), ALL_SERVICES, full("services", "2", "3"), applied("Service", "orders")];
    expect(quotas(aCluster({ objects }))).toEqual([]);
  });
});
