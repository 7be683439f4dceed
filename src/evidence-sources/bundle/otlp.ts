import type { LogEvent, MetricEvent, SpanEvent } from "../../core/event.ts";
import { type EpochNs, epochNs } from "../../core/ids.ts";
import { normaliseMeasure } from "../../core/semantics/units.ts";
import { exceptionFrom } from "../../platform/records/exceptions.ts";
import { isJsonObject, type JsonObject } from "../../platform/records/flat-fields.ts";
import { instantOf } from "../../platform/records/instants.ts";
import { severityOfOtel } from "../../platform/records/severities.ts";
import { severityIn } from "./severity.ts";
import type { Unnamed } from "./sink.ts";

type Scalar = string | number | boolean;
type Attributes = Readonly<Record<string, Scalar>>;

export type OtlpEvent = Unnamed<LogEvent<string> | SpanEvent<string> | MetricEvent<string>>;

export interface OtlpReading {
  readonly events: readonly OtlpEvent[];
  /** Records without a believable time. */
  readonly timeless: number;
  /** Records beyond the limit of one export. */
  readonly missed: number;
}

const MAX_BODY = 4000;
const MAX_ATTRIBUTES = 40;
const MAX_ATTRIBUTE = 500;
const MAX_RECORDS = 20_000;

/** Whether a JSON object is an OTLP/JSON export of logs, spans or metrics. */
export function isOtlp(json: JsonObject): boolean {
  return (
    Array.isArray(json["resourceLogs"]) ||
    Array.isArray(json["resourceSpans"]) ||
    Array.isArray(json["resourceMetrics"])
  );
}

/** Reads an OTLP/JSON export: 64-bit integers as strings, unknown fields ignored, at most 20,000 records. */
export function readOtlp(json: JsonObject): OtlpReading {
  const all: (OtlpEvent | null)[] = [
    ...walk(json["resourceLogs"], ["scopeLogs", "logRecords"], toLog),
    ...walk(json["resourceSpans"], ["scopeSpans", "spans"], toSpan),
    ...walk(json["resourceMetrics"], ["scopeMetrics", "metrics"], toMetrics),
  ];
  const read = all.slice(0, MAX_RECORDS);
  const events = read.filter((each) => each !== null);
  return { events, timeless: read.length - events.length, missed: all.length - read.length };
}

interface Resource {
  readonly service: string | null;
  readonly host: string | null;
  readonly attributes: Attributes;
}

type ReadRecord = (record: JsonObject, resource: Resource) => readonly (OtlpEvent | null)[];

function walk(
  resources: unknown,
  [scopesKey, recordsKey]: readonly [string, string],
  read: ReadRecord,
): readonly (OtlpEvent | null)[] {
  const events: (OtlpEvent | null)[] = [];
  for (const each of listOf(resources)) {
    const resource = resourceOf(each["resource"]);
    for (const scope of listOf(each[scopesKey])) {
      for (const record of listOf(scope[recordsKey])) read(record, resource).forEach((event) => events.push(event));
    }
  }
  return events;
}

function resourceOf(resource: unknown): Resource {
  const attributes = isJsonObject(resource) ? attributesOf(resource["attributes"]) : {};
  return {
    attributes,
    service: textOf(attributes["service.name"] ?? attributes["k8s.deployment.name"]),
    host: textOf(attributes["host.name"] ?? attributes["k8s.node.name"] ?? attributes["k8s.pod.name"]),
  };
}

function toLog(record: JsonObject, resource: Resource): readonly (OtlpEvent | null)[] {
  const observed = instantOf(record["observedTimeUnixNano"]);
  const at = instantOf(record["timeUnixNano"]) ?? observed;
  if (!at) return [null];
  const pod = resource.attributes["k8s.pod.name"];
  const attributes = attributesOf(record["attributes"], pod === undefined ? {} : { "k8s.pod.name": pod });
  return [
    {
      kind: "log",
      atNs: at.ns,
      observedNs: observed?.ns ?? null,
      service: resource.service ?? textOf(attributes["service.name"]),
      host: resource.host,
      severity: otelSeverity(record),
      body: bodyOf(record["body"]).slice(0, MAX_BODY),
      traceId: hexOf(record["traceId"], 32),
      spanId: hexOf(record["spanId"], 16),
      requestId: requestIdOf(attributes),
      attributes: bounded(attributes),
      exception: exceptionFrom({
        type: textOf(attributes["exception.type"]),
        message: textOf(attributes["exception.message"]),
        stack: textOf(attributes[STACK]),
      }),
    },
  ];
}

function otelSeverity(record: JsonObject) {
  const number = Number(record["severityNumber"]);
  return Number.isInteger(number) && number > 0 ? severityOfOtel(number) : severityIn(record["severityText"]);
}

const SPAN_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
const SPAN_STATUS = ["unset", "ok", "error"] as const;

function toSpan(record: JsonObject, resource: Resource): readonly (OtlpEvent | null)[] {
  const start = instantOf(record["startTimeUnixNano"]);
  const end = instantOf(record["endTimeUnixNano"]);
  if (!start || !end) return [null];
  const status = isJsonObject(record["status"]) ? record["status"] : {};
  const message = status["message"];
  const attributes = attributesOf(
    record["attributes"],
    typeof message === "string" ? { "status.message": message } : {},
  );
  return [
    {
      kind: "span",
      atNs: start.ns,
      observedNs: null,
      service: resource.service,
      host: resource.host,
      traceId: hexOf(record["traceId"], 32),
      spanId: hexOf(record["spanId"], 16),
      parentSpanId: hexOf(record["parentSpanId"], 16),
      requestId: requestIdOf(attributes),
      name: stringOf(record["name"]).slice(0, 300),
      spanKind: enumOf(record["kind"], SPAN_KINDS) ?? "unspecified",
      durationNs: end.ns > start.ns ? end.ns - start.ns : 0n,
      status: enumOf(status["code"], SPAN_STATUS) ?? "unset",
      attributes: bounded(attributes),
    },
  ];
}

function toMetrics(metric: JsonObject, resource: Resource): readonly (OtlpEvent | null)[] {
  const data = ["gauge", "sum", "histogram"].map((key) => metric[key]).find(isJsonObject);
  return listOf(data?.["dataPoints"]).map((point): OtlpEvent | null => {
    const at: EpochNs | undefined = instantOf(point["timeUnixNano"])?.ns;
    const value = pointValue(point);
    const measure = value === null ? null : normaliseMeasure(stringOf(metric["unit"]), value);
    if (at === undefined || measure === null || !Number.isFinite(measure.value)) return null;
    return {
      kind: "metric",
      atNs: epochNs(at),
      observedNs: null,
      service: resource.service,
      host: resource.host,
      traceId: null,
      spanId: null,
      requestId: null,
      name: stringOf(metric["name"]).slice(0, 300),
      ...measure,
      attributes: bounded(attributesOf(point["attributes"])),
    };
  });
}

/** A gauge's or counter's value; of a histogram, its mean. */
function pointValue(point: JsonObject): number | null {
  const count = Number(point["count"]);
  const mean = count > 0 ? Number(point["sum"]) / count : Number.NaN;
  const value = Number(point["asDouble"] ?? point["asInt"] ?? mean);
  return Number.isFinite(value) ? value : null;
}

function attributesOf(list: unknown, first: Attributes = {}): Attributes {
  const attributes: Record<string, Scalar> = { ...first };
  for (const { key, value } of listOf(list)) {
    const scalar = scalarOf(value);
    if (typeof key === "string" && scalar !== null) define(attributes, key, scalar);
  }
  return attributes;
}

/** An attribute may be named "__proto__": a plain assignment would lose it. */
function define(attributes: Record<string, Scalar>, key: string, value: Scalar): void {
  if (key === "__proto__") Object.defineProperty(attributes, key, { value, ...OWN_PROPERTY });
  else attributes[key] = value;
}

const OWN_PROPERTY = { enumerable: true, configurable: true, writable: true } as const;

function scalarOf(value: unknown): Scalar | null {
  if (!isJsonObject(value)) return null;
  if (typeof value["stringValue"] === "string") return value["stringValue"];
  if (typeof value["boolValue"] === "boolean") return value["boolValue"];
  const number = Number(value["intValue"] ?? value["doubleValue"] ?? Number.NaN);
  return Number.isFinite(number) ? number : null;
}

function bodyOf(body: unknown): string {
  const scalar = scalarOf(body);
  if (scalar !== null) return String(scalar);
  return isJsonObject(body) ? JSON.stringify(body) : "";
}

/** The stack is kept as the exception's frames. */
const STACK = "exception.stacktrace";

function bounded(attributes: Attributes): Attributes {
  const entries = Object.entries(attributes);
  if (entries.length <= MAX_ATTRIBUTES && entries.every(isShort)) return attributes;
  const kept = entries
    .filter(([key]) => key !== STACK)
    .slice(0, MAX_ATTRIBUTES)
    .map(([key, value]) => [key, typeof value === "string" ? value.slice(0, MAX_ATTRIBUTE) : value] as const);
  return Object.fromEntries(kept);
}

function isShort([key, value]: readonly [string, Scalar]): boolean {
  return key !== STACK && (typeof value !== "string" || value.length <= MAX_ATTRIBUTE);
}

function requestIdOf(attributes: Attributes): string | null {
  return textOf(attributes["request.id"] ?? attributes["request_id"] ?? attributes["http.request.header.x-request-id"]);
}

/** Ids are hexadecimal in OTLP/JSON; all zeros means none. */
function hexOf(value: unknown, length: number): string | null {
  if (typeof value !== "string" || value.length !== length || /^0*$/u.test(value)) return null;
  return /^[0-9a-f]+$/iu.test(value) ? value.toLowerCase() : null;
}

/** A number, or the name that some exporters write instead: SPAN_KIND_SERVER. */
function enumOf<Name extends string>(value: unknown, names: readonly Name[]): Name | undefined {
  if (typeof value === "number") return names[value];
  const text = stringOf(value).toLowerCase();
  return names.find((name) => text.endsWith(`_${name}`));
}

function textOf(value: Scalar | undefined): string | null {
  return value === undefined || value === "" ? null : String(value);
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
