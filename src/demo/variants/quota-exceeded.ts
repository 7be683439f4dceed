import { epochMs } from "../../core/ids.ts";
import { media } from "../casts/media.ts";
import { playClusterState } from "../cluster-state.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";

const REFUSED =
  'pods "thumbnails-5d9f6c8b7-m4x7p" is forbidden: exceeded quota: team-quota, requested: requests.memory=256Mi, used: requests.memory=4Gi, limited: requests.memory=4Gi';

/** A busy evening: more pods are asked for, the quota of the namespace refuses them, and the few that run are too slow. */
export const quotaExceeded: Variant = {
  cast: media,
  alertAt: epochMs(Date.UTC(2026, 7, 22, 19, 5)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    const fullAt = stage.alertAt - 2 * MINUTE_MS;
    playDay(stage, [
      {
        service: "thumbnails",
        fromMs: fullAt,
        toMs: stage.toMs,
        share: () => 0.6,
        own: (random) => [
          {
            severity: "WARN",
            body: `queue of the two workers is full, picture ${random.hex(6)} waited ${random.int(2100, 4800)} ms`,
          },
        ],
        seenAs: () => "context deadline exceeded after 2000 ms",
        edgeStatus: 504,
        hangMs: 2000,
      },
    ]);
    playClusterState(stage, [{ service: "thumbnails", missing: { replicas: 3, message: REFUSED } }]);
    stage.objects.push({
      kind: "ResourceQuota",
      metadata: { name: "team-quota" },
      spec: { hard: { "requests.memory": "4Gi", "requests.cpu": "20" } },
      status: {
        hard: { "requests.memory": "4Gi", "requests.cpu": "20" },
        used: { "requests.memory": "4Gi", "requests.cpu": "6" },
      },
    });
    stage.kubernetes.push({
      atMs: fullAt,
      lastMs: stage.toMs - 15 * SECOND_MS,
      kind: "ReplicaSet",
      name: "thumbnails-5d9f6c8b7",
      reason: "FailedCreate",
      type: "Warning",
      message: `Error creating: ${REFUSED}`,
      count: 14,
      component: "replicaset-controller",
    });
    return [{ atMs: stage.alertAt, service: "library", title: "library: error rate above 5 %" }];
  },
};
