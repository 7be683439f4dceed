import { describe, expect, test } from "vitest";
import { epochMs } from "../../core/ids.ts";
import { readClusterText } from "./cluster-text.ts";
import { readClusterJson, workloadOf } from "./kubernetes.ts";

const COLLECTED_AT = epochMs(Date.UTC(2026, 10, 21, 2));

describe("cluster state as text", () => {
  test("the event table of kubectl describe counts back from when it was collected", () => {
    const text = [
      "Name:             pay-7c9d8b5f4-x2x9k",
      "Events:",
      "  Type     Reason     Age                 From     Message",
      "  ----     ------     ----                ----     -------",
      "  Warning  BackOff    3m12s (x5 over 9m)  kubelet  Back-off restarting failed container",
    ].join("\n");

    expect(readClusterText(text, COLLECTED_AT)).toMatchObject([
      {
        place: "L5",
        event: {
          service: "pay",
          object: "Pod/pay-7c9d8b5f4-x2x9k",
          reason: "BackOff",
          count: 5,
          atNs: BigInt(COLLECTED_AT - 192_000) * 1_000_000n,
          note: "Back-off restarting failed container",
        },
      },
    ]);
  });

  test("so does the table of kubectl get events", () => {
    const text = [
      "LAST SEEN   TYPE      REASON      OBJECT                     MESSAGE",
      "90s         Warning   Unhealthy   pod/pay-7c9d8b5f4-x2x9k    Readiness probe failed",
    ].join("\n");

    expect(readClusterText(text, COLLECTED_AT)).toMatchObject([
      { event: { object: "Pod/pay-7c9d8b5f4-x2x9k", atNs: BigInt(COLLECTED_AT - 90_000) * 1_000_000n } },
    ]);
  });
});

describe("cluster state as JSON", () => {
  test("pods tell how their containers ended", () => {
    const pod = {
      kind: "Pod",
      metadata: { name: "pay-7c9d8b5f4-x2x9k", labels: { app: "payments" } },
      spec: { nodeName: "node-1" },
      status: {
        containerStatuses: [
          {
            name: "app",
            restartCount: 4,
            lastState: { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: "2026-11-21T01:40:00Z" } },
          },
        ],
      },
    };

    expect(readClusterJson({ items: [pod] }, null)).toMatchObject([
      {
        event: {
          service: "payments",
          host: "node-1",
          reason: "OOMKilled",
          type: "Warning",
          note: "Container app ended: OOMKilled, exit code 137, 4 restarts",
        },
      },
    ]);
  });

  test("an event that repeats since before the range counts with its last time", () => {
    const event = {
      reason: "BackOff",
      type: "Warning",
      count: 900,
      firstTimestamp: "2026-11-19T00:00:00Z",
      lastTimestamp: "2026-11-21T01:50:00Z",
      involvedObject: { kind: "Pod", name: "pay-0" },
    };
    const range = { fromMs: COLLECTED_AT - 3_600_000, toMs: COLLECTED_AT };

    const [read] = readClusterJson(event, range);

    expect(read?.event.atNs).toBe(BigInt(Date.UTC(2026, 10, 21, 1, 50)) * 1_000_000n);
  });

  test("the workload is known behind generated names", () => {
    expect(workloadOf("Pod/pay-service-7c9d8b5f4-x2x9k")).toBe("pay-service");
    expect(workloadOf("Pod/store-0")).toBe("store");
    expect(workloadOf("ReplicaSet/pay-service-7c9d8b5f4")).toBe("pay-service");
    expect(workloadOf("Deployment/pay-service")).toBe("pay-service");
    expect(workloadOf("Node/worker-1")).toBeNull();
  });
});
