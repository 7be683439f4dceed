import type { Event } from "../event.ts";
import { peerOf } from "./infer.ts";
import { KeeperNodes } from "./keeper-nodes.ts";
import { KeeperSpans, type SeenSpan } from "./keeper-spans.ts";
import { KeeperTraces, type SeenLog } from "./keeper-traces.ts";
import type { EdgeChange } from "./known-edge.ts";
import { isFailing } from "./shared-traces.ts";

/** How much a keeper may remember. What does not fit is left out and counted, it never grows anything. */
export interface KeeperLimits {
  /** Services and peers. */
  readonly maxNodes: number;
  /** Directions between two of them. */
  readonly maxEdges: number;
  /** Span ids, of those that came and of missing parents. */
  readonly maxSpans: number;
  /** Trace and request ids of logs. */
  readonly maxTraces: number;
  /** Drains that a client span waits for its server side, and a trace for more records. */
  readonly patience: number;
}

/** About 30 MB when all of it is used; with a drain every 10 s, what waits is told after 20 s to 30 s. */
export const KEEPER_LIMITS: KeeperLimits = {
  maxNodes: 2_000,
  maxEdges: 5_000,
  maxSpans: 65_536,
  maxTraces: 8_192,
  patience: 2,
};

/**
 * Finds out who calls whom while records come in, in any order: what `inferGraph` says of the same records, as far as both
 * ends of a call are remembered at the same time. Pure: it has no clock, waiting is counted in drains.
 */
export interface GraphKeeper {
  addSpan(span: SeenSpan): void;
  addLog(log: SeenLog): void;
  /** Takes what it can use of any event: spans, and logs with a trace or request id. */
  addEvent(event: Event, atMs: number): void;
  /** What changed since the last drain, sorted by caller and callee. Call it regularly: it also forgets what is idle. */
  drain(): readonly EdgeChange[];
  /** Ends every wait, then drains: at a stop, or when a window is complete. */
  settle(): readonly EdgeChange[];
  readonly size: KeeperSize;
}

export interface KeeperSize {
  readonly nodes: number;
  readonly edges: number;
  readonly spans: number;
  readonly traces: number;
  /** What did not fit or had no usable name, since the beginning. */
  readonly dropped: number;
}

/** A keeper with an empty memory. */
export function createGraphKeeper(limits: KeeperLimits = KEEPER_LIMITS): GraphKeeper {
  const nodes = new KeeperNodes(limits);
  const spans = new KeeperSpans(nodes, limits.maxSpans);
  const traces = new KeeperTraces(nodes, limits.maxTraces);
  const drain = (patience: number) => {
    spans.settle(patience);
    traces.settle(patience);
    return nodes.drain();
  };
  const keeper: GraphKeeper = {
    addSpan: (span) => spans.add(span),
    addLog: (log) => traces.add(log),
    addEvent: (event, atMs) => addEvent(keeper, event, atMs),
    drain: () => drain(limits.patience),
    settle: () => drain(0),
    get size() {
      return { ...nodes.size, spans: spans.size, traces: traces.size, dropped: nodes.dropped };
    },
  };
  return keeper;
}

function addEvent(keeper: GraphKeeper, event: Event, atMs: number): void {
  if (event.kind === "span") {
    const { traceId, spanId, parentSpanId, service, spanKind, status } = event;
    if (traceId === null || spanId === null) return;
    const peer = peerOf(event);
    keeper.addSpan({ traceId, spanId, parentSpanId, service, spanKind, peer, isFailing: status === "error", atMs });
  } else if (event.kind === "log") {
    const traceId = event.traceId ?? event.requestId;
    if (traceId === null || event.service === null) return;
    keeper.addLog({ traceId, service: event.service, isFailing: isFailing(event), atMs });
  }
}
