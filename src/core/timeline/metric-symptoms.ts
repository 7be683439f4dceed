import type { MetricEvent } from "../event.ts";
import { epochMs, stableHash } from "../ids.ts";
import { own, ownWords, type Safe, safe } from "../safe.ts";
import { ACTIONS } from "../semantics/actions.ts";
import type { FailureCategory, Meaning } from "../semantics/meaning.ts";
import { type Family, type Point, resourceSeries, type Series } from "./metric-series.ts";
import type { Observed } from "./observations.ts";
import type { Coverage } from "./place.ts";
import { growthOf } from "./slope.ts";
import { binomialSurprise, MAX_SURPRISE } from "./surprise.ts";
import { ENDED_AFTER_MS, type Found, SIGNIFICANT } from "./symptoms.ts";

/**
 * From which share of its limit a resource hurts. Memory is taken away at 100 %, and a tenth is what one burst of work
 * needs; a full pool makes the next caller wait; a processor above 95 % queues; disks refuse before they are full.
 */
const HURTS_FROM: Readonly<Record<Family, number>> = {
  memory: 0.9,
  "connection-pool": 0.99,
  waiting: 1,
  disk: 0.95,
  cpu: 0.95,
  throttling: 0.25,
};
const CATEGORY: Readonly<Record<Family, FailureCategory>> = {
  memory: "memory",
  "connection-pool": "connection-pool",
  waiting: "connection-pool",
  disk: "disk",
  cpu: "cpu-throttling",
  throttling: "cpu-throttling",
};
/** One point may be a hiccup of the measurement. */
const MIN_POINTS = 2;

/** Resources that came close to their limit or grow towards it. They are no failing records, so `isFailure` is false. */
export function metricSymptoms(metrics: readonly Observed<MetricEvent>[], cover: Coverage): readonly Found[] {
  const series = resourceSeries(metrics);
  return series.flatMap((each) => {
    const found = nearLimit(each, { cover, looks: series.length }) ?? growing(each, { cover, looks: series.length });
    return found === null ? [] : [{ symptom: found, kind: "metric" as const, records: [] }];
  });
}

interface Look {
  readonly cover: Coverage;
  readonly looks: number;
}

function nearLimit(series: Series, { cover, looks }: Look): Found["symptom"] | null {
  const hurts = HURTS_FROM[series.family];
  const isOver = ({ share, value }: Point) => (series.family === "waiting" ? value >= hurts : (share ?? 0) >= hurts);
  const over = series.points.filter(isOver);
  const [inside, all] = [insideOf(over, cover), insideOf(series.points, cover)];
  if (inside.length < MIN_POINTS) return null;
  const before = over.length - inside.length;
  const nats = binomialSurprise(inside.length, before, all.length / series.points.length) - Math.log(looks);
  const least = all.length === series.points.length ? SIGNIFICANT : 0;
  const peak = inside.reduce((a, b) => (b.value > a.value ? b : a));
  const level =
    peak.share === null || series.family === "waiting"
      ? safe`${series.name} at ${amount(peak.value)}`
      : safe`${series.name} ${levelWords(hurts, peak.share)}`;
  return toSymptom({ series, cover, points: inside, peak, before, nats: Math.max(nats, least), template: level });
}

function levelWords(hurts: number, peak: number): Safe {
  const [from, to] = [Math.round(hurts * 100), Math.round(peak * 100)];
  return to - from < 2 ? safe`at ${to} % of its limit` : safe`above ${from} % of its limit, up to ${to} %`;
}

function growing(series: Series, { cover }: Look): Found["symptom"] | null {
  if (series.family !== "memory") return null;
  const inside = insideOf(series.points, cover);
  const growth = growthOf(series.points, inside);
  const last = inside.at(-1);
  if (growth === null || last === undefined) return null;
  const percent = Math.round(growth.share * 100);
  const template = safe`${series.name} grew by ${percent} % in ${Math.round(growth.overMs / 60_000)} min`;
  return toSymptom({ series, cover, points: inside, peak: last, before: 0, nats: growth.nats, template });
}

function insideOf(points: readonly Point[], { window }: Coverage): readonly Point[] {
  return points.filter(({ observed }) => observed.atMs >= window.fromMs);
}

interface Draft {
  readonly series: Series;
  readonly cover: Coverage;
  readonly points: readonly Point[];
  readonly peak: Point;
  readonly before: number;
  readonly nats: number;
  readonly template: Safe;
}

function toSymptom({ series, cover, points, peak, before, nats, template }: Draft): Found["symptom"] | null {
  const [first, last] = [points[0]?.observed, points.at(-1)?.observed];
  if (first === undefined || last === undefined) return null;
  const surprise = Math.round(Math.min(MAX_SURPRISE, Math.max(0, nats)) * 100) / 100;
  const host = first.event.host ?? "";
  const ids = [first, points[1]?.observed ?? first, peak.observed, last].map(({ event }) => event.id);
  const isNew = before === 0 && cover.hasBaseline;
  return {
    id: `s${stableHash(`metric\u0000${series.service}\u0000${host}\u0000${series.name}\u0000${series.family}`)}`,
    service: series.service,
    template,
    meaning: meaningOf(series),
    course: courseOf(surprise, isNew),
    firstAtMs: epochMs(first.atMs),
    lastAtMs: epochMs(last.atMs),
    count: points.length,
    baselineCount: before,
    surprise,
    // Points of a gauge are no errors, so they are not counted as such.
    buckets: [],
    sampleIds: [...new Set(ids)],
    traces: 0,
    ended: last.atMs < cover.lastMs - ENDED_AFTER_MS,
  };
}

function courseOf(surprise: number, isNew: boolean): "steady" | "novel" | "burst" {
  if (surprise === 0) return "steady";
  return isNew ? "novel" : "burst";
}

function meaningOf({ family }: Series): Meaning {
  const category = CATEGORY[family];
  return {
    category,
    intent: null,
    impact: "degraded",
    isFailure: false,
    peer: null,
    setting: null,
    suggestedActions: ACTIONS[category],
    because: safe`a metric came close to its limit`,
  };
}

/** A value as people read it, in at most three digits after the point. */
function amount(value: number): Safe {
  return ownWords(own(String(Math.round(value * 1000) / 1000)));
}
