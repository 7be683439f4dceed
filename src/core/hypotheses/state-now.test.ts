import { describe, expect, test } from "vitest";
import { aLog, anIncident, at, words } from "../../../test/support/observations.ts";
import { repeated, seen } from "../../../test/support/timeline-records.ts";
import type { Event, KubernetesEvent, KubernetesObjectEvent } from "../event.ts";
import { type EpochMs, eventId } from "../ids.ts";
import { openCaseFile } from "./case-file.ts";

function place(name: string, atMs: EpochMs) {
  const { atNs, observedNs, ref, source, traceId, spanId, requestId } = aLog("x", name, atMs);
  return { atNs, observedNs, ref, source, traceId, spanId, requestId, service: null, host: null };
}

function probeFails(pod: string, clock: string): KubernetesEvent {
  return {
    ...place(pod, at(clock)),
    id: eventId("events", `${pod}${clock}`),
    kind: "kubernetes",
    object: words(`Pod/${pod}`),
    reason: words("Unhealthy"),
    type: "Warning",
    note: words("Readiness probe failed: HTTP probe failed with statuscode: 503"),
    count: 4,
  };
}

function readAs(pod: string, ready: "True" | "False", clock = "01:57:30"): KubernetesObjectEvent {
  return {
    ...place(pod, at(clock)),
    id: eventId("objects", pod),
    kind: "kubernetes-object",
    object: words(`Pod/${pod}`),
    manifest: {
      metadata: { name: words(pod) },
      status: { conditions: [{ type: words("Ready"), status: words(ready) }] },
    },
  };
}

const day = repeated("orders", "order stored");
const complaints = ["01:50:00", "01:52:00", "01:54:00", "01:56:00"].map((clock) => probeFails("orders-5d9f-a1", clock));
const troublesWith = (...more: readonly Event[]) =>
  openCaseFile(anIncident(), seen([...day, ...complaints, ...more])).troubles.length;

describe("state beats events", () => {
  test("what events say of a pod counts until it was seen well after the last of them", () => {
    expect(troublesWith()).toBe(1);
    expect(troublesWith(readAs("orders-5d9f-a1", "False"))).toBe(1);
    expect(troublesWith(readAs("orders-5d9f-a1", "True", "01:55:00"))).toBe(1);
    expect(troublesWith(readAs("orders-5d9f-a1", "True"))).toBe(0);
  });

  test("one pod that is well does not speak for another that was not seen", () => {
    const other = probeFails("orders-5d9f-b2", "01:56:10");

    expect(troublesWith(readAs("orders-5d9f-a1", "True"), other)).toBe(1);
  });
});
