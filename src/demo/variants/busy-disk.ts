import { epochMs } from "../../core/ids.ts";
import { media } from "../casts/media.ts";
import { playMetric } from "../metrics.ts";
import { MINUTE_MS, playSlowDay } from "../play-day.ts";
import type { Variant } from "../scenario.ts";

/** A forgotten export reads a whole table: the disk of the database is the bottleneck, and all who ask it wait. */
export const busyDisk: Variant = {
  cast: media,
  alertAt: epochMs(Date.UTC(2026, 0, 27, 16, 9)),
  afterAlertMs: 5 * MINUTE_MS,
  play(stage) {
    const fromMs = stage.alertAt - 4 * MINUTE_MS;
    const since = (usual: number, busy: number) => (atMs: number) => (atMs >= fromMs ? busy : usual);
    playSlowDay(stage, []);
    const database = { service: "library-db", jitter: 0.07 };
    playMetric(stage, { ...database, metric: "DatabaseConnections", unit: "1", level: since(61, 66) });
    playMetric(stage, { ...database, metric: "CPUUtilization", unit: "%", level: since(24, 31) });
    playMetric(stage, { ...database, metric: "DiskQueueDepth", unit: "1", level: since(1.4, 96) });
    playMetric(stage, { ...database, metric: "ReadLatency", unit: "s", level: since(0.0011, 0.084) });
    return [{ atMs: stage.alertAt, service: "library", title: "library: p95 latency above 800 ms" }];
  },
};
