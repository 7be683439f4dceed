import { randomBytes } from "node:crypto";
import { callOn, peek } from "./peek.ts";

/** The ids that join records of one request over services. */
export interface TraceIds {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

// Both keys are the ones that @opentelemetry/api itself looks under, whatever copy of it is loaded.
const OPENTELEMETRY = Symbol.for("opentelemetry.js.api.1");
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");
const SUPPRESS_TRACING = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING");
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/u;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/u;

/** The ids of OpenTelemetry's active span; null without OpenTelemetry or outside of a span. Never throws. */
export function activeSpan(): TraceIds | null {
  const api = peek(globalThis, OPENTELEMETRY);
  if (api === undefined) return null;
  try {
    const context = callOn(peek(api, "context"), "active", []);
    const span = callOn(callOn(context, "getValue", [SPAN]), "spanContext", []);
    return idsOf(peek(span, "traceId"), peek(span, "spanId"));
  } catch {
    return null;
  }
}

/** Runs `work` so that OpenTelemetry's instrumentations make no spans of it. */
export function untraced(work: () => void): void {
  const manager = peek(peek(globalThis, OPENTELEMETRY), "context");
  const quiet = quietContext(manager);
  if (quiet === undefined || typeof peek(manager, "with") !== "function") return work();
  callOn(manager, "with", [quiet, work]);
}

function quietContext(manager: unknown): unknown {
  try {
    return callOn(callOn(manager, "active", []), "setValue", [SUPPRESS_TRACING, true]);
  } catch {
    return undefined;
  }
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.{0,256})?$/u;

/** The ids in a W3C `traceparent` header, for `log.with`; an empty object when the header is missing or malformed. */
export function readTraceparent(header: string | readonly string[] | null | undefined): Partial<TraceIds> {
  const text = typeof header === "string" ? header.trim() : "";
  const [, traceId, spanId] = TRACEPARENT.exec(text) ?? [];
  return idsOf(traceId, spanId) ?? {};
}

/** The `traceparent` header for a call that belongs to these ids. */
export function writeTraceparent({ traceId, spanId }: TraceIds): string {
  return `00-${traceId}-${spanId}-01`;
}

/** Fresh ids for work that nobody else began: a scheduled job, a request without a `traceparent`. */
export function newTrace(): TraceIds {
  return { traceId: randomBytes(16).toString("hex"), spanId: randomBytes(8).toString("hex") };
}

function idsOf(traceId: unknown, spanId: unknown): TraceIds | null {
  const isValid =
    typeof traceId === "string" && TRACE_ID.test(traceId) && typeof spanId === "string" && SPAN_ID.test(spanId);
  return isValid ? { traceId, spanId } : null;
}
