import { expect, test } from "vitest";
import { aCluster, accused, app, type ToldAlert } from "../../../../test/support/cluster-state.ts";
import { performanceLatency } from "./performance-latency.ts";

const CALLS = [
  ["web", "orders"],
  ["web", "search"],
  ["orders", "stock"],
] as const;
const OBJECTS = [
  ...app("web", { node: "node-b" }),
  ...app("orders", { node: "node-a" }),
  ...app("search", { node: "node-a" }),
  ...app("stock", { node: "node-b" }),
];
const slow = (service: string, [normal, current]: readonly [number, number], percentile = "p50"): ToldAlert => ({
  service,
  attributes: { metric: `http.server.request.duration.${percentile}`, normal, current },
});
const verdict = (...alerts: readonly ToldAlert[]) =>
  accused(performanceLatency(aCluster({ objects: OBJECTS, alerts, calls: CALLS })));

test("the deepest slow workload explains its callers", () => {
  expect(verdict(slow("web", [20, 3000]), slow("orders", [10, 2900]))).toEqual([
    "Deployment/orders: pod-network-delay",
  ]);
});

test("a caller far slower than its callee is not explained by it: rare slow answers of callees come from a slow reader", () => {
  expect(verdict(slow("web", [20, 9000]), slow("orders", [10, 900], "p90"), slow("search", [5, 800], "p90"))).toEqual([
    "Deployment/web: pod-network-delay",
  ]);
});

test("siblings that are slow on their own account accuse the node that they share", () => {
  expect(verdict(slow("orders", [10, 900]), slow("search", [5, 800]), slow("web", [20, 1700]))).toEqual([
    "Node/node-a: node-network-delay",
  ]);
});

test("many packets sent again tell loss from delay", () => {
  const resent = { host: "node-a", attributes: { metric: "tcp.retransmissions", normal: 0, current: 40 } };
  expect(verdict(slow("orders", [10, 900]), slow("search", [5, 800]), resent)).toEqual([
    "Node/node-a: node-network-packet-loss",
  ]);
});

test("an alert about its cpu makes it cpu, not network", () => {
  const cpu = { service: "orders", attributes: { metric: "k8s.container.cpu.throttled" } };
  expect(verdict(slow("orders", [10, 900]), cpu)).toEqual(["Deployment/orders: pod-cpu-overload"]);
  expect(verdict(cpu)).toEqual(["Deployment/orders: pod-cpu-overload"]);
});

test("what is a little slower, or got faster, accuses nobody", () => {
  expect(verdict(slow("orders", [10, 40]), slow("web", [900, 1000]), slow("search", [800, 20]))).toEqual([]);
});

test("answers that stopped are slow without end, but an alert that merely tells no numbers is not", () => {
  const metric = "http.server.request.duration";
  expect(verdict({ service: "orders", attributes: { metric, no_data: true } })).toEqual([
    "Deployment/orders: pod-network-delay",
  ]);
  expect(verdict({ service: "orders", attributes: { metric } })).toEqual([]);
});
