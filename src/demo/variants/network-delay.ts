import { epochMs } from "../../core/ids.ts";
import { travel } from "../casts/travel.ts";
import { MINUTE_MS, playSlowDay, SECOND_MS } from "../play-day.ts";
import type { Variant } from "../scenario.ts";

/** Packets to one service take their time. Nothing fails: only the calls to it are long, and its own work is not. */
export const networkDelay: Variant = {
  cast: travel,
  alertAt: epochMs(Date.UTC(2026, 3, 14, 13, 40)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    const slow = { service: "ledger", where: "on-the-way", extraMs: 420 } as const;
    playSlowDay(stage, [{ ...slow, fromMs: stage.alertAt - 80 * SECOND_MS, toMs: stage.toMs }]);
    return [{ atMs: stage.alertAt, service: "edge", title: "edge: p95 latency above 400 ms" }];
  },
};
