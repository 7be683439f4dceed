import { epochMs } from "../core/ids.ts";
import { isoTime } from "../core/time.ts";
import type { Random } from "./random.ts";
import type { MetricPoint, Stage } from "./stage.ts";

export interface MetricSeries {
  readonly service: string;
  readonly metric: string;
  readonly unit: string;
  /** The value at an instant, before noise. */
  readonly level: (atMs: number) => number;
  /** Noise as a share of the level. */
  readonly jitter: number;
  readonly pod?: string;
  readonly client?: string;
  readonly server?: string;
  /** A pod is measured from its start on; the whole story when absent. */
  readonly fromMs?: number;
}

const STEP_MS = 60_000;

/** Adds one point a minute of a series over the whole story. */
export function playMetric(stage: Stage, series: MetricSeries): void {
  const { service, metric, unit, level, jitter, fromMs = stage.fromMs, ...finer } = series;
  const random = stage.random.fork(["metric", service, metric, ...Object.values(finer)].join("/"));
  for (let atMs = fromMs; atMs < stage.toMs; atMs += STEP_MS) {
    stage.metrics.push({
      atMs,
      service,
      metric,
      unit,
      value: withNoise(level(atMs), jitter, random),
      ...finer,
    });
  }
}

/** Processor and memory of every service on a normal night. */
export function playUsualMetrics(stage: Stage, except: readonly string[] = []): void {
  stage.cast.services.forEach(({ name }, index) => {
    if (except.includes(name)) return;
    playMetric(stage, {
      service: name,
      metric: "process.cpu.utilization",
      unit: "%",
      level: () => 18 + index * 4,
      jitter: 0.12,
    });
    playMetric(stage, {
      service: name,
      metric: "process.memory.usage",
      unit: "By",
      level: () => (260 + index * 70) * 1_048_576,
      jitter: 0.02,
    });
  });
}

/** CSV with a header, in order of time; the columns for pods and calls are there when a series needs them. */
export function printMetrics(points: readonly MetricPoint[]): string {
  const isFine = points.some(({ pod, server }) => pod !== undefined || server !== undefined);
  const header = ["time", "service", "metric", "value", "unit", ...(isFine ? ["pod", "client", "server"] : [])];
  const rows = points
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, service, metric, value, unit, pod = "", client = "", server = "" }) => [
      isoTime(epochMs(atMs)),
      service,
      metric,
      String(value),
      unit,
      ...(isFine ? [pod, client, server] : []),
    ]);
  return `${[header, ...rows].map((cells) => cells.join(",")).join("\n")}\n`;
}

function withNoise(level: number, jitter: number, random: Random): number {
  const value = level * (1 + (random.next() * 2 - 1) * jitter);
  return value > 1000 ? Math.round(value) : Math.round(value * 100) / 100;
}
