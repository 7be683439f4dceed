import type { SpanEvent } from "../../core/event.ts";
import type { EpochMs, EpochNs } from "../../core/ids.ts";
import { msToNs } from "../../core/time.ts";
import { isJsonObject, type JsonObject } from "../../platform/records/flat-fields.ts";
import { instantNs } from "../../platform/records/instants.ts";
import { type IngestReading, MAX_RECORDS, PUSHED, parseJson } from "../define.ts";
import { createRecordNames } from "../record-ids.ts";
import { objectsOf, plainPairs, scalarsOf } from "./any-value.ts";
import { idOf } from "./logs.ts";
import { type Resource, recordsOf, textOf } from "./resource.ts";

const LAYOUT = { resources: "resourceSpans", scopes: ["scopeSpans", "instrumentationLibrarySpans"], records: "spans" };

/** Reads an OTLP/JSON ExportTraceServiceRequest. Spans without ids or a start are refused. */
export function readTraces(body: string, receivedAtMs: EpochMs): IngestReading {
  const records = recordsOf(parseJson(body)?.value, LAYOUT);
  if (!records) return { status: "invalid", because: "not an OTLP/JSON traces request: resourceSpans is missing" };
  const nameOf = createRecordNames("otlp-span");
  const events = records.slice(0, MAX_RECORDS).flatMap(({ resource, record }): SpanEvent<string>[] => {
    const fields = spanOf(record, resource, msToNs(receivedAtMs));
    if (!fields) return [];
    const { id, ref } = nameOf(`${fields.traceId}\u0000${fields.spanId}`);
    return [{ kind: "span", id, ref, source: PUSHED, ...fields }];
  });
  const refused = records.length - events.length;
  const because = refused > 0 ? `${refused} spans have no trace id, span id or start, or are over the limit` : null;
  return { status: "read", events, refused, because };
}

type SpanFields = Omit<SpanEvent<string>, "kind" | "id" | "ref" | "source">;

const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
const STATUSES = ["unset", "ok", "error"] as const;

function spanOf(record: JsonObject, resource: Resource, receivedNs: EpochNs): SpanFields | null {
  const traceId = idOf(record["traceId"]);
  const spanId = idOf(record["spanId"]);
  const atNs = instantNs(record["startTimeUnixNano"]);
  if (traceId === null || spanId === null || atNs === null) return null;
  const attributes = plainPairs(record["attributes"]);
  const status = isJsonObject(record["status"]) ? record["status"] : {};
  return {
    atNs,
    observedNs: receivedNs,
    service: resource.service,
    host: resource.host,
    traceId,
    spanId,
    requestId: textOf(attributes, ["request.id", "request_id", "http.request.id"]),
    name: textOf(record, ["name"]) ?? "",
    spanKind: pick(KINDS, record["kind"], "SPAN_KIND_"),
    parentSpanId: idOf(record["parentSpanId"]),
    durationNs: elapsedNs(atNs, instantNs(record["endTimeUnixNano"])),
    status: pick(STATUSES, status["code"], "STATUS_CODE_"),
    attributes: { ...scalarsOf(attributes), ...exceptionIn(record), ...statusText(status) },
  };
}

/** Enums are integers in OTLP/JSON; names are accepted too. */
function pick<Name extends string>(names: readonly [Name, ...Name[]], raw: unknown, prefix: string): Name {
  const byName = typeof raw === "string" ? names.find((name) => `${prefix}${name.toUpperCase()}` === raw) : undefined;
  return byName ?? (typeof raw === "number" ? names[raw] : undefined) ?? names[0];
}

function exceptionIn(record: JsonObject) {
  const thrown = objectsOf(record["events"], 50).find((event) => event["name"] === "exception");
  return thrown ? scalarsOf(plainPairs(thrown["attributes"])) : {};
}

function statusText(status: JsonObject): Record<string, string> {
  const message = textOf(status, ["message"]);
  return message === null ? {} : { "status.message": message };
}

function elapsedNs(from: EpochNs, to: EpochNs | null): bigint {
  return to !== null && to > from ? to - from : 0n;
}
