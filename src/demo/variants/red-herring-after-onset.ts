import { epochMs } from "../../core/ids.ts";
import { shop } from "../casts/shop.ts";
import { plainChange } from "../changes.ts";
import { playMetric } from "../metrics.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import type { Fault } from "../traffic.ts";

/** A disk is full; somebody deploys the same service after it began to fail. The deploy is innocent. */
export const redHerringAfterOnset: Variant = {
  cast: shop,
  alertAt: epochMs(Date.UTC(2026, 7, 19, 20, 9)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    const fullAt = stage.alertAt - 3 * MINUTE_MS;
    playDay(stage, [diskFull(fullAt, stage.toMs)]);
    playMetric(stage, {
      service: "catalog",
      metric: "system.filesystem.utilization",
      unit: "%",
      level: (atMs) => Math.min(100, 100 - (fullAt - atMs) / (4 * MINUTE_MS)),
      jitter: 0,
    });
    stage.changes.push(
      plainChange({
        atMs: fullAt + 70 * SECOND_MS,
        service: "catalog",
        kind: "deploy",
        ref: "cat-902",
        previous: "cat-901",
        by: "nbianchi",
        summary: "Search: highlight matches",
        files: [{ path: "internal/search/highlight.go", diff: ["+const before = 40", "-const before = 20"] }],
      }),
    );
    return [{ atMs: stage.alertAt, service: "catalog", title: "catalog: 5xx above 20 % of requests" }];
  },
};

function diskFull(fromMs: number, toMs: number): Fault {
  return {
    service: "catalog",
    fromMs,
    toMs,
    share: () => 0.7,
    own: (random) => [
      {
        severity: "ERROR",
        body: `write /var/lib/catalog/segments/${random.int(100, 999)}.idx: no space left on device (ENOSPC)`,
      },
    ],
    seenAs: () => "catalog answered 500 Internal Server Error",
    edgeStatus: 500,
    hangMs: 30,
    clientRetries: 1,
  };
}
