import { epochMs } from "../../core/ids.ts";
import { travel } from "../casts/travel.ts";
import { githubDeployment } from "../changes.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import { podOf, type Stage } from "../stage.ts";
import type { Fault } from "../traffic.ts";

/** A quiet service loses its quorum and refuses work; its caller shouts and gets the alert. */
export const dependencyFailure: Variant = {
  cast: travel,
  alertAt: epochMs(Date.UTC(2026, 8, 17, 9, 21)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    const lostAt = stage.alertAt - 75 * SECOND_MS;
    playDay(stage, [noLeader(lostAt + 2 * SECOND_MS, stage.toMs)]);
    playElection(stage, lostAt);
    stage.changes.push(
      githubDeployment({
        atMs: stage.alertAt - 27 * MINUTE_MS,
        service: "fares",
        kind: "deploy",
        ref: "2026.9.17-1",
        by: "hvidal",
        summary: "Show fare family names",
      }),
    );
    stage.kubernetes.push({
      atMs: lostAt + 12 * SECOND_MS,
      lastMs: stage.toMs - 10 * SECOND_MS,
      kind: "Pod",
      name: "seats-0",
      reason: "Unhealthy",
      type: "Warning",
      message: "Readiness probe failed: HTTP probe failed with statuscode: 503",
      count: 21,
    });
    return [{ atMs: stage.alertAt, service: "booking", title: "booking: 5xx ratio above 10 %" }];
  },
};

function noLeader(fromMs: number, toMs: number): Fault {
  return {
    service: "seats",
    fromMs,
    toMs,
    share: () => 0.97,
    // It refuses without a word: only its callers fill the logs.
    own: () => [],
    seenAs: () => "rpc error: code = Unavailable desc = 503 seats: no leader, try again later",
    edgeStatus: 503,
    hangMs: 40,
    attempts: 4,
    clientRetries: 2,
  };
}

function playElection(stage: Stage, lostAt: number): void {
  const lines: readonly (readonly [number, "WARN" | "ERROR", string])[] = [
    [0, "WARN", "raft: heartbeat timeout reached, peers seats-1 and seats-2 do not answer"],
    [1.2, "ERROR", "raft: lost leadership, quorum 1 of 3 is not enough"],
    [6, "WARN", "raft: election timeout in term 4418, no votes received"],
    [19, "WARN", "raft: election timeout in term 4419, no votes received"],
    [48, "ERROR", "raft: still without a leader, refusing reads and writes"],
  ];
  for (const [afterS, severity, body] of lines) {
    stage.lines.push({
      atMs: lostAt + afterS * SECOND_MS,
      service: "seats",
      pod: podOf(stage, "seats"),
      severity,
      body,
    });
  }
}
