import type { ExceptionInfo, LogSeverity } from "../../core/event.ts";
import type { EpochNs } from "../../core/ids.ts";
import { exceptionIn, framesOf, exceptionFrom as knownException, type SaidException } from "./exceptions.ts";
import { FieldPicker, flatFields, type JsonObject, parseJsonObject, type Scalar } from "./flat-fields.ts";
import { instantNs } from "./instants.ts";
import { severityInText, severityOf } from "./severities.ts";

/** What one log line says about itself. Null for what it does not say. */
export interface LogLine {
  readonly atNs: EpochNs | null;
  readonly severity: LogSeverity;
  readonly body: string;
  readonly service: string | null;
  readonly host: string | null;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly requestId: string | null;
  readonly attributes: Readonly<Record<string, Scalar>>;
  readonly exception: ExceptionInfo<string> | null;
}

/** How loggers spell the fields of a record: plain (lower case, no separators), in the order of preference. */
export const LOG_FIELD_NAMES = {
  at: ["timestamp", "time", "ts", "datetime", "eventtime", "t", "date"],
  level: ["severitytext", "level", "severity", "loglevel", "lvl", "levelname", "severitynumber"],
  body: ["message", "msg", "body", "log", "text", "event", "shortmessage"],
  service: ["servicename", "service", "app", "application", "kubernetescontainername", "container"],
  host: ["hostname", "host", "kubernetespodname", "pod", "podname", "instance", "nodename"],
  traceId: ["traceid", "tracetraceid", "oteltraceid", "ddtraceid", "xraytraceid", "xb3traceid"],
  spanId: ["spanid", "spanspanid", "otelspanid", "ddspanid"],
  requestId: ["requestid", "reqid", "correlationid", "xrequestid", "awsrequestid", "httprequestid"],
  errorType: ["exceptiontype", "errortype", "errname", "errtype", "errorname", "errorkind", "exceptionclass"],
  errorMessage: ["exceptionmessage", "errormessage", "errmessage", "error", "err", "exception"],
  stack: ["exceptionstacktrace", "errorstacktrace", "errorstack", "errstack", "stacktrace", "stack"],
} as const;

/** Reads a line that is a JSON object, or plain text with whatever level and ids it names. Never throws. */
export function readLogLine(line: string): LogLine {
  const record = parseJsonObject(line.trim());
  return record ? readLogObject(record) : readTextLine(line);
}

/** Reads a structured record in any of the usual loggers' spellings. */
export function readLogObject(record: JsonObject): LogLine {
  const fields = new FieldPicker(flatFields(record));
  const atNs = instantNs(fields.pick(LOG_FIELD_NAMES.at));
  const severity = severityOf(fields.pick(LOG_FIELD_NAMES.level)) ?? "unspecified";
  const message = fields.text(LOG_FIELD_NAMES.body);
  const errorMessage = fields.text(LOG_FIELD_NAMES.errorMessage);
  const exception = exceptionOf(fields, errorMessage);
  return {
    atNs,
    severity,
    body: message === null ? (errorMessage ?? JSON.stringify(record)) : withError(message, errorMessage),
    service: fields.text(LOG_FIELD_NAMES.service),
    host: fields.text(LOG_FIELD_NAMES.host),
    traceId: idOrNull(fields.text(LOG_FIELD_NAMES.traceId)),
    spanId: idOrNull(fields.text(LOG_FIELD_NAMES.spanId)),
    requestId: fields.text(LOG_FIELD_NAMES.requestId),
    attributes: fields.left(),
    exception,
  };
}

/** "request failed" alone says little; the error beside it is what people search for. */
function withError(message: string, error: string | null): string {
  return error === null || message.includes(error) ? message : `${message}: ${error}`;
}

function exceptionOf(fields: FieldPicker, message: string | null): ExceptionInfo<string> | null {
  const type = fields.text(LOG_FIELD_NAMES.errorType);
  const stack = fields.text(LOG_FIELD_NAMES.stack);
  if (type === null && stack === null) return null;
  return exceptionFrom({ type, message, stack });
}

/** How a stack begins whose type does not end like an exception's. */
const STACK_HEAD = /^([\w.$]{1,200})(?:: (.{0,1000}))?$/u;

/** Type, message and frames (innermost first) from what a record says about its exception; "error" for an unknown type. */
export function exceptionFrom(said: SaidException): ExceptionInfo<string> {
  const [firstLine = ""] = (said.stack ?? "").split("\n", 1);
  const head = STACK_HEAD.exec(firstLine);
  const read = knownException(said) ?? {
    type: head?.[1] ?? "error",
    message: said.message ?? "",
    frames: framesOf(said.stack),
  };
  return { ...read, message: read.message || (head?.[2] ?? "") };
}

const TRACE_ID = /\btrace[_-]?id["']?[\s=:]{1,3}["']?([0-9a-f]{16,32}|1-[0-9a-f]{8}-[0-9a-f]{24})\b/iu;
const XRAY_ID = /\bRoot=(1-[0-9a-f]{8}-[0-9a-f]{24})\b/u;
const SPAN_ID = /\bspan[_-]?id["']?[\s=:]{1,3}["']?([0-9a-f]{16})\b/iu;
const REQUEST_ID = /\b(?:request|correlation|req)[_-]?id["']?[\s=:]{1,3}["']?([\w-]{6,64})/iu;
const LEADING_TIME = /^\[?(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?\s?(?:Z|[+-]\d{2}:?\d{2})?)/u;

function readTextLine(line: string): LogLine {
  const scanned = line.slice(0, 4000);
  return {
    atNs: instantNs(LEADING_TIME.exec(scanned)?.[1]),
    severity: severityInText(scanned),
    body: line,
    service: null,
    host: null,
    traceId: (TRACE_ID.exec(scanned) ?? XRAY_ID.exec(scanned))?.[1] ?? null,
    spanId: SPAN_ID.exec(scanned)?.[1] ?? null,
    requestId: REQUEST_ID.exec(scanned)?.[1] ?? null,
    attributes: {},
    exception: exceptionInText(line),
  };
}

/** The exception of a text of several lines; its type may stand in the middle of the first one. */
function exceptionInText(text: string): ExceptionInfo<string> | null {
  const told = exceptionIn(text);
  if (told !== null || !text.includes("\n")) return told;
  const frames = framesOf(text);
  const raised = frames.length > 0 ? RAISED_INLINE.exec(text) : null;
  return raised && { type: raised[1] ?? "error", message: raised[2] ?? "", frames };
}

const RAISED_INLINE = /(?:^|\s)([\w.$]{1,200}(?:Error|Exception))(?:: ([^\n]{0,1000}))?/u;

/** Ids join records, so nothing else may pass for one: all zeros means "no trace". */
export function idOrNull(id: string | null): string | null {
  return id !== null && /^[\w-]{8,64}$/u.test(id) && !/^0+$/u.test(id) ? id : null;
}
