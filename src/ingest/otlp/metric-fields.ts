import type { MetricEvent } from "../../core/event.ts";
import type { EpochNs } from "../../core/ids.ts";
import { assertNever } from "../../core/never.ts";
import { normaliseMeasure } from "../../core/semantics/units.ts";
import type { JsonObject } from "../../platform/records/flat-fields.ts";
import { instantNs } from "../../platform/records/instants.ts";
import { objectsOf, plainPairs, scalarsOf } from "./any-value.ts";
import { exponentialQuantileOf, quantileOf } from "./quantiles.ts";
import { partOf, type Resource, textOf } from "./resource.ts";
import { DATA_KINDS } from "./schema.ts";

export type MetricFields = Omit<MetricEvent<string>, "kind" | "id" | "ref" | "source">;

/** Events of one metric at most; the rest of its points is left out. */
const MAX_EVENTS = 20_000;
/** Set on a point that says: there is no value any more. */
const NO_RECORDED_VALUE = 1;
const SHARES = [0.5, 0.95, 0.99] as const;

/** One number of a point: what is added to the metric's name, the unit when it is another one. */
interface Measure {
  readonly suffix: string;
  readonly value: number | null;
  readonly unit?: string;
}

/**
 * The points of a Metric as metric events. A gauge or a sum is one event; histograms and summaries become their count,
 * their sum and percentiles (".count", ".sum", ".p50", ".p95", ".p99"), see `quantileOf`. Points without a finite value
 * say nothing and give nothing. Units are brought to base units: 250 ms is 0.25 s.
 */
export function metricFields(metric: JsonObject, resource: Resource, receivedNs: EpochNs): readonly MetricFields[] {
  const name = textOf(metric, ["name"]) ?? "";
  const unit = textOf(metric, ["unit"]) ?? "";
  const events: MetricFields[] = [];
  for (const kind of DATA_KINDS) {
    for (const point of objectsOf(partOf(metric, kind)["dataPoints"])) {
      if (events.length >= MAX_EVENTS) return events;
      if ((Number(point["flags"] ?? 0) & NO_RECORDED_VALUE) !== 0) continue;
      const shared = {
        atNs: instantNs(point["timeUnixNano"]) ?? receivedNs,
        observedNs: receivedNs,
        service: resource.service,
        host: resource.host,
        traceId: null,
        spanId: null,
        requestId: null,
        attributes: scalarsOf(plainPairs(point["attributes"])),
      };
      for (const measure of measuresOf(kind, point)) {
        const { value } = measure;
        if (value === null || !Number.isFinite(value)) continue;
        events.push({ ...shared, name: name + measure.suffix, ...normaliseMeasure(measure.unit ?? unit, value) });
      }
    }
  }
  return events;
}

function measuresOf(kind: (typeof DATA_KINDS)[number], point: JsonObject): readonly Measure[] {
  switch (kind) {
    case "gauge":
    case "sum":
      return [{ suffix: "", value: numberOf(point["asDouble"] ?? point["asInt"]) }];
    case "histogram": {
      const bounds = numbersOf(point["explicitBounds"]);
      const buckets = { bounds, counts: numbersOf(point["bucketCounts"]), ...ends(point) };
      return [...totals(point), ...SHARES.map((share) => percentile(share, quantileOf(buckets, share)))];
    }
    case "exponentialHistogram": {
      const buckets = {
        scale: Number(point["scale"] ?? 0),
        zeroCount: numberOf(point["zeroCount"]) ?? 0,
        positive: side(point, "positive"),
        negative: side(point, "negative"),
        ...ends(point),
      };
      return [...totals(point), ...SHARES.map((share) => percentile(share, exponentialQuantileOf(buckets, share)))];
    }
    case "summary": {
      const told = objectsOf(point["quantileValues"], 20);
      return [
        ...totals(point),
        ...told.map((each) => percentile(numberOf(each["quantile"]) ?? 0, numberOf(each["value"] ?? 0))),
      ];
    }
    default:
      return assertNever(kind);
  }
}

const totals = (point: JsonObject): readonly Measure[] => [
  { suffix: ".count", value: numberOf(point["count"] ?? 0), unit: "1" },
  { suffix: ".sum", value: numberOf(point["sum"]) },
];

const ends = (point: JsonObject) => ({ min: numberOf(point["min"]), max: numberOf(point["max"]) });

/** 0.999 is ".p99.9". */
const percentile = (share: number, value: number | null): Measure => ({
  suffix: `.p${Number((share * 100).toFixed(3))}`,
  value,
});

function side(point: JsonObject, name: string) {
  const told = partOf(point, name);
  return { offset: Number(told["offset"] ?? 0), counts: numbersOf(told["bucketCounts"]) };
}

/** 64-bit integers come as text. */
function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && !Number.isNaN(number) ? number : null;
}

const numbersOf = (list: unknown): readonly number[] =>
  Array.isArray(list) ? list.map((item: unknown) => numberOf(item) ?? 0) : [];
