import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readClusterObjects, readYaml } from "./objects.ts";
import { readBundle } from "./read-bundle.ts";

const COLLECTED_MS = Date.parse("2026-11-21T02:00:00Z");
const DEPLOYMENT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "pay", namespace: "shop", labels: { app: "payments" } },
  spec: { replicas: 2 },
  status: { readyReplicas: 0 },
};

describe("objects of the cluster", () => {
  test("an object keeps its declared spec and its status, and belongs to the service that its label names", () => {
    const [read] = readClusterObjects(DEPLOYMENT, COLLECTED_MS, null);
    expect(read?.event).toMatchObject({
      kind: "kubernetes-object",
      object: "Deployment/pay",
      service: "payments",
      manifest: { spec: { replicas: 2 }, status: { readyReplicas: 0 } },
      atNs: BigInt(COLLECTED_MS) * 1_000_000n,
    });
  });

  test("a list of one kind says which names there are, also when the API leaves the kind of its items out", () => {
    const pods = { kind: "PodList", items: [{ metadata: { name: "pay-7c9d8b5f4-x2x9k" }, spec: {} }] };
    const read = readClusterObjects(pods, COLLECTED_MS, null).map(({ event }) => event);
    expect(read).toMatchObject([
      { object: "Pod/pay-7c9d8b5f4-x2x9k", service: "pay" },
      { object: "PodList/all", manifest: { items: [{ metadata: { name: "pay-7c9d8b5f4-x2x9k" } }] } },
    ]);
  });

  test("a mixed list says nothing about what is missing, and events are no objects", () => {
    const mixed = {
      kind: "List",
      items: [DEPLOYMENT, { ...DEPLOYMENT, kind: "Service" }, { kind: "Event", metadata: { name: "e" } }],
    };
    const read = readClusterObjects(mixed, COLLECTED_MS, null).map(({ event }) => event);
    expect(read).toMatchObject([{ object: "Deployment/pay" }, { object: "Service/pay" }]);
    expect(read).toHaveLength(2);
  });

  test("a state collected soon after the window counts at its end, a much later one stays out", () => {
    const range = { fromMs: COLLECTED_MS - 3_600_000, toMs: COLLECTED_MS - 600_000 };
    const soon = readClusterObjects(DEPLOYMENT, COLLECTED_MS, range)[0]?.event.atNs;
    const late = readClusterObjects(DEPLOYMENT, COLLECTED_MS + 7_200_000, range)[0]?.event.atNs;
    expect(soon).toBe(BigInt(range.toMs) * 1_000_000n);
    expect(late).toBe(BigInt(COLLECTED_MS + 7_200_000) * 1_000_000n);
  });

  test("several YAML documents are read one by one, and what is no YAML is an error", async () => {
    expect(await readYaml("kind: Pod\nmetadata: {name: a}\n---\nkind: Pod\nmetadata: {name: b}\n")).toEqual([
      { kind: "Pod", metadata: { name: "a" } },
      { kind: "Pod", metadata: { name: "b" } },
    ]);
    await expect(readYaml("kind: [Pod\nmetadata: }")).rejects.toThrow("not YAML");
  });

  test("in a bundle of another day the state counts at the last dated record, and YAML is read like JSON", async () => {
    const folder = mkdtempSync(join(tmpdir(), "traceops-objects-"));
    try {
      mkdirSync(join(folder, "kubernetes"));
      writeFileSync(join(folder, "api.log"), "2026-05-01T10:00:00Z ERROR connection refused\n");
      writeFileSync(join(folder, "kubernetes/pay.yaml"), "apiVersion: v1\nkind: Service\nmetadata:\n  name: pay\n");
      const options = { range: null, collectedAt: null };
      const { evidence, problems } = await readBundle([folder], options, AbortSignal.timeout(10_000));
      expect(problems).toEqual([]);
      expect(
        evidence.status === "found" && evidence.events.find(({ kind }) => kind === "kubernetes-object"),
      ).toMatchObject({ object: "Service/pay", atNs: BigInt(Date.parse("2026-05-01T10:00:00Z")) * 1_000_000n });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
