import { isJsonObject, type JsonObject } from "../../platform/records/flat-fields.ts";
import { instantNs } from "../../platform/records/instants.ts";
import { objectsOf } from "./any-value.ts";
import { decodeMessage } from "./decode.ts";
import { encodeMessage, WireWriter } from "./encode.ts";
import { MAX_SPREAD_MS } from "./read-metrics.ts";
import { DATA_KINDS, METRICS_REQUEST } from "./schema.ts";

/**
 * A metrics request with each metric cut into metrics whose points lie close together in time, as catching up after a
 * break sends them. The slow way: everything is decoded and written again.
 */
export function splitPoints(bytes: Uint8Array): Uint8Array {
  const told = decodeMessage(bytes, METRICS_REQUEST);
  const split = {
    resourceMetrics: objectsOf(told["resourceMetrics"]).map((group) => ({
      ...group,
      scopeMetrics: objectsOf(group["scopeMetrics"]).map((scope) => ({
        ...scope,
        metrics: objectsOf(scope["metrics"]).flatMap(splitMetric),
      })),
    })),
  };
  const writer = new WireWriter();
  encodeMessage(writer, split, METRICS_REQUEST);
  return writer.written;
}

function splitMetric(metric: JsonObject): readonly JsonObject[] {
  const { name, unit } = metric;
  return DATA_KINDS.flatMap((kind) => {
    const data = metric[kind];
    const points = isJsonObject(data) ? objectsOf(data["dataPoints"]) : [];
    const byTime = Map.groupBy(points, ({ timeUnixNano }) => slotOf(timeUnixNano));
    return [...byTime.values()].map((dataPoints) => ({ name, unit, [kind]: { dataPoints } }));
  });
}

/** Points of one slot are never further apart than a row allows. */
function slotOf(time: unknown): string {
  const ns = instantNs(time);
  return ns === null ? "none" : String(ns / (BigInt(MAX_SPREAD_MS) * 1_000_000n));
}
