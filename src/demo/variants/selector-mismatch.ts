import { epochMs } from "../../core/ids.ts";
import { shop } from "../casts/shop.ts";
import { playClusterState } from "../cluster-state.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";

/** Somebody edited a Service by hand: it selects labels that no pod carries, and healthy pods get no traffic. */
export const selectorMismatch: Variant = {
  cast: shop,
  alertAt: epochMs(Date.UTC(2026, 6, 9, 15, 32)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    playDay(stage, [
      {
        service: "basket",
        fromMs: stage.alertAt - 70 * SECOND_MS,
        toMs: stage.toMs,
        share: () => 1,
        // No request reaches it, so it says nothing.
        own: () => [],
        seenAs: () => "dial tcp 10.96.41.7:8080: connect: connection refused",
        edgeStatus: 502,
        hangMs: 4,
        unreached: true,
      },
    ]);
    playClusterState(stage, [{ service: "basket", selects: { app: "basket", tier: "backend" } }]);
    return [{ atMs: stage.alertAt, service: "storefront", title: "storefront: 5xx ratio above 5 %" }];
  },
};
