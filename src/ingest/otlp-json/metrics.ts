import type { MetricEvent } from "../../core/event.ts";
import type { EpochMs } from "../../core/ids.ts";
import { msToNs } from "../../core/time.ts";
import { isJsonObject, type JsonObject } from "../../platform/records/flat-fields.ts";
import { instantNs } from "../../platform/records/instants.ts";
import { type IngestReading, MAX_RECORDS, PUSHED, parseJson } from "../define.ts";
import { createRecordNames } from "../record-ids.ts";
import { objectsOf, plainPairs, scalarsOf } from "./any-value.ts";
import { type ResourceRecord, recordsOf, textOf } from "./resource.ts";

const LAYOUT = { resources: "resourceMetrics", scopes: ["scopeMetrics"], records: "metrics" };

interface Point extends ResourceRecord {
  readonly point: JsonObject;
}

/** Reads gauges and sums of an OTLP/JSON ExportMetricsServiceRequest; histograms are refused, and the sender is told. */
export function readMetrics(body: string, receivedAtMs: EpochMs): IngestReading {
  const records = recordsOf(parseJson(body)?.value, LAYOUT);
  if (!records) return { status: "invalid", because: "not an OTLP/JSON metrics request: resourceMetrics is missing" };
  const points = records.flatMap((found) => pointsOf(found.record).map((point): Point => ({ ...found, point })));
  const nameOf = createRecordNames("otlp-metric");
  const events = points.slice(0, MAX_RECORDS).flatMap((found): MetricEvent<string>[] => {
    const fields = metricOf(found, receivedAtMs);
    if (!fields) return [];
    const { id, ref } = nameOf(`${found.resource.service}\u0000${fields.name}\u0000${JSON.stringify(found.point)}`);
    return [{ kind: "metric", id, ref, source: PUSHED, ...fields }];
  });
  const refused = points.length - events.length + records.filter(({ record }) => pointsOf(record).length === 0).length;
  const because = refused > 0 ? `${refused} metrics are histograms, have no number or are over the limit` : null;
  return { status: "read", events, refused, because };
}

function pointsOf(metric: JsonObject): readonly JsonObject[] {
  return ["gauge", "sum"].flatMap((kind) => {
    const data = metric[kind];
    return isJsonObject(data) ? objectsOf(data["dataPoints"]) : [];
  });
}

type MetricFields = Omit<MetricEvent<string>, "kind" | "id" | "ref" | "source">;

function metricOf({ resource, record, point }: Point, receivedAtMs: EpochMs): MetricFields | null {
  const value = Number(point["asDouble"] ?? point["asInt"] ?? Number.NaN);
  if (!Number.isFinite(value)) return null;
  return {
    atNs: instantNs(point["timeUnixNano"]) ?? msToNs(receivedAtMs),
    observedNs: msToNs(receivedAtMs),
    service: resource.service,
    host: resource.host,
    traceId: null,
    spanId: null,
    requestId: null,
    name: textOf(record, ["name"]) ?? "",
    unit: textOf(record, ["unit"]) ?? "",
    value,
    attributes: scalarsOf(plainPairs(point["attributes"])),
  };
}
