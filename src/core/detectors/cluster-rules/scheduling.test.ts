import { describe, expect, test } from "vitest";
import { aCluster, accused, app, type Spec, thing } from "../../../../test/support/cluster-state.ts";
import { scheduling } from "./scheduling.ts";

/** An app whose one pod has no node. */
function pending(name: string, spec: Spec = {}) {
  return app(name, { pod: spec, ready: false }).map((each) => {
    if (each.kind !== "Pod") return each;
    const { nodeName: _, ...wish } = { nodeName: "", containers: [{ name }], ...spec };
    return { ...each, manifest: { ...each.manifest, spec: wish, status: { phase: "Pending" } } };
  });
}

function node(name: string, spec: Spec = {}, labels: Spec = {}) {
  const conditions = [{ type: "Ready", status: "True" }];
  const status = { conditions, allocatable: { cpu: "4", memory: "8Gi" } };
  const each = thing("Node", name);
  return { ...each, manifest: { kind: "Node", metadata: { name, labels }, spec, status } };
}

function refused(name: string, why: string): readonly [string, string, string, number] {
  const note = `0/3 nodes are available: ${why}. preemption: 0/3 nodes are available: 3 Preemption is not helpful.`;
  return [`Pod/${name}-1`, "FailedScheduling", note, 3];
}

const MASTER = node("node-m", { unschedulable: true }, { "node-role.kubernetes.io/control-plane": "" });
const WORKERS = [MASTER, node("node-a"), node("node-b")];

function scarce(resource: string) {
  return aCluster({
    objects: [...WORKERS, ...pending("orders")],
    events: [refused("orders", `1 node(s) were unschedulable, 2 Insufficient ${resource}`)],
  });
}

function affinity(operator: string, values: readonly string[] = []): Spec {
  const matchExpressions = [{ key: "disk", operator, values }];
  const required = { nodeSelectorTerms: [{ matchExpressions }] };
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
}

describe("a pod that no node takes", () => {
  test("is refused for what the scheduler runs short of on most nodes", () => {
    expect(accused(scheduling(scarce("cpu")))).toEqual(["Deployment/orders: cpu-capacity-mismatch"]);
    expect(accused(scheduling(scarce("memory")))).toEqual(["Deployment/orders: memory-capacity-mismatch"]);
  });

  test("is refused for its anti-affinity, not for the closed control plane", () => {
    const objects = [...WORKERS, ...pending("orders")];
    const why = "1 node(s) were unschedulable, 2 node(s) didn't match pod anti-affinity rules";
    const state = aCluster({ objects, events: [refused("orders", why)] });
    expect(accused(scheduling(state))).toEqual(["Deployment/orders: pod-anti-affinity-conflict"]);
  });

  test("asks for a label that no node has", () => {
    const objects = [...WORKERS, ...pending("orders", { nodeSelector: { disk: "ssd" } })];
    expect(accused(scheduling(aCluster({ objects })))).toEqual(["Deployment/orders: node-selector-mismatch"]);
  });

  test.each([
    ["In", ["ssd"], "hdd"],
    ["NotIn", ["hdd"], "hdd"],
    ["Exists", [], undefined],
    ["DoesNotExist", [], "hdd"],
    ["Gt", ["5"], "4"],
  ])("has an affinity rule (%s) that every node for pods breaks", (operator, values, label) => {
    const labels = label === undefined ? {} : { disk: label };
    const nodes = [MASTER, node("node-a", {}, labels), node("node-b", {}, labels)];
    const objects = [...nodes, ...pending("orders", affinity(operator, values))];
    expect(accused(scheduling(aCluster({ objects })))).toEqual(["Deployment/orders: node-affinity-mismatch"]);
  });

  test("is kept from the one node that it asks for by a cordon or a taint there", () => {
    const wish = pending("orders", { nodeSelector: { disk: "ssd" } });
    const why = "2 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable";
    const on = (spec: Spec) => ({
      objects: [node("node-a"), node("node-b"), node("node-c", spec, { disk: "ssd" }), ...wish],
      events: [refused("orders", why)],
    });
    const taints = [{ key: "reserved", value: "yes", effect: "NoSchedule" }];
    expect(accused(scheduling(aCluster(on({ unschedulable: true }))))).toEqual([
      "Deployment/orders: node-cordon-mismatch",
    ]);
    expect(accused(scheduling(aCluster(on({ taints }))))).toEqual(["Deployment/orders: taint-toleration-mismatch"]);
  });

  test("is no victim of a taint that it tolerates", () => {
    const taints = [{ key: "reserved", value: "yes", effect: "NoSchedule" }];
    const tolerations = [{ key: "reserved", operator: "Equal", value: "yes", effect: "NoSchedule" }];
    const objects = [node("node-a", { taints }), ...pending("orders", { tolerations })];
    expect(scheduling(aCluster({ objects }))).toEqual([]);
  });

  test("because its node is unwell accuses the node's taints of nothing", () => {
    const taints = [{ key: "node.kubernetes.io/unreachable", effect: "NoSchedule" }];
    const objects = [node("node-a", { taints }), ...pending("orders")];
    const why = "1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }";
    expect(scheduling(aCluster({ objects, events: [refused("orders", why)] }))).toEqual([]);
  });

  test("but is only young accuses nobody", () => {
    expect(scheduling(aCluster({ objects: [...WORKERS, ...pending("orders")] }))).toEqual([]);
  });

  test("is judged by the scheduler's counts where the nodes were not read", () => {
    const why = "3 node(s) didn't match Pod's node affinity/selector";
    const state = aCluster({
      objects: pending("orders", { nodeSelector: { disk: "ssd" } }),
      events: [refused("orders", why)],
    });
    expect(accused(scheduling(state))).toEqual(["Deployment/orders: node-selector-mismatch"]);
  });
});
