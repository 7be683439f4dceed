import { epochMs } from "../../core/ids.ts";
import { media } from "../casts/media.ts";
import { githubDeployment } from "../changes.ts";
import { playMetric } from "../metrics.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import { podOf, type Stage } from "../stage.ts";
import type { Fault } from "../traffic.ts";

const MEBIBYTE = 1_048_576;
const LIMIT_MIB = 512;

/** Memory climbs for two hours until the kernel kills the pods, again and again. */
export const memoryLeakOom: Variant = {
  cast: media,
  alertAt: epochMs(Date.UTC(2026, 6, 30, 19, 40)),
  afterAlertMs: 5 * MINUTE_MS,
  play(stage) {
    const kills = [-150, -105, -40, 30, 120].map((seconds) => stage.alertAt + seconds * SECOND_MS);
    playDay(
      stage,
      kills.map((atMs) => away(atMs, atMs + 38 * SECOND_MS)),
      ["thumbnails"],
    );
    playLeak(stage, kills[0] ?? stage.alertAt);
    playKills(stage, kills);
    stage.changes.push(
      githubDeployment({
        atMs: stage.alertAt - 21 * MINUTE_MS,
        service: "accounts",
        kind: "deploy",
        ref: "r5521",
        by: "smarino",
        summary: "Longer sessions on phones",
      }),
    );
    return [{ atMs: stage.alertAt, service: "library", title: "Album covers failing for more than 5 % of viewers" }];
  },
};

function away(fromMs: number, toMs: number): Fault {
  return {
    service: "thumbnails",
    fromMs,
    toMs,
    share: () => 0.9,
    own: () => [],
    seenAs: (random) => (random.chance(0.5) ? "connect ECONNREFUSED 172.20.88.14:8080" : "socket hang up (ECONNRESET)"),
    edgeStatus: 502,
    hangMs: 15,
    attempts: 2,
    clientRetries: 2,
  };
}

function playLeak(stage: Stage, firstKill: number): void {
  const climbFrom = stage.fromMs + 20 * MINUTE_MS;
  playMetric(stage, {
    service: "thumbnails",
    metric: "container.memory.working_set",
    unit: "By",
    level: (atMs) => MEBIBYTE * (atMs < climbFrom ? 210 : climbed(atMs, { climbFrom, firstKill })),
    jitter: 0.01,
  });
  playMetric(stage, {
    service: "thumbnails",
    metric: "container.memory.limit",
    unit: "By",
    level: () => LIMIT_MIB * MEBIBYTE,
    jitter: 0,
  });
  playMetric(stage, {
    service: "thumbnails",
    metric: "process.cpu.utilization",
    unit: "%",
    level: () => 31,
    jitter: 0.1,
  });
  for (const [index, afterS] of [0, 70, 140, 190].entries()) {
    stage.lines.push({
      atMs: firstKill - (210 - afterS) * SECOND_MS,
      service: "thumbnails",
      pod: podOf(stage, "thumbnails"),
      severity: "WARN",
      body: `<--- mark-compact: ${496 + index * 4}.1 (511.9) MB, allocation failure, scavenge might not succeed`,
    });
  }
}

function climbed(atMs: number, { climbFrom, firstKill }: { climbFrom: number; firstKill: number }): number {
  const share = Math.min(1, (atMs - climbFrom) / (firstKill - climbFrom));
  return 210 + share * (LIMIT_MIB - 214);
}

function playKills(stage: Stage, kills: readonly number[]): void {
  kills.forEach((atMs, index) => {
    const pod = podOf(stage, "thumbnails", index % 2);
    stage.lines.push({
      atMs: atMs - 200,
      service: "thumbnails",
      pod,
      severity: "FATAL",
      body: "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    });
    stage.kubernetes.push({
      atMs,
      kind: "Pod",
      name: pod.name,
      reason: "OOMKilling",
      type: "Warning",
      message: `Memory cgroup out of memory: Killed process ${20_100 + index} (node) total-vm:1189420kB, anon-rss:521300kB`,
      component: "kernel-monitor",
    });
    stage.kubernetes.push({
      atMs: atMs + 4 * SECOND_MS,
      kind: "Pod",
      name: pod.name,
      reason: "BackOff",
      type: "Warning",
      message: "Back-off restarting failed container app, last state: OOMKilled (exit code 137)",
      count: index + 1,
    });
  });
}
