import { describe, expect, test } from "vitest";
import { aCluster, accused, app, service, thing, tried } from "../../../../test/support/cluster-state.ts";
import { nodeReach } from "./node-reach.ts";
import { nodeServices } from "./node-services.ts";

function unit(serviceName: string, active: string, sub = "dead") {
  return thing("NodeService", `node-a ${serviceName}`, {
    spec: { nodeName: "node-a", serviceName },
    status: { active, sub },
  });
}

describe("units of a node", () => {
  test.each(["kubelet", "containerd", "kube-proxy", "kube-scheduler"])(
    "%s accuses its node when it is stopped",
    (name) => {
      expect(accused(nodeServices(aCluster({ objects: [unit(name, "inactive")] })))).toEqual([
        `Node/node-a: ${name}-unavailable`,
      ]);
    },
  );

  test("accuse nobody while they run or start", () => {
    const objects = [unit("kubelet", "active", "running"), unit("containerd", "activating", "start")];
    expect(nodeServices(aCluster({ objects }))).toEqual([]);
  });

  test("of another container runtime may rest while one works", () => {
    const objects = [unit("docker", "inactive"), unit("containerd", "active", "running")];
    expect(nodeServices(aCluster({ objects }))).toEqual([]);
  });

  test("that are started again and again are as good as stopped", () => {
    const objects = [unit("kubelet", "activating", "auto-restart")];
    expect(accused(nodeServices(aCluster({ objects })))).toEqual(["Node/node-a: kubelet-unavailable"]);
  });

  test("take the pods that wait there as their victims, and no others", () => {
    const objects = [
      unit("kubelet", "inactive"),
      ...app("orders", { ready: false }),
      ...app("billing", { ready: false, node: "node-b" }),
    ];
    const [finding] = nodeServices(aCluster({ objects }));
    expect(finding?.reasons.map(({ because }) => because)).toContain("1 pod is not ready because of it: orders-1");
  });
});

describe("reaching Services", () => {
  const names = ["orders", "billing"];
  const from = (node: string, ok: boolean) => names.map((name) => tried(name, 80, { ok, from: node }));

  test("fails from one node alone: service addresses do not work there", () => {
    const objects = [
      ...names.map((name) => service(name)),
      ...from("node-a", false),
      ...from("node-b", true),
      ...from("node-c", true),
    ];
    expect(accused(nodeReach(aCluster({ objects })))).toEqual(["Node/node-a: kube-proxy-unavailable"]);
  });

  test("fails from everywhere: no node is accused", () => {
    const objects = [...names.map((name) => service(name)), ...from("node-a", false), ...from("node-b", false)];
    expect(nodeReach(aCluster({ objects }))).toEqual([]);
  });
});
