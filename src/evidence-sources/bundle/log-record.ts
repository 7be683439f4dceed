import type { ExceptionInfo, LogSeverity } from "../../core/event.ts";
import type { EpochNs } from "../../core/ids.ts";
import { exceptionFrom } from "../../platform/records/exceptions.ts";
import { type JsonObject, plainName } from "../../platform/records/flat-fields.ts";
import { instantOf } from "../../platform/records/instants.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import { readHeadSeverity, severityIn } from "./severity.ts";
import { readHeadTime } from "./text-time.ts";

/** One log record of any format, before it is an event. */
export interface LogRecord {
  readonly atNs: EpochNs | null;
  /** True when the time is a wall clock of an unknown zone. */
  readonly zoneless: boolean;
  readonly observedNs: EpochNs | null;
  readonly service: string | null;
  readonly host: string | null;
  readonly severity: LogSeverity;
  readonly body: string;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly requestId: string | null;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly exception: ExceptionInfo<string> | null;
}

const MAX_ATTRIBUTES = 40;
const MAX_ATTRIBUTE = 500;

const TIME = ["timestamp", "time", "ts", "t", "datetime", "date", "eventtime", "asctime", "timeunixnano", "logtime"];
const OBSERVED = [
  "observedtimeunixnano",
  "observedtimestamp",
  "observedtime",
  "ingestiontime",
  "ingesttime",
  "ingestedat",
  "eventingested",
  "receivedat",
];
const LEVEL = ["level", "severity", "severitytext", "loglevel", "levelname", "lvl", "l", "severitynumber"];
const BODY = [
  "message",
  "msg",
  "body",
  "log",
  "event",
  "text",
  "m",
  "bodystringvalue",
  "short_message",
  "shortmessage",
];
const SERVICE = [
  "servicename",
  "service",
  "resourceservicename",
  "app",
  "application",
  "appname",
  "kuberneteslabelsappkubernetesioname",
  "kuberneteslabelsapp",
  "kubernetescontainername",
];
const HOST = [
  "hostname",
  "host",
  "resourcehostname",
  "kuberneteshost",
  "nodename",
  "kubernetespodname",
  "podname",
  "pod",
  "instance",
];
const TRACE = ["traceid", "ddtraceid", "xtraceid", "otraceid"];
const SPAN = ["spanid", "ddspanid"];
const REQUEST = [
  "requestid",
  "reqid",
  "correlationid",
  "xrequestid",
  "httprequestid",
  "httprequestheadersxrequestid",
  "xcorrelationid",
];
const ERROR_TYPE = [
  "exceptiontype",
  "errortype",
  "errname",
  "errtype",
  "errorname",
  "errorclass",
  "exceptionclass",
  "exctype",
];
const ERROR_MESSAGE = ["exceptionmessage", "errormessage", "errmessage", "errmsg"];
const STACK = [
  "exceptionstacktrace",
  "stack",
  "stacktrace",
  "errstack",
  "errorstack",
  "errorstacktrace",
  "excinfo",
  "exception",
];

const USED = new Set([
  ...TIME,
  ...OBSERVED,
  ...LEVEL,
  ...BODY,
  ...SERVICE,
  ...HOST,
  ...TRACE,
  ...SPAN,
  ...REQUEST,
  ...STACK,
]);

/** Reads a JSON object as a log record by the field names that loggers and shippers use. */
export function recordFromJson(json: JsonObject, year: number): LogRecord {
  const fields = fieldsOf(json);
  const envelope = instantOf(fields.get(TIME));
  const rawBody = fields.text(BODY) ?? fields.text(ERROR_MESSAGE) ?? "";
  const inner = readInnerText(rawBody.replace(/\r?\n$/u, ""), year);
  // A number or a time with a zone wins over a wall clock inside the text.
  const instant = envelope ?? inner.instant;
  const level = severityIn(fields.get(LEVEL));
  return {
    atNs: instant?.ns ?? null,
    zoneless: instant?.zone === "none",
    observedNs: instantOf(fields.get(OBSERVED))?.ns ?? null,
    service: fields.text(SERVICE),
    host: fields.text(HOST),
    severity: level === "unspecified" ? inner.severity : level,
    body: inner.body,
    ...idsOf(fields, inner.body),
    attributes: attributesOf(fields),
    exception: exceptionFrom({
      type: fields.text(ERROR_TYPE),
      message: fields.text(ERROR_MESSAGE),
      stack: fields.text(STACK),
    }),
  };
}

function idsOf(fields: Fields, body: string): Pick<LogRecord, "traceId" | "spanId" | "requestId"> {
  return {
    traceId: fields.text(TRACE) ?? traceIdIn(body),
    spanId: fields.text(SPAN),
    requestId: fields.text(REQUEST) ?? requestIdIn(body),
  };
}

/** Reads the head of a text line. The time is null for a line that belongs to the one before. */
export function recordFromText(line: string, year: number): LogRecord {
  const logfmt = /^(?:time|ts|t)=\S/u.test(line) ? fromLogfmt(line) : null;
  if (logfmt) return recordFromJson(logfmt, year);
  // A runtime may put its own time before the time of the text: the first one has the zone.
  const outer = readHeadTime(line, year);
  const inner = readInnerText(outer?.rest ?? line, year);
  return {
    atNs: outer?.instant.ns ?? null,
    zoneless: outer?.instant.zone === "none",
    observedNs: null,
    service: null,
    host: outer?.host ?? null,
    severity: inner.severity,
    body: inner.body,
    traceId: traceIdIn(line),
    requestId: requestIdIn(line),
    spanId: null,
    attributes: {},
    exception: null,
  };
}

function readInnerText(text: string, year: number) {
  const head = /^[[<"\d]|^[A-Z][a-z]{2} |^[IWEF]\d{4} /u.test(text) ? readHeadTime(text, year) : null;
  const { severity, rest } = readHeadSeverity(head?.rest ?? text);
  return { instant: head?.instant ?? null, severity, body: rest };
}

const TRACE_IN_TEXT = /\btrace(?:[_-]?id)?["']?[=:]\s*["']?([0-9a-f]{32}|[0-9a-f]{16})\b/iu;
const REQUEST_IN_TEXT =
  /\b(?:req(?:uest)?(?:[_-]?id)?|correlation[_-]?id)["']?[=:]\s*["']?([A-Za-z0-9][\w-]{5,63})|\[(req-[\w-]{4,60}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\]/iu;

const MAX_SEARCHED = 600;

function traceIdIn(text: string): string | null {
  return TRACE_IN_TEXT.exec(text.slice(0, MAX_SEARCHED))?.[1] ?? null;
}

function requestIdIn(text: string): string | null {
  const request = REQUEST_IN_TEXT.exec(text.slice(0, MAX_SEARCHED));
  return request?.[1] ?? request?.[2] ?? null;
}

function attributesOf(fields: Fields): Record<string, string | number | boolean> {
  const kept = fields.entries
    .filter(([name]) => !USED.has(plainName(name)))
    .slice(0, MAX_ATTRIBUTES)
    .map(([name, value]) => [name, typeof value === "string" ? value.slice(0, MAX_ATTRIBUTE) : value] as const);
  return Object.fromEntries(kept);
}

function fromLogfmt(line: string): JsonObject | null {
  const pairs = [...line.slice(0, 16_384).matchAll(/([\w.@/-]{1,100})=(?:"((?:[^"\\]|\\.)*)"|(\S*))/gu)];
  if (pairs.length < 2) return null;
  return Object.fromEntries(pairs.map(([, key = "", quoted, bare = ""]) => [key, quoted ?? bare]));
}
