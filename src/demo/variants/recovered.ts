import { epochMs } from "../../core/ids.ts";
import { shop } from "../casts/shop.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import type { Fault } from "../traffic.ts";

/** A network path breaks for a minute and a half and comes back before anybody is awake. */
export const recovered: Variant = {
  cast: shop,
  alertAt: epochMs(Date.UTC(2026, 2, 3, 4, 44)),
  afterAlertMs: 9 * MINUTE_MS,
  play(stage) {
    const brokenAt = stage.alertAt - 110 * SECOND_MS;
    playDay(stage, [unreachable(brokenAt, brokenAt + 95 * SECOND_MS)]);
    return [{ atMs: stage.alertAt, service: "storefront", title: "Product pages: error ratio above 5 %" }];
  },
};

function unreachable(fromMs: number, toMs: number): Fault {
  return {
    service: "catalog",
    fromMs,
    toMs,
    share: () => 0.8,
    own: () => [],
    seenAs: () => "connect ETIMEDOUT 10.96.14.20:8080",
    edgeStatus: 504,
    hangMs: 2000,
    clientRetries: 2,
  };
}
