import type { LogEvent } from "../../core/event.ts";
import { type EpochMs, type EpochNs } from "../../core/ids.ts";
import { msToNs } from "../../core/time.ts";
import type { JsonObject } from "../../platform/records/flat-fields.ts";
import { instantNs } from "../../platform/records/instants.ts";
import { exceptionFrom, idOrNull, readLogLine } from "../../platform/records/log-line.ts";
import { severityOf, severityOfOtel } from "../../platform/records/severities.ts";
import { type IngestReading, MAX_RECORDS, PUSHED, parseJson } from "../define.ts";
import { createRecordNames } from "../record-ids.ts";
import { plainPairs, plainValue, scalarsOf } from "./any-value.ts";
import { type Resource, recordsOf, textOf } from "./resource.ts";

const LAYOUT = {
  resources: "resourceLogs",
  scopes: ["scopeLogs", "instrumentationLibraryLogs"],
  records: "logRecords",
};

/** Reads an OTLP/JSON ExportLogsServiceRequest. A record without a time gets the time of its arrival. */
export function readLogs(body: string, receivedAtMs: EpochMs): IngestReading {
  const records = recordsOf(parseJson(body)?.value, LAYOUT);
  if (!records) return { status: "invalid", because: "not an OTLP/JSON logs request: resourceLogs is missing" };
  const nameOf = createRecordNames("otlp");
  const taken = records.slice(0, MAX_RECORDS);
  const events = taken.map(({ resource, record }): LogEvent<string> => {
    const { id, ref } = nameOf(`${resource.service}\u0000${resource.host}\u0000${JSON.stringify(record)}`);
    return { kind: "log", id, ref, source: PUSHED, ...logOf(record, resource, msToNs(receivedAtMs)) };
  });
  return batch(events, records.length);
}

/** What was read, with the sentence for what was too much. */
export function batch(events: readonly LogEvent<string>[], total: number): IngestReading {
  const refused = total - events.length;
  const because = refused > 0 ? `${refused} records are over the limit of ${MAX_RECORDS} in one request` : null;
  return { status: "read", events, refused, because };
}

type LogFields = Omit<LogEvent<string>, "kind" | "id" | "ref" | "source">;

function logOf(record: JsonObject, resource: Resource, receivedNs: EpochNs): LogFields {
  const attributes = plainPairs(record["attributes"]);
  const line = readLogLine(wordsOf(record, attributes));
  const observedNs = instantNs(record["observedTimeUnixNano"]);
  return {
    atNs: instantNs(record["timeUnixNano"]) ?? observedNs ?? line.atNs ?? receivedNs,
    observedNs: observedNs ?? receivedNs,
    service: resource.service ?? textOf(attributes, ["service.name"]) ?? line.service,
    host: resource.host ?? line.host,
    traceId: idOf(record["traceId"]) ?? line.traceId,
    spanId: idOf(record["spanId"]) ?? line.spanId,
    requestId: textOf(attributes, ["request.id", "request_id", "http.request.id"]) ?? line.requestId,
    severity: severityIn(record) ?? line.severity,
    body: line.body,
    attributes: { ...line.attributes, ...versionOf(resource), ...scalarsOf(attributes) },
    exception: exceptionOf(attributes) ?? line.exception,
  };
}

/** What the record says; one without a body is told by its exception or its event's name, as newer SDKs send them. */
function wordsOf(record: JsonObject, attributes: JsonObject): string {
  const said = plainValue(record["body"]) ?? "";
  if (typeof said !== "string") return JSON.stringify(said);
  if (said !== "") return said;
  const exception = [textOf(attributes, ["exception.type"]), textOf(attributes, ["exception.message"])];
  const named = textOf(record, ["eventName"]) ?? textOf(attributes, ["event.name"]);
  return exception.filter((part) => part !== null).join(": ") || (named ?? "");
}

function severityIn(record: JsonObject) {
  const number = record["severityNumber"];
  if (typeof number === "number" && number > 0) return severityOfOtel(number);
  const named = typeof number === "string" ? number.replace(/^SEVERITY_NUMBER_/u, "").replace(/\d$/u, "") : "";
  return severityOf(named) ?? severityOf(record["severityText"]);
}

/** The version that was running is worth keeping with each record; the rest of the resource is not. */
function versionOf(resource: Resource): Record<string, string> {
  const version = textOf(resource.attributes, ["service.version"]);
  return version === null ? {} : { "service.version": version };
}

function exceptionOf(attributes: JsonObject) {
  const type = textOf(attributes, ["exception.type"]);
  const message = textOf(attributes, ["exception.message"]);
  const stack = textOf(attributes, ["exception.stacktrace"]);
  return type === null && message === null && stack === null ? null : exceptionFrom({ type, message, stack });
}

/** OTLP/JSON writes ids as hex; some senders write Base64 as the protobuf mapping would. */
export function idOf(raw: unknown): string | null {
  if (typeof raw !== "string" || raw === "") return null;
  if (/^[0-9a-f]{16}(?:[0-9a-f]{16})?$/iu.test(raw)) return idOrNull(raw.toLowerCase());
  const bytes = Buffer.from(raw, "base64");
  return bytes.length === 16 || bytes.length === 8 ? idOrNull(bytes.toString("hex")) : null;
}
