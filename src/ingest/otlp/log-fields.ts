import type { LogEvent } from "../../core/event.ts";
import type { EpochNs } from "../../core/ids.ts";
import type { JsonObject } from "../../platform/records/flat-fields.ts";
import { instantNs } from "../../platform/records/instants.ts";
import { exceptionFrom, idOrNull, readLogLine } from "../../platform/records/log-line.ts";
import { severityOf, severityOfOtel } from "../../platform/records/severities.ts";
import { plainPairs, plainValue, scalarsOf } from "./any-value.ts";
import { type Resource, textOf } from "./resource.ts";

export type LogFields = Omit<LogEvent<string>, "kind" | "id" | "ref" | "source">;

export const REQUEST_ID = ["request.id", "request_id", "http.request.id"];

/** What a LogRecord says, as OTLP/JSON would write it. A record without a time gets the time of its arrival. */
export function logFields(record: JsonObject, resource: Resource, receivedNs: EpochNs): LogFields {
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
    requestId: textOf(attributes, REQUEST_ID) ?? line.requestId,
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
  return severityOf(record["severityText"]);
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

/** A trace id of 16 bytes or a span id of 8 in hexadecimal; null for none and for zeros. */
export function idOf(raw: unknown): string | null {
  return typeof raw === "string" && /^(?:[0-9a-f]{16}){1,2}$/u.test(raw) ? idOrNull(raw) : null;
}
