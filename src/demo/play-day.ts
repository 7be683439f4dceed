import { playUsualMetrics } from "./metrics.ts";
import { playNoise } from "./noise.ts";
import type { Stage } from "./stage.ts";
import { type Fault, playTraffic, type Slowness } from "./traffic.ts";

/** A usual day on which some requests are slow and none fails. */
export function playSlowDay(stage: Stage, slow: readonly Slowness[], ownMetrics: readonly string[] = []): void {
  playNoise(stage);
  playTraffic(stage, { perMinute: () => 60, traceOneIn: 2, faults: [], slow });
  playUsualMetrics(stage, ownMetrics);
}

/** A usual day at a smaller size, with these faults in it. */
export function playDay(stage: Stage, faults: readonly Fault[], ownMetrics: readonly string[] = []): void {
  playNoise(stage);
  playTraffic(stage, { perMinute: () => 36, traceOneIn: 6, faults });
  playUsualMetrics(stage, ownMetrics);
}

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
