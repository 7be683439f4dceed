import { describe, expect, test } from "vitest";
import { ALL_SERVICES, aCluster, accused, app, service, thing } from "../../../../test/support/cluster-state.ts";
import { anIncident } from "../../../../test/support/observations.ts";
import { cluster } from "./index.ts";

const SHOP = [...app("orders"), ...app("billing"), service("orders"), service("billing"), ALL_SERVICES];

function findings(told: Parameters<typeof aCluster>[0]) {
  return cluster(aCluster(told).observations, anIncident());
}

describe("the cluster's state", () => {
  test("accuses nobody while all declared and reported state fits", () => {
    const note = 'error looking up service account shop/orders: serviceaccount "orders" not found';
    expect(findings({ objects: SHOP, events: [["Deployment/orders", "FailedCreate", note, 2]] })).toEqual([]);
  });

  test("says nothing of an oddity that works", () => {
    const env = [{ name: "GIFTS_ADDR", value: "gifts:80" }];
    expect(findings({ objects: [...SHOP, ...app("front", { container: { env } })] })).toEqual([]);
  });

  test("names the object that stands still where the cause is not known", () => {
    const events = [["Pod/front-1", "FailedMount", "Unable to attach or mount volumes: timed out", 4] as const];
    const found = findings({ objects: [...SHOP, ...app("front", { ready: false })], events });
    expect(accused(found)).toEqual(["Deployment/front: volume-mount-failure"]);
  });

  test("takes back from the victims of a node what the node explains", () => {
    const unit = thing("NodeService", "node-a kubelet", {
      spec: { nodeName: "node-a", serviceName: "kubelet" },
      status: { active: "inactive", sub: "dead" },
    });
    const events = [["Pod/front-1", "FailedMount", "timed out", 4] as const];
    const found = findings({ objects: [...SHOP, unit, ...app("front", { ready: false })], events });
    const victim = found.find(({ object }) => object === "Deployment/front");
    expect(accused(found)[0]).toBe("Node/node-a: kubelet-unavailable");
    expect(victim?.reasons.at(-1)).toMatchObject({ signal: "explained-by-its-place" });
  });

  test("does not depend on the order in which objects were read", () => {
    const broken = [
      ...SHOP,
      ...app("front", { ready: false }),
      thing("Service", "lost", { spec: { selector: { a: "b" } } }),
    ];
    const events = [["Pod/front-1", "FailedMount", "timed out", 4] as const];
    const forwards = findings({ objects: broken, events });
    expect(findings({ objects: broken.toReversed(), events })).toEqual(forwards);
  });
});
