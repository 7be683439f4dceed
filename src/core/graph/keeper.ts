import type { Event } from "../event.ts";
import { peerOf } from "./infer.ts";
import { KeeperNodes } from "./keeper-nodes.ts";
import { KeeperSpans, type SeenSpan } from "./keeper-spans.ts";
import { type KeeperState, StateReader, StateWriter } from "./keeper-state.ts";
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

/**
 * About 50 MB when all of it is used; with a drain every 10 s, what waits is told after 20 s to 30 s. The two halves of a
 * call are joined while fewer than 65,536 other span ids come between them: ten minutes at a hundred spans a second.
 */
export const KEEPER_LIMITS: KeeperLimits = {
  maxNodes: 2_000,
  maxEdges: 5_000,
  maxSpans: 131_072,
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
  /** Everything it remembers: a keeper made of it tells the same from here on. */
  save(): KeeperState;
  /** True while a later drain tells something that needs no new records. As of the last drain. */
  readonly isWaiting: boolean;
  readonly size: KeeperSize;
}

export interface KeeperSize {
  readonly nodes: number;
  readonly edges: number;
  readonly spans: number;
  readonly traces: number;
  /** What did not fit or had no usable name, since the beginning. */
  readonly dropped: number;
  /** Calls of which one half was forgotten before the other came, since the beginning. */
  readonly unjoined: number;
}

/** A keeper with an empty memory, or that of a saved one. Throws `RangeError` for a state that cannot be read. */
export function createGraphKeeper(limits: KeeperLimits = KEEPER_LIMITS, state?: KeeperState): GraphKeeper {
  const nodes = new KeeperNodes(limits);
  const spans = new KeeperSpans(nodes, limits.maxSpans);
  const traces = new KeeperTraces(nodes, limits.maxTraces);
  if (state !== undefined) {
    const from = new StateReader(state);
    const find = nodes.restore(from);
    spans.restore(from, find);
    traces.restore(from, find);
  }
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
    save: () => {
      const out = new StateWriter();
      for (const part of [nodes, spans, traces]) part.save(out);
      return out.finish();
    },
    get isWaiting() {
      return spans.isWaiting || traces.isWaiting;
    },
    get size() {
      return {
        ...nodes.size,
        spans: spans.size,
        traces: traces.size,
        dropped: nodes.dropped,
        unjoined: nodes.unjoined,
      };
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
