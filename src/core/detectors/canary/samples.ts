import type { MetricEvent } from "../../event.ts";
import type { EpochMs, EventId } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import { median } from "../../timeline/clocks.ts";
import type { Observations, Observed } from "../../timeline/observations.ts";

/** "failing" is the share of requests that fail, in percent; the others stand in the unit of their metric. */
export type Measure = "failing" | "latency" | "cpu" | "memory";

export interface Sample {
  readonly pod: Safe | null;
  readonly atMs: EpochMs;
  readonly value: number;
  readonly id: EventId;
}

/** One measure as one service's side tells it: of one call edge, or of its pods where no edge is named. */
export interface Series {
  readonly measure: Measure;
  /** Who measured: the service of the pods; for a series without pods the callee. */
  readonly service: Safe;
  readonly client: Safe | null;
  readonly server: Safe | null;
  readonly unit: Safe;
  /** By time. */
  readonly samples: readonly Sample[];
}

export interface Measured {
  /** Told by single pods. */
  readonly byPods: readonly Series[];
  /** Call edges as a whole, failing share only. */
  readonly edges: readonly Series[];
  /** The usual distance between two samples of one pod. */
  readonly intervalMs: number;
  readonly newestMs: EpochMs;
}

const MINUTE_MS = 60_000;

/** Sorts the metrics of pods and call edges for comparison. */
export function measured({ metrics, window }: Observations): Measured {
  const pods = new Map<string, Sample[]>();
  const whole = new Map<string, Sample[]>();
  const heads = new Map<string, Omit<Series, "samples">>();
  for (const observed of metrics) {
    const read = readMetric(observed);
    if (read === null) continue;
    const { head, sample } = read;
    const key = [head.measure, head.service, head.client ?? "", head.server ?? ""].join("\u0000");
    const kept = sample.pod === null ? whole : pods;
    const known = kept.get(key);
    if (known === undefined) kept.set(key, [sample]);
    else known.push(sample);
    if (!heads.has(key)) heads.set(key, head);
  }
  const byPods = seriesOf(pods, heads);
  const told = seriesOf(whole, heads).filter(({ measure }) => measure === "failing");
  return {
    byPods,
    edges: [...told, ...edgesOfPods(byPods, told)],
    intervalMs: intervalOf(byPods),
    newestMs: metrics.at(-1)?.atMs ?? window.fromMs,
  };
}

const seriesOf = (
  samples: ReadonlyMap<string, readonly Sample[]>,
  heads: ReadonlyMap<string, Omit<Series, "samples">>,
): readonly Series[] =>
  [...samples].flatMap(([key, of]) => {
    const head = heads.get(key);
    return head === undefined ? [] : [{ ...head, samples: of }];
  });

interface Read {
  readonly head: Omit<Series, "samples">;
  readonly sample: Sample;
}

function readMetric({ event, atMs }: Observed<MetricEvent>): Read | null {
  const measure = measureOf(event);
  const [client, server] = [nameIn(event, CLIENT), nameIn(event, SERVER)];
  const service = event.service ?? server;
  if (measure === null || service === null) return null;
  if (event.host === null && (client === null || server === null)) return null;
  const value = measure === "failing" ? failingShare(event) : event.value;
  const head = { measure, service, client, server, unit: event.unit };
  return { head, sample: { pod: event.host, atMs, value, id: event.id } };
}

const CLIENT = ["client", "source", "source_workload", "caller"];
const SERVER = ["server", "destination", "destination_workload", "callee"];

function nameIn({ attributes }: MetricEvent, keys: readonly string[]): Safe | null {
  const found = keys.map((key) => attributes[key]).find((value) => typeof value === "string" && value !== "");
  return typeof found === "string" ? found : null;
}

const SHARE = /ratio|rate|share|percent|pct/iu;
const GOOD = /succe|availab/iu;
const BAD = /error|fail/iu;
const MEASURES: readonly (readonly [Measure, RegExp])[] = [
  ["latency", /duration|latency|response_time/iu],
  ["cpu", /(?:^|[._-])cpu/iu],
  ["memory", /(?:^|[._-])(?:mem|memory|rss|working_set)/iu],
];
const NO_LEVEL = /limit|capacity|total|count|node|throttl/iu;

/** Shares of good or bad requests need a unit that says so; a rate of failures per second has no denominator. */
function measureOf({ name, unit }: MetricEvent): Measure | null {
  const isShare = SHARE.test(name) && (unit === "%" || unit === "1");
  if (isShare && (GOOD.test(name) || BAD.test(name))) return "failing";
  if (NO_LEVEL.test(name)) return null;
  return MEASURES.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
}

function failingShare({ name, unit, value }: MetricEvent): number {
  const percent = unit === "%" ? value : value * 100;
  return GOOD.test(name) ? 100 - percent : percent;
}

/** Where nobody measured an edge as a whole, the mean of the pods that serve it stands for it, minute by minute. */
function edgesOfPods(byPods: readonly Series[], told: readonly Series[]): readonly Series[] {
  const known = new Set(told.map(({ client, server }) => `${client}\u0000${server}`));
  return byPods
    .filter(({ measure, service, server, client }) => measure === "failing" && service === server && client !== null)
    .filter(({ client, server }) => !known.has(`${client}\u0000${server}`))
    .map((series) => ({ ...series, samples: [...minutes(series.samples).values()].flatMap(meanOf) }));
}

function minutes(samples: readonly Sample[]): ReadonlyMap<number, readonly Sample[]> {
  return Map.groupBy(samples, ({ atMs }) => Math.floor(atMs / MINUTE_MS));
}

function meanOf(samples: readonly Sample[]): readonly Sample[] {
  const worst = samples.reduce((a, b) => (b.value > a.value ? b : a));
  const sum = samples.map(({ value }) => value).toSorted((a, b) => a - b);
  return [{ ...worst, pod: null, value: sum.reduce((total, each) => total + each, 0) / samples.length }];
}

function intervalOf(byPods: readonly Series[]): number {
  const gaps = byPods.flatMap(({ samples }) =>
    [...Map.groupBy(samples, ({ pod }) => pod).values()].flatMap((of) =>
      of.slice(1).flatMap(({ atMs }, index) => {
        const gap = atMs - (of[index]?.atMs ?? atMs);
        return gap > 0 ? [gap] : [];
      }),
    ),
  );
  return gaps.length === 0 ? MINUTE_MS : median(gaps);
}
