import { epochMs } from "../../core/ids.ts";
import { travel } from "../casts/travel.ts";
import { githubDeployment, plainChange } from "../changes.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import type { Fault } from "../traffic.ts";

/** Somebody edits a live setting, nothing is deployed: the quota of a service shrinks to a hundredth. */
export const configChange: Variant = {
  cast: travel,
  alertAt: epochMs(Date.UTC(2026, 9, 6, 14, 32)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    const editedAt = stage.alertAt - 4 * MINUTE_MS;
    playDay(stage, [throttled(editedAt + 35 * SECOND_MS, stage.toMs)]);
    stage.changes.push(
      githubDeployment({
        atMs: stage.alertAt - 24 * MINUTE_MS,
        service: "loyalty",
        kind: "deploy",
        ref: "2026.10.06-2",
        by: "hvidal",
        summary: "New tier badges",
      }),
      plainChange({
        atMs: editedAt,
        service: "fares",
        kind: "config",
        ref: "fares-settings-118",
        previous: "fares-settings-117",
        by: "tnakagawa",
        summary: "Edit ConfigMap fares-settings",
        files: [
          {
            path: "fares-settings.yaml",
            diff: ["-  quota.requests_per_second: 500", "+  quota.requests_per_second: 5"],
          },
        ],
      }),
    );
    return [{ atMs: stage.alertAt, service: "booking", title: "booking: quote errors burn 14x of the budget" }];
  },
};

function throttled(fromMs: number, toMs: number): Fault {
  return {
    service: "fares",
    fromMs,
    toMs,
    share: () => 0.85,
    own: () => [
      {
        severity: "WARN",
        body: "rejected with 429: over quota (quota.requests_per_second=5), source settings revision 118",
      },
    ],
    seenAs: () => "rpc error: code = ResourceExhausted desc = 429 Too Many Requests",
    edgeStatus: 503,
    hangMs: 25,
    attempts: 2,
    clientRetries: 1,
  };
}
