import type { Event, LogEvent, SpanEvent } from "../../src/core/event.ts";
import { epochMs, eventId } from "../../src/core/ids.ts";
import { aLog, words } from "./observations.ts";

/** What one request did on its way from web over orders to ledger. */
export interface ToldRequest {
  readonly atMs: number;
  /** How long the way from web to orders and back took, ms. */
  readonly wayMs?: number;
  /** How long the way from orders to ledger and back took, ms. */
  readonly ledgerWayMs?: number;
  /** Set to leave out the call of the ledger and the line after it. */
  readonly returnsEarly?: boolean;
  /** Error lines, by service. */
  readonly errors?: Readonly<Record<string, string>>;
  /** Lines of work that only this request writes at orders. */
  readonly extra?: readonly string[];
}

/** The spans and lines of one request: `POST /checkout` at web calls orders, which calls the ledger. */
export function request(told: ToldRequest): readonly Event[] {
  const { atMs, wayMs = 4, ledgerWayMs = 3, returnsEarly = false, errors = {}, extra = [] } = told;
  const ledgerMs = returnsEarly ? 0 : 20;
  const ordersMs = 30 + ledgerMs + (returnsEarly ? 0 : ledgerWayMs);
  const spans = [
    span(atMs, { id: "web", service: "web", name: "POST /checkout", parent: null, ms: ordersMs + wayMs + 10 }),
    span(atMs, { id: "web-call", service: "web", name: "HTTP POST", parent: "web", ms: ordersMs + wayMs }),
    span(atMs, { id: "orders", service: "orders", name: "POST /orders", parent: "web-call", ms: ordersMs }),
  ];
  const ledger = [
    span(atMs, {
      id: "orders-call",
      service: "orders",
      name: "HTTP PUT",
      parent: "orders",
      ms: ledgerMs + ledgerWayMs,
    }),
    span(atMs, { id: "ledger", service: "ledger", name: "PUT /entries/7", parent: "orders-call", ms: ledgerMs }),
  ];
  const lines = [
    line(atMs, "web", "checkout asked"),
    line(atMs, "orders", "order checked"),
    ...(returnsEarly ? [] : [line(atMs, "ledger", "entry written"), line(atMs, "orders", "order stored")]),
    ...extra.map((text) => line(atMs, "orders", text)),
    ...Object.entries(errors).map(([service, text]) => errorLine(atMs, service, text)),
  ];
  return [...spans, ...(returnsEarly ? [] : ledger), ...lines];
}

/** Requests every twenty seconds in a stretch of time. */
export function requests(
  stretch: { readonly from: number; readonly to: number },
  tell: (index: number) => Omit<ToldRequest, "atMs"> = () => ({}),
): readonly Event[] {
  const count = Math.floor((stretch.to - stretch.from) / 20_000);
  return Array.from({ length: count }, (_, index) => ({ ...tell(index), atMs: stretch.from + index * 20_000 })).flatMap(
    request,
  );
}

interface ToldSpan {
  readonly id: string;
  readonly service: string;
  readonly name: string;
  readonly parent: string | null;
  readonly ms: number;
}

function span(atMs: number, { id, service, name, parent, ms }: ToldSpan): SpanEvent {
  return {
    ...aLog(service, "x", epochMs(atMs)),
    id: eventId("spans", `${id}/${atMs}`),
    kind: "span",
    traceId: `t${atMs}`,
    spanId: id,
    parentSpanId: parent,
    name: words(name),
    spanKind: "unspecified",
    durationNs: BigInt(ms) * 1_000_000n,
    status: "unset",
    attributes: {},
  };
}

function line(atMs: number, service: string, text: string): LogEvent {
  return { ...aLog(service, text, epochMs(atMs)), traceId: `t${atMs}`, spanId: service };
}

function errorLine(atMs: number, service: string, text: string): LogEvent {
  return { ...line(atMs, service, text), severity: "error" };
}
