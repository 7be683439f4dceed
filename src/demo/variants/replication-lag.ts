import { epochMs } from "../../core/ids.ts";
import { shop } from "../casts/shop.ts";
import { githubDeployment } from "../changes.ts";
import { playMetric } from "../metrics.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import type { Stage } from "../stage.ts";

/** A bulk job writes many times more than usual, and the replica that pages are read from falls behind; nothing logs an error. */
export const replicationLag: Variant = {
  cast: shop,
  alertAt: epochMs(Date.UTC(2026, 8, 9, 3, 25)),
  afterAlertMs: 6 * MINUTE_MS,
  play(stage) {
    playDay(stage, []);
    playDatabase(stage, stage.alertAt - 14 * MINUTE_MS);
    stage.changes.push(
      githubDeployment({
        atMs: stage.alertAt - 26 * MINUTE_MS,
        service: "mailer",
        kind: "deploy",
        ref: "ml-207",
        by: "smarino",
        summary: "Plainer order mails",
      }),
    );
    return [{ atMs: stage.alertAt, service: "storefront", title: "Order pages show what was true minutes ago" }];
  },
};

function playDatabase(stage: Stage, bulkFrom: number): void {
  const isBulk = (atMs: number) => atMs >= bulkFrom;
  playMetric(stage, { ...noisy("orders-db", "DatabaseConnections", "1"), level: () => 84 });
  playMetric(stage, { ...noisy("orders-db", "CPUUtilization", "%"), level: (atMs) => (isBulk(atMs) ? 48 : 21) });
  playMetric(stage, {
    ...noisy("orders-db", "TransactionLogsGeneration", "By/s"),
    level: (atMs) => (isBulk(atMs) ? 150_000_000 : 4_200_000),
  });
  playMetric(stage, {
    ...noisy("orders-db-replica", "ReplicaLag", "s"),
    // It replays a third of what it gets, so it loses two seconds in three.
    level: (atMs) => (isBulk(atMs) ? 2 + ((atMs - bulkFrom) / SECOND_MS) * 0.67 : 1.2),
  });
}

function noisy(service: string, metric: string, unit: string) {
  return { service, metric, unit, jitter: 0.06 };
}
