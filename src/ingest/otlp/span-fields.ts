import type { SpanEvent } from "../../core/event.ts";
import type { EpochNs } from "../../core/ids.ts";
import type { JsonObject } from "../../platform/records/flat-fields.ts";
import { instantNs } from "../../platform/records/instants.ts";
import { objectsOf, plainPairs, scalarsOf } from "./any-value.ts";
import { idOf, REQUEST_ID } from "./log-fields.ts";
import { partOf, type Resource, textOf } from "./resource.ts";

export type SpanFields = Omit<SpanEvent<string>, "kind" | "id" | "ref" | "source">;

const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
const STATUSES = ["unset", "ok", "error"] as const;
const MAX_EVENTS = 50;

/** What a Span says, as OTLP/JSON would write it; null for one without ids or a start. */
export function spanFields(record: JsonObject, resource: Resource, receivedNs: EpochNs): SpanFields | null {
  const traceId = idOf(record["traceId"]);
  const spanId = idOf(record["spanId"]);
  const atNs = instantNs(record["startTimeUnixNano"]);
  if (traceId === null || spanId === null || atNs === null) return null;
  const attributes = plainPairs(record["attributes"]);
  const status = partOf(record, "status");
  return {
    atNs,
    observedNs: receivedNs,
    service: resource.service,
    host: resource.host,
    traceId,
    spanId,
    requestId: textOf(attributes, REQUEST_ID),
    name: textOf(record, ["name"]) ?? "",
    spanKind: KINDS[Number(record["kind"] ?? 0)] ?? "unspecified",
    parentSpanId: idOf(record["parentSpanId"]),
    durationNs: elapsedNs(atNs, instantNs(record["endTimeUnixNano"])),
    status: STATUSES[Number(status["code"] ?? 0)] ?? "unset",
    attributes: { ...scalarsOf(attributes), ...eventsIn(record), ...statusText(status) },
  };
}

/** Of a span's events the last exception is told by its own attributes; the names of the others are kept in order. */
function eventsIn(record: JsonObject) {
  const events = objectsOf(record["events"], MAX_EVENTS);
  const thrown = events.findLast((event) => event["name"] === "exception");
  const names = events.flatMap(({ name }) => (typeof name === "string" && name !== "exception" ? [name] : []));
  return {
    ...(names.length > 0 ? { "span.events": names.join(", ").slice(0, 1000) } : {}),
    ...(thrown ? scalarsOf(plainPairs(thrown["attributes"])) : {}),
  };
}

function statusText(status: JsonObject): Record<string, string> {
  const message = textOf(status, ["message"]);
  return message === null ? {} : { "status.message": message };
}

function elapsedNs(from: EpochNs, to: EpochNs | null): bigint {
  return to !== null && to > from ? to - from : 0n;
}
