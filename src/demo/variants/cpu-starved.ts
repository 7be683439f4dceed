import { epochMs } from "../../core/ids.ts";
import { serviceOf } from "../cast.ts";
import { media } from "../casts/media.ts";
import { playMetric } from "../metrics.ts";
import { MINUTE_MS, playSlowDay } from "../play-day.ts";
import type { Variant } from "../scenario.ts";

/** Something eats the processor time of one service: its own work gets long, and its callers wait. */
export const cpuStarved: Variant = {
  cast: media,
  alertAt: epochMs(Date.UTC(2026, 1, 19, 8, 12)),
  afterAlertMs: 4 * MINUTE_MS,
  play(stage) {
    const fromMs = stage.alertAt - 3 * MINUTE_MS;
    playSlowDay(stage, [{ service: "billing", where: "inside", extraMs: 380, fromMs, toMs: stage.toMs }]);
    for (const service of stage.cast.services) {
      for (const pod of serviceOf(stage.cast, service.name).pods) {
        const isHungry = service.name === "billing";
        playMetric(stage, {
          service: service.name,
          pod: pod.name,
          metric: "k8s.pod.cpu_limit_utilization",
          unit: "%",
          level: (atMs) => (isHungry && atMs >= fromMs ? 97 : 21),
          jitter: 0.02,
        });
      }
    }
    return [{ atMs: stage.alertAt, service: "web", title: "web: p95 latency above 350 ms" }];
  },
};
