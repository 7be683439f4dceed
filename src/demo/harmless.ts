import { type EpochMs, epochMs } from "../core/ids.ts";
import { pagerDutyWebhook, type ToldAlert } from "./alerts.ts";
import type { Cast } from "./cast.ts";
import { market } from "./casts/market.ts";
import { media } from "./casts/media.ts";
import { shop } from "./casts/shop.ts";
import { travel } from "./casts/travel.ts";
import { githubDeployment } from "./changes.ts";
import { playMetric, playUsualMetrics } from "./metrics.ts";
import { playNoise } from "./noise.ts";
import { MINUTE_MS, SECOND_MS } from "./play-day.ts";
import { createRandom, type Random } from "./random.ts";
import { playVariant, type Scenario } from "./scenario.ts";
import { podOf, type Stage } from "./stage.ts";
import { type Fault, playTraffic } from "./traffic.ts";

/** What a nervous alert may be about when nothing is wrong now. */
export const harmlessKinds = [
  "noise",
  "deploy",
  "old-restart",
  "pod-placed",
  "probe-warnings",
  "busy-processor",
  "database-job",
  "flap",
  "recovered",
  "resolved-alert",
] as const;

export type HarmlessKind = (typeof harmlessKinds)[number];

const CASTS: readonly Cast[] = [shop, media, travel, market];
const AFTER_ALERT_MS = 9 * MINUTE_MS;

/** A generated incident in which nothing is wrong, or no longer. Pure: the same kind and seed give the same bytes. */
export function harmlessScenario(kind: HarmlessKind, seed: number): Scenario {
  const random = createRandom(seed, `harmless/${kind}`);
  const cast = random.pick(CASTS);
  const alertAt = epochMs(Date.UTC(2026, random.int(0, 11), random.int(1, 28), random.int(0, 23), random.int(0, 59)));
  const told = alertOf(cast, alertAt, random);
  const variant = {
    cast,
    alertAt,
    afterAlertMs: AFTER_ALERT_MS,
    play: (stage: Stage) => {
      playQuietDay(stage, STORIES[kind](stage, random), random);
      return [told];
    },
  };
  const scenario = playVariant(`harmless-${kind}-${seed}`, variant, { seed });
  if (kind !== "resolved-alert") return scenario;
  const resolved = pagerDutyWebhook(told, "resolved", alertAt + random.int(2, 6) * MINUTE_MS);
  return { ...scenario, alerts: [...scenario.alerts, resolved] };
}

function alertOf(cast: Cast, atMs: EpochMs, random: Random): ToldAlert {
  const { name } = random.pick(cast.services);
  const title = random.pick([
    `${name}: more than 0 error lines per minute`,
    `${name}: error ratio above 1 %`,
    `${name} may be down`,
    `${name}: a pod restarted or is not ready`,
  ]);
  return { atMs, service: name, title, urgency: "low" };
}

/** Traffic that swells and ebbs as on any day, with the usual complaints at their usual rate. */
function playQuietDay(stage: Stage, faults: readonly Fault[], random: Random): void {
  const [base, swing, turnMs] = [random.int(20, 44), random.next() * 0.3, random.int(40, 120) * MINUTE_MS];
  playNoise(stage);
  playTraffic(stage, {
    perMinute: (atMs) => base * (1 + swing * Math.sin(atMs / turnMs)),
    traceOneIn: 6,
    faults,
  });
}

/** Puts down what is special about a day, and says what failed for a while. */
type Story = (stage: Stage, random: Random) => readonly Fault[];

const STORIES: Readonly<Record<HarmlessKind, Story>> = {
  noise: usual(() => []),
  deploy: usual(playDeploy),
  "old-restart": usual(playOldRestart),
  "pod-placed": usual(playPlacedPod),
  "probe-warnings": usual(playProbeWarnings),
  "busy-processor": playBusyProcessor,
  "database-job": usual(playDatabaseJob),
  flap: usual((stage, random) => [
    outage(stage, random, { lastsS: random.int(4, 25), share: 0.3 + random.next() / 2 }),
  ]),
  recovered: usual((stage, random) => [outage(stage, random, { lastsS: random.int(40, 150), share: 0.8 })]),
  "resolved-alert": usual((stage, random) => [outage(stage, random, { lastsS: random.int(40, 150), share: 0.8 })]),
};

function usual(story: Story): Story {
  return (stage, random) => {
    playUsualMetrics(stage);
    return story(stage, random);
  };
}

/** A failure that began shortly before the alert and was over at the alert or soon after. */
function outage(
  stage: Stage,
  random: Random,
  { lastsS, share }: { readonly lastsS: number; readonly share: number },
): Fault {
  const behind = stage.cast.services.filter(({ name }) =>
    stage.cast.routes.some(({ chain }) => chain.indexOf(name) > 0),
  );
  const fromMs = stage.alertAt - random.int(lastsS - 20, lastsS + 60) * SECOND_MS;
  return {
    service: random.pick(behind).name,
    fromMs,
    toMs: fromMs + lastsS * SECOND_MS,
    share: () => share,
    own: () => [],
    seenAs: () => random.pick(["socket hang up (ECONNRESET)", "connect ETIMEDOUT 10.96.14.20:8080"]),
    edgeStatus: 503,
    hangMs: random.pick([20, 400, 2000]),
    clientRetries: random.int(0, 2),
  };
}

/** A deploy that changed nothing for anybody, with the events of a rollout. */
function playDeploy(stage: Stage, random: Random): readonly Fault[] {
  const service = random.pick(stage.cast.services);
  const atMs = stage.alertAt - random.int(1, 28) * MINUTE_MS;
  stage.changes.push(
    githubDeployment({
      atMs,
      service: service.name,
      kind: "deploy",
      ref: `v${random.int(2, 9)}.${random.int(0, 40)}`,
      by: "nbianchi",
      summary: random.pick(["Sort brands by name", "Update copyright year", "Shorter cache keys", "Fewer debug lines"]),
    }),
  );
  service.pods.forEach(({ name }, index) => {
    const startMs = atMs + (20 + index * 35) * SECOND_MS;
    const pod = { kind: "Pod" as const, name, type: "Normal" as const };
    stage.kubernetes.push(
      {
        ...pod,
        atMs: startMs,
        reason: "Scheduled",
        message: `Successfully assigned prod/${name}`,
        component: "scheduler",
      },
      { ...pod, atMs: startMs + 4000, reason: "Started", message: "Started container app" },
      {
        ...pod,
        atMs: startMs + 6000,
        type: "Warning",
        reason: "Unhealthy",
        message: "Readiness probe failed: connect: connection refused",
      },
    );
  });
  return [];
}

/** One container restarted long ago and has run ever since. */
function playOldRestart(stage: Stage, random: Random): readonly Fault[] {
  const { name } = podOf(stage, random.pick(stage.cast.services).name);
  const atMs = stage.alertAt - random.int(45, 140) * MINUTE_MS;
  const pod = { kind: "Pod" as const, name };
  stage.kubernetes.push(
    { ...pod, atMs, type: "Warning", reason: "BackOff", message: "Back-off restarting failed container app" },
    { ...pod, atMs: atMs + 12_000, type: "Normal", reason: "Started", message: "Started container app" },
  );
  return [];
}

/** A pod waited until the cluster had grown by a node, and runs now. */
function playPlacedPod(stage: Stage, random: Random): readonly Fault[] {
  const { name, host } = podOf(stage, random.pick(stage.cast.services).name);
  const atMs = stage.alertAt - random.int(5, 25) * MINUTE_MS;
  const pod = { kind: "Pod" as const, name, component: "scheduler" };
  stage.kubernetes.push(
    {
      ...pod,
      atMs,
      type: "Warning",
      reason: "FailedScheduling",
      message: `0/${random.int(2, 5)} nodes are available: 2 Insufficient cpu.`,
    },
    {
      ...pod,
      atMs: atMs + random.int(60, 200) * SECOND_MS,
      type: "Normal",
      reason: "Scheduled",
      message: `Successfully assigned prod/${name} to ${host}`,
    },
    {
      ...pod,
      atMs: atMs + 220_000,
      type: "Normal",
      reason: "Started",
      message: "Started container app",
      component: "kubelet",
    },
  );
  return [];
}

/** Probes that fail now and then, all day. */
function playProbeWarnings(stage: Stage, random: Random): readonly Fault[] {
  const { name } = podOf(stage, random.pick(stage.cast.services).name);
  const stepMs = random.int(6, 14) * MINUTE_MS;
  for (let atMs = stage.fromMs; atMs < stage.toMs; atMs += stepMs) {
    stage.kubernetes.push({
      atMs: Math.min(stage.toMs - SECOND_MS, atMs + random.int(0, stepMs / 2)),
      kind: "Pod",
      name,
      type: "Warning",
      reason: "Unhealthy",
      message: "Readiness probe failed: HTTP probe failed with statuscode: 503",
    });
  }
  return [];
}

/** One service's processor is busy for a minute now and then: a job that everybody knows. */
function playBusyProcessor(stage: Stage, random: Random): readonly Fault[] {
  const { name } = random.pick(stage.cast.services);
  const everyMs = random.int(9, 20) * MINUTE_MS;
  playUsualMetrics(stage, [name]);
  playMetric(stage, {
    service: name,
    metric: "process.cpu.utilization",
    unit: "%",
    level: (atMs) => (atMs % everyMs < MINUTE_MS ? 96 : 35),
    jitter: 0.03,
  });
  return [];
}

/** A nightly job at a database that was heavy for some minutes, and is over: its disk grew, its replica caught up. */
function playDatabaseJob(stage: Stage, random: Random): readonly Fault[] {
  const [fromMs, lastsMs] = [stage.alertAt - random.int(12, 20) * MINUTE_MS, random.int(3, 8) * MINUTE_MS];
  const isBusy = (atMs: number) => atMs >= fromMs && atMs < fromMs + lastsMs;
  const series = (metric: string, unit: string, [calm, busy]: readonly [number, number]) => {
    const level = (atMs: number) => (isBusy(atMs) ? busy : calm);
    playMetric(stage, { service: "night-db", metric, unit, level, jitter: 0.04 });
  };
  series("DatabaseConnections", "1", [70, 110]);
  series("CPUUtilization", "%", [24, random.int(60, 96)]);
  series("ReplicaLag", "s", [1, random.int(5, 400)]);
  series("TransactionLogsGeneration", "By/s", [4_000_000, random.int(6, 150) * 1_000_000]);
  series("FreeStorageSpace", "By", [2e11, random.int(1, 100) * 1e9]);
  return [];
}
