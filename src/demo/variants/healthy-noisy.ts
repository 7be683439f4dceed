import { epochMs } from "../../core/ids.ts";
import { shop } from "../casts/shop.ts";
import { githubDeployment } from "../changes.ts";
import { MINUTE_MS, playDay } from "../play-day.ts";
import type { Variant } from "../scenario.ts";

/** A threshold is too tight: the usual warnings and errors go on at their usual rate, and nothing is wrong. */
export const healthyNoisy: Variant = {
  cast: shop,
  alertAt: epochMs(Date.UTC(2026, 4, 12, 11, 17)),
  afterAlertMs: 5 * MINUTE_MS,
  play(stage) {
    playDay(stage, []);
    stage.changes.push(
      githubDeployment({
        atMs: stage.alertAt - 19 * MINUTE_MS,
        service: "catalog",
        kind: "deploy",
        ref: "cat-881",
        by: "nbianchi",
        summary: "Sort brands by name",
      }),
    );
    return [
      { atMs: stage.alertAt, service: "basket", title: "basket: more than 0 error lines per minute", urgency: "low" },
    ];
  },
};
