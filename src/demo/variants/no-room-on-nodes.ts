import { epochMs } from "../../core/ids.ts";
import { travel } from "../casts/travel.ts";
import { playClusterState } from "../cluster-state.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";

const PENDING = ["fares-6b5c9d7f8-h2wxq", "fares-6b5c9d7f8-s8nvt"];
const MESSAGE =
  "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.";

/** More pods are wanted for the morning rush, no node has the processor time for them, and the old ones are overrun. */
export const noRoomOnNodes: Variant = {
  cast: travel,
  alertAt: epochMs(Date.UTC(2026, 10, 2, 7, 48)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    const fullAt = stage.alertAt - 2 * MINUTE_MS;
    playDay(stage, [
      {
        service: "fares",
        fromMs: fullAt,
        toMs: stage.toMs,
        share: () => 0.55,
        own: (random) => [
          { severity: "WARN", body: `request waited ${random.int(2000, 5000)} ms for a worker, all 16 are busy` },
        ],
        seenAs: () => "rpc error: code = DeadlineExceeded desc = context deadline exceeded",
        edgeStatus: 504,
        hangMs: 2000,
      },
    ]);
    playClusterState(stage, [{ service: "fares", pending: { pods: PENDING, message: MESSAGE } }]);
    for (const name of PENDING) {
      stage.kubernetes.push({
        atMs: fullAt - 30 * SECOND_MS,
        lastMs: stage.toMs - 20 * SECOND_MS,
        kind: "Pod",
        name,
        reason: "FailedScheduling",
        type: "Warning",
        message: MESSAGE,
        count: 9,
        component: "default-scheduler",
      });
    }
    return [{ atMs: stage.alertAt, service: "edge", title: "edge: 5xx ratio above 10 %" }];
  },
};
