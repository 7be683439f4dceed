/**
 * How the program's own work is traced, for whoever watches it. Never throws and never waits by itself: what `run` gives or
 * throws comes back unchanged.
 */
export interface Tracing {
  /** Runs the work inside a span. A span that is started meanwhile is its child; what is thrown makes it failed. */
  span<Result>(start: SpanStart, run: (span: OpenSpan) => Promise<Result>): Promise<Result>;
  /** Links the span that runs here to the one that was started with this key, in whichever process that was. */
  causedBy(key: () => string): void;
}

export interface SpanStart {
  /** Few different ones: a route, a job, a source. Never what somebody sent. */
  readonly name: string;
  /** "server" and "consumer" begin a trace of their own; "client" is a call to somebody else. */
  readonly kind: "server" | "consumer" | "client" | "internal";
  readonly attributes: SpanAttributes;
  /** At least 48 hexadecimal digits. The span gets its ids from them, so that another process can name it. */
  readonly key?: () => string;
}

export interface OpenSpan {
  set(attributes: SpanAttributes): void;
  /** It did not work: a name from our lists, or a status. Never a message. */
  failed(errorType: string): void;
}

/** Ids of ours, names from our lists, numbers and statuses. Text that others wrote has no attribute to stand in. */
export type SpanAttributes = { readonly [Name in SpanAttribute]?: string | number | boolean };

export type SpanAttribute =
  | "http.request.method"
  | "http.response.status_code"
  | "http.route"
  | "messaging.destination.name"
  | "messaging.message.id"
  | "messaging.operation.name"
  | "messaging.operation.type"
  | "messaging.system"
  | "server.address"
  | "traceops.alert.decision"
  | "traceops.analysis.hypotheses"
  | "traceops.analysis.sources"
  | "traceops.analysis.verdict"
  | "traceops.evidence.records"
  | "traceops.evidence.source"
  | "traceops.evidence.status"
  | "traceops.inbox.id"
  | "traceops.incident.id"
  | "traceops.job.attempt"
  | "traceops.outcome"
  | "traceops.source"
  | "traceops.surface"
  | "url.template";

const NO_SPAN: OpenSpan = { set: () => undefined, failed: () => undefined };

/** Nobody watches: the work runs, and nothing else happens. */
export const NO_TRACING: Tracing = { span: (_start, run) => run(NO_SPAN), causedBy: () => undefined };
