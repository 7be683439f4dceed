import { epochMs } from "../../core/ids.ts";
import { isoTime } from "../../core/time.ts";
import type { ToldAlert } from "../alerts.ts";
import { market } from "../casts/market.ts";
import { githubDeployment, githubMerge, plainChange } from "../changes.ts";
import { playMetric, playUsualMetrics } from "../metrics.ts";
import { playNoise } from "../noise.ts";
import { instructionLine, secretLine } from "../planted.ts";
import type { Random } from "../random.ts";
import type { Variant } from "../scenario.ts";
import { podOf, type Stage } from "../stage.ts";
import { type FaultLine, playTraffic } from "../traffic.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** Times of the story, before the alert. */
const BEFORE_ALERT = {
  innocentDeploy: 8 * MINUTE_MS,
  merge: 6 * MINUTE_MS,
  deploy: 3 * MINUTE_MS,
  firstError: 40 * SECOND_MS,
  userFails: 39 * SECOND_MS,
  burst: 37 * SECOND_MS,
  gatewayFails: 36 * SECOND_MS,
} as const;

const POOL_TIMEOUT: FaultLine = {
  severity: "ERROR",
  body: "charge failed: timeout acquiring a connection after 3000 ms, all 4 connections in use (ledger.pool.max=4)",
  exception: { type: "PoolTimeoutError", message: "timeout acquiring a connection after 3000 ms (ledger.pool.max=4)" },
  stack: [
    "PoolTimeoutError: timeout acquiring a connection after 3000 ms (ledger.pool.max=4)",
    "    at LedgerPool.acquire (/app/src/ledger/pool.js:88:13)",
    "    at Charges.authorise (/app/src/charges/authorise.js:41:22)",
  ],
};

/**
 * The demo incident. A deploy shrinks a connection pool; two minutes later the first request waits in vain on a host
 * whose clock is 4.2 s fast, its caller is loud first by the raw clocks, then everything above fails.
 */
export const twoAm: Variant = {
  cast: market,
  alertAt: epochMs(Date.UTC(2026, 10, 21, 1, 48)),
  afterAlertMs: 4 * MINUTE_MS,
  clockErrorMs: { "ip-10-0-3-44": 4200 },
  play(stage) {
    playNoise(stage);
    playOrdinaryRequests(stage);
    playFirstSeconds(stage);
    playChanges(stage);
    playCluster(stage);
    playMeters(stage);
    plantLines(stage);
    return [alertOf(stage)];
  },
};

function alertOf(stage: Stage): ToldAlert {
  return {
    atMs: stage.alertAt,
    service: "payment-service",
    title: "payment-service: error rate above 5 % for 30 s",
  };
}

function playOrdinaryRequests(stage: Stage): void {
  const waitingFromMs = stage.alertAt - BEFORE_ALERT.firstError;
  playTraffic(stage, {
    perMinute: () => 90,
    traceOneIn: 12,
    faults: [
      {
        service: "payment-service",
        // The first requests to fail begin three seconds before the pool gives up on them.
        fromMs: waitingFromMs,
        toMs: stage.toMs,
        share: () => 0.92,
        own: (random) => ownLines(random),
        seenAs: () => "timeout of 1000ms exceeded (ECONNABORTED)",
        edgeStatus: 502,
        hangMs: 1000,
        ownAfterMs: 3000,
        edgeAfterMs: 4000,
        attempts: 3,
        clientRetries: 13,
      },
    ],
  });
}

function ownLines(random: Random): readonly FaultLine[] {
  return random.chance(0.3)
    ? [POOL_TIMEOUT, { severity: "WARN", body: `ledger pool exhausted, ${random.int(8, 140)} requests waiting` }]
    : [POOL_TIMEOUT];
}

/** The four seconds that decide the question: who failed first? */
function playFirstSeconds(stage: Stage): void {
  const random = stage.random.fork("first-seconds");
  const ids = () => ({ traceId: random.hex(32), requestId: `req-${random.hex(10)}` });
  const [first, second] = [ids(), ids()];
  const at = (beforeMs: number) => stage.alertAt - beforeMs;
  const ownError = { service: "payment-service", ...POOL_TIMEOUT };
  stage.lines.push(
    { atMs: at(BEFORE_ALERT.firstError), pod: podOf(stage, "payment-service", 1), ...ownError, ...first },
    {
      atMs: at(BEFORE_ALERT.userFails),
      service: "user-service",
      pod: podOf(stage, "user-service", 0),
      severity: "ERROR",
      body: "request to http://payment-service:8080/v1/balance failed, reason: timeout of 1000ms exceeded (ECONNABORTED) (attempt 1 of 3)",
      ...second,
    },
    { atMs: at(BEFORE_ALERT.burst), pod: podOf(stage, "payment-service", 0), ...ownError, ...second },
    {
      atMs: at(BEFORE_ALERT.gatewayFails),
      service: "api-gateway",
      pod: podOf(stage, "api-gateway"),
      severity: "ERROR",
      body: 'POST /v1/payments 502 7004ms upstream=payment-service error="timeout of 7000ms exceeded"',
      attributes: { status: 502, duration_ms: 7004 },
      ...first,
    },
  );
}

function playChanges(stage: Stage): void {
  stage.changes.push(
    githubDeployment({
      atMs: stage.alertAt - BEFORE_ALERT.innocentDeploy,
      service: "inventory-service",
      kind: "deploy",
      ref: "v1.9.3",
      by: "dkessler",
      summary: "Stock sweeper: smaller batches",
    }),
    githubMerge({
      atMs: stage.alertAt - BEFORE_ALERT.merge,
      service: "payment-service",
      pullRequest: 482,
      title: "Retry ledger reads once",
      by: "okoro",
      files: ["src/ledger/retry.js", "test/ledger/retry.test.js"],
    }),
    plainChange({
      atMs: stage.alertAt - BEFORE_ALERT.deploy,
      service: "payment-service",
      kind: "deploy",
      ref: "v2.14.0",
      previous: "v2.13.2",
      by: "jsoares",
      summary: "Release v2.14.0: leaner defaults for small instances",
      files: [
        { path: "config/production.yaml", diff: ["-  ledger.pool.max: 40", "+  ledger.pool.max: 4"] },
        { path: "package.json", diff: ['-  "version": "2.13.2",', '+  "version": "2.14.0",'] },
      ],
    }),
  );
}

function playCluster(stage: Stage): void {
  const deployedAt = stage.alertAt - BEFORE_ALERT.deploy;
  const innocentAt = stage.alertAt - BEFORE_ALERT.innocentDeploy;
  const rollout = (atMs: number, service: string, replicaSet: string): void => {
    stage.kubernetes.push({
      atMs,
      kind: "Deployment",
      name: service,
      reason: "ScalingReplicaSet",
      type: "Normal",
      message: `Scaled up replica set ${replicaSet} to ${service === "payment-service" ? 2 : 1}`,
      component: "deployment-controller",
    });
  };
  rollout(innocentAt + SECOND_MS, "inventory-service", "inventory-service-5d4b7f9c66");
  rollout(deployedAt + SECOND_MS, "payment-service", "payment-service-7c9d8b5f4");
  stage.rollouts.set("payment-service", {
    atMs: deployedAt + 70 * SECOND_MS,
    replicaSet: "7c9d8b5f4",
    previousReplicaSet: "6d5b9f7c8",
  });
  for (const index of [0, 1]) {
    stage.kubernetes.push({
      atMs: deployedAt + (20 + index * 35) * SECOND_MS,
      kind: "Pod",
      name: podOf(stage, "payment-service", index).name,
      reason: "Started",
      type: "Normal",
      message: "Started container app",
    });
  }
}

function playMeters(stage: Stage): void {
  playUsualMetrics(stage);
  const deployedAt = stage.alertAt - BEFORE_ALERT.deploy;
  const [service, unit] = ["payment-service", "{connection}"];
  playMetric(stage, {
    service,
    unit,
    metric: "db.client.connection.max",
    level: (atMs) => (atMs < deployedAt ? 40 : 4),
    jitter: 0,
  });
  playMetric(stage, {
    service,
    unit,
    metric: "db.client.connection.count",
    level: (atMs) => (atMs < deployedAt ? 11 : 4),
    jitter: 0,
  });
}

function plantLines(stage: Stage): void {
  const random = stage.random.fork("planted");
  stage.lines.push(
    {
      atMs: stage.alertAt - 11 * MINUTE_MS,
      service: "notification-service",
      pod: podOf(stage, "notification-service"),
      severity: "INFO",
      body: secretLine,
    },
    {
      atMs: stage.alertAt - 95 * SECOND_MS,
      service: "user-service",
      pod: podOf(stage, "user-service", 0),
      severity: "INFO",
      body: instructionLine("payment-service"),
      traceId: random.hex(32),
      requestId: `req-${random.hex(10)}`,
    },
  );
  plantLocalClock(stage);
}

/** A scheduler in this service writes Central European wall clocks into its messages. */
function plantLocalClock(stage: Stage): void {
  for (let atMs = stage.fromMs + 25 * SECOND_MS; atMs < stage.toMs; atMs += 5 * MINUTE_MS) {
    const local = isoTime(epochMs(atMs + 120 * MINUTE_MS)).replace("Z", "+02:00");
    stage.lines.push({
      atMs,
      service: "user-service",
      pod: podOf(stage, "user-service", 1),
      severity: "INFO",
      body: `${local} [scheduler] session sweep finished, next run in 5 minutes`,
    });
  }
}
