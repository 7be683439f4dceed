import { describe, expect, test } from "vitest";
import { aCluster, accused, app, type Spec, thing } from "../../../../test/support/cluster-state.ts";
import { volumeAccess } from "./volume-access.ts";
import { volumes } from "./volumes.ts";

const MOUNTED = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "orders-data" } }] };

function waiting(claim: Spec, status: Spec = { phase: "Pending" }) {
  const own = app("orders", { pod: MOUNTED, ready: false }).map((each) =>
    each.kind === "Pod"
      ? { ...each, manifest: { ...each.manifest, spec: MOUNTED, status: { phase: "Pending" } } }
      : each,
  );
  return [...own, thing("PersistentVolumeClaim", "orders-data", { spec: claim, status })];
}

function volume(name: string, spec: Spec = {}, labels: Spec = {}) {
  const each = thing("PersistentVolume", name);
  const whole = { accessModes: ["ReadWriteOnce"], capacity: { storage: "5Gi" }, ...spec };
  return { ...each, manifest: { kind: "PersistentVolume", metadata: { name, labels }, spec: whole } };
}

const WISH = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };

describe("a claim that waits", () => {
  test.each([
    ["pvc-storage-class-mismatch", { ...WISH, storageClassName: "fast" }, {}],
    ["pvc-access-mode-mismatch", { ...WISH, accessModes: ["ReadWriteMany"] }, {}],
    ["pvc-capacity-mismatch", { ...WISH, resources: { requests: { storage: "8Gi" } } }, {}],
    ["pvc-selector-mismatch", { ...WISH, selector: { matchLabels: { tier: "gold" } } }, {}],
    ["pv-binding-occupied", WISH, { claimRef: { name: "other", namespace: "shop" } }],
  ])("differs from the nearest volume: %s", (detail, claim, spec) => {
    const objects = [...waiting(claim), volume("disk-1", spec)];
    expect(accused(volumes(aCluster({ objects })))).toEqual([`Deployment/orders: ${detail}`]);
  });

  test("is compared with the volume that was meant for it, not with those that others hold", () => {
    const held = volume("disk-0", { claimRef: { name: "other", namespace: "shop" }, storageClassName: "slow" });
    const claim = { ...WISH, resources: { requests: { storage: "8Gi" } } };
    const objects = [...waiting(claim), held, volume("disk-1")];
    expect(accused(volumes(aCluster({ objects })))).toEqual(["Deployment/orders: pvc-capacity-mismatch"]);
  });

  test("for a class that does not exist waits for ever", () => {
    const objects = [
      ...waiting({ ...WISH, storageClassName: "fast" }),
      thing("StorageClass", "slow", { provisioner: "disks.example.com" }),
    ];
    expect(accused(volumes(aCluster({ objects })))).toEqual(["Deployment/orders: pvc-storage-class-mismatch"]);
  });

  test("for a class that makes its volumes is not compared with what lies about", () => {
    const objects = [
      ...waiting({ ...WISH, storageClassName: "fast" }),
      thing("StorageClass", "fast", { provisioner: "disks.example.com" }),
      volume("disk-1"),
    ];
    expect(volumes(aCluster({ objects }))).toEqual([]);
  });

  test("is no matter once it is bound", () => {
    const objects = [...waiting(WISH, { phase: "Bound" }), volume("disk-1", { storageClassName: "slow" })];
    expect(volumes(aCluster({ objects }))).toEqual([]);
  });
});

describe("a mounted volume", () => {
  const container = { volumeMounts: [{ name: "data", mountPath: "/var/lib/orders" }] };
  const crashing = { pod: MOUNTED, container, ready: false, status: { ready: false, restartCount: 4 } };

  test("that the program may not use accuses its workload", () => {
    const logs = [["orders", "cannot open /var/lib/orders/journal: Permission denied"] as const];
    const state = aCluster({ objects: app("orders", crashing), logs });
    expect(accused(volumeAccess(state))).toEqual(["Deployment/orders: volume-mount-permission-denied"]);
  });

  test("is not to blame for a refusal that a running program logs", () => {
    const logs = [["orders", "cannot open /var/lib/orders/journal: Permission denied"] as const];
    expect(volumeAccess(aCluster({ objects: app("orders", { pod: MOUNTED, container }), logs }))).toEqual([]);
  });
});
