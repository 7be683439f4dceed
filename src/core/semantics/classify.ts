import type { KubernetesEvent, LogEvent, LogSeverity, SpanEvent } from "../event.ts";
import { assertNever } from "../never.ts";
import { joinSafe, type Safe, safe, sliceSafe } from "../safe.ts";
import { ACTIONS } from "./actions.ts";
import { isOvercome, withoutDenials } from "./denials.ts";
import type { Meaning } from "./meaning.ts";
import { peerOf, settingOf } from "./names.ts";
import type { Sign } from "./rule.ts";
import { shapesIn } from "./shapes/find-shape.ts";
import { type Level, refined, signIn } from "./sign-in.ts";

/** What a record means stands in its first lines; rules over megabytes of text would only cost time. */
const MAX_TEXT = 1000;

/** Says what a record means to a person on call: whether it reports a failure, of which kind, and whom or what it names. */
export function classify(event: LogEvent | SpanEvent | KubernetesEvent): Meaning {
  switch (event.kind) {
    case "log":
      return classifyLog(event);
    case "span":
      return classifySpan(event);
    case "kubernetes":
      return classifyKubernetes(event);
    default:
      return assertNever(event);
  }
}

function classifyLog(event: LogEvent): Meaning {
  const text = logText(event);
  const level = levelOf(event);
  const cleaned = withoutDenials(text);
  if (isOvercome(cleaned)) return harmless(event, text, safe`the text says that the trouble was overcome`);
  const shapes = shapesIn(cleaned);
  const sign = signIn(cleaned, level, shapes);
  if (sign !== null) return failure(event, text, sign);
  if (isTaggedTrouble(event)) return failure(event, text, refined(TAGGED, shapes));
  const isMarked = level === "error" && (cleaned.length === text.length || FAILING_WORDS.test(cleaned));
  if (!isMarked && !(event.exception !== null && level !== "info")) {
    return harmless(event, text, safe`nothing in the text says that something failed`);
  }
  return failure(event, text, refined(event.exception === null ? MARKED : EXCEPTION, shapes));
}

/** Whoever names a kind of event and warns of it means it, whatever the words; what the sender says of itself is no trouble of the service. */
function isTaggedTrouble({ severity, attributes }: LogEvent): boolean {
  const tag = attributes["event.name"];
  if (typeof tag !== "string" || !TAG.test(tag) || tag.startsWith("TRACEOPS_")) return false;
  return severity === "warn" || severity === "error" || severity === "fatal";
}

const TAG = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/u;
const TAGGED: Sign = { category: "unknown", because: safe`the program tagged it and marked it as a warning or worse` };
const MARKED: Sign = { category: "unknown", because: safe`the line is marked as an error` };
const EXCEPTION: Sign = { category: "code-error", because: safe`the line carries an exception` };

const FAILING_WORDS = /\b(?:fail|error|exception|crash|abort|reject|refus|unable|fatal)/iu;

const LEVEL_OF: Readonly<Record<Exclude<LogSeverity, "unspecified">, Level>> = {
  trace: "info",
  debug: "info",
  info: "info",
  warn: "warn",
  error: "error",
  fatal: "error",
};

/** Plain text often carries its level only in words; it counts where levels stand: near the beginning. */
function levelOf(event: LogEvent): Level {
  if (event.severity !== "unspecified") return LEVEL_OF[event.severity];
  const start = event.body.slice(0, 120);
  if (
    /\b(?:ERROR|FATAL|CRITICAL|SEVERE|PANIC|EMERG|CRIT)\b|\[(?:error|crit|alert|emerg|fatal)\]|\blevel["']?[=:]["' ]?(?:error|fatal|crit\w*|panic)/u.test(
      start,
    )
  ) {
    return "error";
  }
  if (
    /\b(?:INFO|DEBUG|TRACE|NOTICE)\b|\[(?:info|debug|notice)\]|\blevel["']?[=:]["' ]?(?:info|debug|trace)/u.test(start)
  )
    return "info";
  return "warn";
}

function logText(event: LogEvent): Safe {
  const body = event.body.length > MAX_TEXT ? sliceSafe(event.body, 0, MAX_TEXT) : event.body;
  const parts = event.exception === null ? [body] : [body, exceptionText(event.exception)];
  const status =
    event.attributes["http.response.status_code"] ?? event.attributes["http.status_code"] ?? event.attributes["status"];
  return joinSafe(
    typeof status === "number" && status >= 500 && status < 600 ? [...parts, safe`status=${status}`] : parts,
    "\n",
  );
}

function exceptionText(exception: NonNullable<LogEvent["exception"]>): Safe {
  const message = exception.message.length > MAX_TEXT ? sliceSafe(exception.message, 0, MAX_TEXT) : exception.message;
  return safe`${exception.type}: ${message}`;
}

const SPAN_TEXT_ATTRIBUTES = [
  "error.type",
  "exception.type",
  "exception.message",
  "status.message",
  "error.message",
  "otel.status_description",
];

function classifySpan(event: SpanEvent): Meaning {
  const code = spanCode(event);
  const words = SPAN_TEXT_ATTRIBUTES.flatMap((name) => {
    const value = event.attributes[name];
    return typeof value === "string" && value !== "" ? [value] : [];
  });
  const text = joinSafe([event.name, ...words], " ");
  if (event.status !== "error" && code < 500) return harmless(event, text, safe`the span did not end in an error`);
  const impact = event.spanKind === "server" ? ("user-facing" as const) : ("internal" as const);
  const sign = words.length === 0 ? null : signIn(joinSafe(words, " "), "error");
  if (sign !== null && sign.category !== "unknown") return { ...failure(event, text, sign), impact };
  return {
    ...failure(event, text, {
      category: spanCategory(event, code),
      because: code >= 400 ? safe`the span was answered with HTTP ${code}` : safe`the span ended in an error`,
      intent: "call",
    }),
    impact,
  };
}

function spanCode(event: SpanEvent): number {
  const value = event.attributes["http.response.status_code"] ?? event.attributes["http.status_code"] ?? 0;
  const code = Number(value);
  return Number.isInteger(code) ? code : 0;
}

/** A client span blames its peer; a server span only says that the service failed. */
function spanCategory(event: SpanEvent, code: number): Meaning["category"] {
  if (code === 429) return "rate-limit";
  if (code === 504) return "timeout";
  return event.spanKind === "client" ? "upstream-error" : "unknown";
}

function classifyKubernetes(event: KubernetesEvent): Meaning {
  const text = safe`${event.reason}: ${event.note}`;
  if (event.type === "Normal" && event.reason !== "OOMKilling" && event.reason !== "BackOff") {
    return harmless(event, text, safe`the event is a normal one`);
  }
  const sign = signIn(text, "error", shapesIn(`kubernetes event ${text}`));
  if (sign !== null) return failure(event, text, sign);
  return failure(event, text, { category: "unknown", because: safe`Kubernetes marked the event as a warning` });
}

function failure(event: LogEvent | SpanEvent | KubernetesEvent, text: Safe, sign: Sign): Meaning {
  return {
    category: sign.category,
    intent: intentOf(text) ?? sign.intent ?? null,
    impact: impactOf(text, sign),
    isFailure: true,
    peer: peerOf(event, text),
    setting: settingOf(text),
    suggestedActions: sign.actions ?? ACTIONS[sign.category],
    because: sign.because,
  };
}

function harmless(event: LogEvent | SpanEvent | KubernetesEvent, text: Safe, because: Safe): Meaning {
  return {
    category: "unknown",
    intent: null,
    impact: "none",
    isFailure: false,
    peer: peerOf(event, text),
    setting: settingOf(text),
    suggestedActions: [],
    because,
  };
}

const INTENTS: readonly (readonly [NonNullable<Meaning["intent"]>, RegExp])[] = [
  ["start", /\b(?:start(?:ing|up)?|boot(?:ing)?|initiali[sz]\w+|listen|bind)\b/iu],
  [
    "write",
    /\b(?:INSERT|UPDATE|DELETE|writ(?:e|ing)|sav(?:e|ing)|stor(?:e|ing)|commit|publish\w*|persist\w*|upload\w*|flush)\b/iu,
  ],
  ["read", /\b(?:SELECT|read(?:ing)?|fetch\w*|load(?:ing)?|query|quer(?:y|ying)|download\w*)\b/iu],
  ["connect", /\b(?:connect\w*|dial|handshake|acquir\w+|pool|resolve|getaddrinfo)\b/iu],
  ["call", /\b(?:call\w*|request\w*|upstream|rpc|invoke|GET|POST|PUT|PATCH)\b/u],
];

function intentOf(text: Safe): Meaning["intent"] {
  return INTENTS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

function impactOf(text: Safe, sign: Sign): Meaning["impact"] {
  if (sign.impact !== undefined) return sign.impact;
  if (
    /\b(?:customers?|end users?|checkout|login) \S* ?(?:failed|affected|see|cannot)|\b(?:GET|POST|PUT|PATCH|DELETE) \/\S* [^\n]{0,80}5\d\d\b|(?:status|HTTP\/\d(?:\.\d)?"?)["']?[=: ]+["']?5\d\d\b/u.test(
      text,
    )
  ) {
    return "user-facing";
  }
  return /\b(?:retry\w*|fall(?:ing)? ?back|degraded|stale|slow|serving cached)\b/iu.test(text)
    ? "degraded"
    : "internal";
}
