import { epochMs } from "../../core/ids.ts";
import { shop } from "../casts/shop.ts";
import { githubMerge } from "../changes.ts";
import { MINUTE_MS, playDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import type { Fault, FaultLine } from "../traffic.ts";

const CRASH: FaultLine = {
  severity: "ERROR",
  body: "order could not be priced: Cannot read properties of undefined (reading 'rate')",
  exception: { type: "TypeError", message: "Cannot read properties of undefined (reading 'rate')" },
  stack: [
    "TypeError: Cannot read properties of undefined (reading 'rate')",
    "    at taxOf (/srv/checkout/src/tax/rates.js:57:31)",
    "    at priceOrder (/srv/checkout/src/orders/price.js:112:19)",
  ],
};

/** Old code meets new data. The pull request that touches the very file was merged minutes before, and runs nowhere. */
export const mergedNeverDeployed: Variant = {
  cast: shop,
  alertAt: epochMs(Date.UTC(2026, 5, 9, 13, 58)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    playDay(stage, [crashes(stage.alertAt - 95 * SECOND_MS, stage.toMs)]);
    stage.changes.push(
      githubMerge({
        atMs: stage.alertAt - 6 * MINUTE_MS,
        service: "checkout",
        pullRequest: 771,
        title: "Look up tax rates by region",
        by: "efalk",
        files: ["src/tax/rates.js", "test/tax/rates.test.js"],
      }),
    );
    return [{ atMs: stage.alertAt, service: "checkout", title: "checkout: orders failing" }];
  },
};

function crashes(fromMs: number, toMs: number): Fault {
  return {
    service: "checkout",
    fromMs,
    toMs,
    share: () => 0.75,
    own: () => [CRASH],
    seenAs: () => "checkout answered 500 Internal Server Error",
    edgeStatus: 500,
    hangMs: 20,
    clientRetries: 2,
  };
}
