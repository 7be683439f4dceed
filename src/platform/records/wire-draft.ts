import { type WireKind, wireSchemas } from "../../app/event-schema.ts";
import type { EpochNs } from "../../core/ids.ts";
import { FieldPicker, flatFields, isJsonObject, type JsonObject } from "./flat-fields.ts";
import { type LogLine, readLogObject } from "./log-line.ts";
import { severityOfOtel } from "./severities.ts";
import { type Draft, draftOfKind } from "./wire-draft-kinds.ts";
import { instantText, readInstant } from "./wire-instant.ts";

const TIMES = ["timestamp", "time", "ts", "datetime", "at", "timeunixnano", "starttimeunixnano", "eventtime"];
const OBSERVED = ["observedtimestamp", "observedtimeunixnano", "observedtime"];
const TAKES_ATTRIBUTES: ReadonlySet<WireKind> = new Set(["log", "span", "metric", "alert"]);

/**
 * Spells a line as the schema of its kind does: names of other loggers and of OTLP are understood, and defaults are
 * filled in. A time that cannot be understood is a sentence about it. Texts stay whole: redaction must see them uncut.
 */
export function wireDraft(kind: WireKind, record: JsonObject, receivedNs: EpochNs | null): Draft | string {
  const whole = isJsonObject(record["resource"]) ? { ...record["resource"], ...record } : record;
  const rest = Object.entries(whole).filter(([name, value]) => value !== "" && !isOfKind(kind, name));
  const fields = new FieldPicker(flatFields(Object.fromEntries(rest)));
  const times = timesOf(fields, kind === "span" ? null : receivedNs);
  if (typeof times === "string") return times;
  const ofKind = draftOfKind(kind, whole, { fields, timestamp: times["timestamp"] });
  const told = readLogObject(fields.left());
  return defined({
    kind,
    ...times,
    ...namesOf(told, whole),
    ...(kind === "log" ? logFields(told, whole) : ofKind),
    ...(TAKES_ATTRIBUTES.has(kind) ? attributesOf(kind, told, whole["attributes"]) : {}),
  });
}

/** Fields of one kind are read by their own names; the others are found in whatever spelling. */
function isOfKind(kind: WireKind, name: string): boolean {
  return name === "resource" || (Object.hasOwn(wireSchemas[kind].shape, name) && !IN_ANY_SPELLING.has(name));
}

const IN_ANY_SPELLING: ReadonlySet<string> = new Set([
  "timestamp",
  "observedTimestamp",
  "service.name",
  "host.name",
  "traceId",
  "spanId",
  "requestId",
  "severityText",
  "body",
]);

function timesOf(fields: FieldPicker, receivedNs: EpochNs | null): Draft | string {
  const received = receivedNs === null ? undefined : instantText(receivedNs);
  const timestamp = timeOf("timestamp", fields.pick(TIMES), received);
  const observed = timeOf("observedTimestamp", fields.pick(OBSERVED), undefined);
  if (timestamp.because !== undefined) return timestamp.because;
  if (timestamp.text === undefined) return '"timestamp" is missing';
  return observed.because ?? { timestamp: timestamp.text, observedTimestamp: observed.text };
}

interface Time {
  readonly text?: string | undefined;
  readonly because?: string;
}

function timeOf(name: string, given: unknown, otherwise: string | undefined): Time {
  if (given === null) return { text: otherwise };
  const instant = readInstant(given);
  return instant.status === "read" ? { text: instantText(instant.ns) } : { because: `"${name}" ${instant.because}` };
}

function namesOf(told: LogLine, whole: JsonObject): Draft {
  return {
    "service.name": told.service,
    "host.name": told.host,
    traceId: told.traceId,
    spanId: told.spanId,
    requestId: told.requestId,
    id: whole["id"],
    source: whole["source"],
    ref: whole["ref"],
  };
}

function logFields(told: LogLine, whole: JsonObject): Draft {
  const { body, severityNumber, exception, repeats, semantics } = whole;
  const number = typeof severityNumber === "number" ? severityOfOtel(severityNumber) : "unspecified";
  return {
    severityText: told.severity === "unspecified" ? number : told.severity,
    body: body === "" ? "" : told.body,
    exception: isJsonObject(exception) ? exception : told.exception,
    repeats,
    semantics,
  };
}

/** Attributes as given, nested ones under dotted names; what stands beside them and is no field becomes one too. */
function attributesOf(kind: WireKind, told: LogLine, given: unknown): Draft {
  if (given !== undefined && !isJsonObject(given)) return { attributes: given };
  const attributes = { ...told.attributes, ...Object.fromEntries(flatFields(given ?? {})) };
  return kind === "alert" && given === undefined && Object.keys(attributes).length === 0 ? {} : { attributes };
}

function defined(fields: Draft): Draft {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
