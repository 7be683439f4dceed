import { epochMs } from "../../core/ids.ts";
import { shop } from "../casts/shop.ts";
import { plainChange } from "../changes.ts";
import { playMetric } from "../metrics.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import { podOf, type Stage } from "../stage.ts";
import type { Fault, FaultLine } from "../traffic.ts";

const EXHAUSTED: FaultLine = {
  severity: "ERROR",
  body: "could not load basket: HikariPool-1 - Connection is not available, request timed out after 30000ms (total=20, active=20, idle=0, waiting=57)",
  stack: [
    "java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms",
    "\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:686)",
    "\tat com.zaxxer.hikari.HikariDataSource.getConnection(HikariDataSource.java:100)",
    "\tat shop.basket.BasketStore.load(BasketStore.java:73)",
  ],
};

/** A long report inside a service keeps its database connections; nobody changed anything today. */
export const poolExhaustion: Variant = {
  cast: shop,
  alertAt: epochMs(Date.UTC(2026, 10, 2, 6, 12)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    const reportAt = stage.alertAt - 6 * MINUTE_MS;
    const emptyAt = stage.alertAt - 100 * SECOND_MS;
    playDay(stage, [exhausted(emptyAt, stage.toMs)]);
    playReport(stage, reportAt);
    playPool(stage, { reportAt, emptyAt });
    stage.changes.push(
      plainChange({
        atMs: stage.alertAt - 9 * 60 * MINUTE_MS,
        service: "basket",
        kind: "deploy",
        ref: "basket-3.41",
        by: "lferrari",
        summary: "Keep gift notes",
        files: [{ path: "src/main/java/shop/basket/GiftNote.java", diff: ["+  private String note;"] }],
      }),
    );
    return [{ atMs: stage.alertAt, service: "checkout", title: "Orders per minute dropped below 40 % of last week" }];
  },
};

function exhausted(fromMs: number, toMs: number): Fault {
  return {
    service: "basket",
    fromMs,
    toMs,
    share: () => 0.9,
    own: () => [EXHAUSTED],
    seenAs: () => "basket answered 500 Internal Server Error",
    edgeStatus: 500,
    hangMs: 900,
    attempts: 2,
    clientRetries: 2,
  };
}

function playReport(stage: Stage, reportAt: number): void {
  const pod = podOf(stage, "basket");
  const say = (atMs: number, severity: "INFO" | "WARN", body: string): void => {
    stage.lines.push({ atMs, service: "basket", pod, severity, body });
  };
  say(reportAt, "INFO", "monthly settlement started, 18 partitions in parallel");
  for (let minute = 1; reportAt + minute * MINUTE_MS < stage.toMs; minute++) {
    say(
      reportAt + minute * MINUTE_MS,
      "WARN",
      `HikariPool-1 - connection held for ${minute * 60} s by settlement-${minute}, apparent connection leak detected`,
    );
  }
}

function playPool(stage: Stage, { reportAt, emptyAt }: { reportAt: number; emptyAt: number }): void {
  const common = { service: "basket", unit: "{connection}" };
  playMetric(stage, { ...common, metric: "hikaricp.connections.max", level: () => 20, jitter: 0 });
  playMetric(stage, {
    ...common,
    metric: "hikaricp.connections.active",
    level: (atMs) => (atMs >= emptyAt ? 20 : atMs >= reportAt ? 18 : 5),
    jitter: 0,
  });
  playMetric(stage, {
    ...common,
    metric: "hikaricp.connections.pending",
    level: (atMs) => (atMs >= emptyAt ? 55 : 0),
    jitter: 0.1,
  });
}
