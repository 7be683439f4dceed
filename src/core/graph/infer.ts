import type { GraphEdge } from "../analysis.ts";
import type { Event, SpanEvent } from "../event.ts";
import { type Safe, sliceSafe } from "../safe.ts";
import { buildGraph, compare } from "./build.ts";
import type { ServiceGraph } from "./service-graph.ts";
import { sharedTraceEdges } from "./shared-traces.ts";

/** What the graph is inferred from. `events` are clock-corrected and sorted by (time, id). */
export interface GraphInput {
  readonly events: readonly TimedEvent[];
  /** Peers that texts name, with how many records do. */
  readonly mentions: readonly Mention[];
  /** Edges from a topology file or a catalogue: [caller, callee]. */
  readonly given: readonly (readonly [Safe, Safe])[];
}

export interface TimedEvent {
  readonly event: Event;
  readonly atMs: number;
}

export interface Mention {
  readonly service: Safe;
  readonly peer: Safe;
  readonly isFailure: boolean;
  readonly count: number;
}

/** Adversarial texts may name thousands of hosts; a graph that people read has fewer nodes. */
const MAX_EDGES = 500;

/** Infers who calls whom from spans, shared trace and request ids, peers that texts name, and given edges. */
export function inferGraph(input: GraphInput): ServiceGraph {
  const services = knownServices(input);
  const edges = new Map<string, GraphEdge>();
  const add = (found: GraphEdge) => {
    if (found.caller === found.callee) return;
    const key = `${found.caller}\u0000${found.callee}`;
    const known = edges.get(key);
    edges.set(key, known === undefined ? found : { ...known, count: known.count + found.count });
  };
  for (const [caller, callee] of input.given) add({ caller, callee, count: 1, from: "given" });
  for (const found of spanEdges(input.events, services)) add(found);
  for (const { service, peer, count } of input.mentions) {
    const callee = resolvePeer(peer, services);
    if (callee !== null) add({ caller: service, callee, count, from: "mention" });
  }
  for (const found of sharedTraceEdges(input.events)) {
    // Order in time is the weakest witness: it adds a call nobody contradicts, it never turns one round.
    if (!edges.has(`${found.callee}\u0000${found.caller}`)) add(found);
  }
  return buildGraph([...edges.values()].toSorted((a, b) => b.count - a.count || byEnds(a, b)).slice(0, MAX_EDGES));
}

function byEnds(a: GraphEdge, b: GraphEdge): number {
  return compare(a.caller, b.caller) || compare(a.callee, b.callee);
}

function knownServices(input: GraphInput): ReadonlySet<Safe> {
  const services = new Set<Safe>(input.given.flat());
  for (const { event } of input.events) {
    if (event.service !== null) services.add(event.service);
  }
  return services;
}

function spanEdges(events: readonly TimedEvent[], services: ReadonlySet<Safe>): readonly GraphEdge[] {
  const spans = events.flatMap(({ event }) => (event.kind === "span" ? [event] : []));
  const byId = new Map(spans.map((span) => [`${span.traceId}\u0000${span.spanId}`, span]));
  const parents = new Set(spans.map((span) => `${span.traceId}\u0000${span.parentSpanId}`));
  return spans.flatMap((span) => {
    const caller = byId.get(`${span.traceId}\u0000${span.parentSpanId}`)?.service ?? null;
    const hasServerSide = parents.has(`${span.traceId}\u0000${span.spanId}`);
    return [...call(caller, span.service), ...(hasServerSide ? [] : call(span.service, calledBy(span, services)))];
  });
}

/** A client span whose server side was not recorded still names whom it called. */
function calledBy(span: SpanEvent, services: ReadonlySet<Safe>): Safe | null {
  const peer = peerOf(span);
  return peer === null ? null : resolvePeer(peer, services);
}

/** Whom a client span says it calls; null for spans of other kinds and for those that name nobody. */
export function peerOf({ spanKind, attributes }: Pick<SpanEvent, "spanKind" | "attributes">): Safe | null {
  const peer = attributes["peer.service"] ?? attributes["server.address"];
  return spanKind === "client" && typeof peer === "string" ? peer : null;
}

function call(caller: Safe | null, callee: Safe | null): readonly GraphEdge[] {
  return caller === null || callee === null ? [] : [{ caller, callee, count: 1, from: "trace" }];
}

const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$|:/u;
const PORT = /:\d{1,5}$/u;
const NO_NAME = /^localhost$|^<|[/\s]/u;
/** Endings that names inside a cluster or company network have; what precedes them names the service. */
const INSIDE = /\.(?:svc|local|internal|cluster|intern|lan|corp|consul|docker|mesh|private|default)(?:\.|$)/iu;

/** The node that a peer's name ("api", "api.default.svc:8080") stands for: a known service when its first label is one, else the host itself; null for addresses. */
export function resolvePeer(peer: Safe, services: Pick<ReadonlySet<Safe>, "has">): Safe | null {
  if (services.has(peer)) return peer;
  const host = sliceSafe(peer, 0, PORT.exec(peer)?.index);
  if (services.has(host)) return host;
  if (host === "" || ADDRESS.test(host) || NO_NAME.test(host)) return null;
  const dot = host.indexOf(".");
  const label = dot === -1 ? host : sliceSafe(host, 0, dot);
  return services.has(label) || INSIDE.test(host) ? label : host;
}

/** Nodes that are called but never log anything themselves: outside parties, databases, whatever we see only through others. */
export function silentNodes(graph: ServiceGraph, logging: readonly Safe[]): readonly Safe[] {
  const heard = new Set(logging);
  const silent = new Set(graph.edges.map((edge) => edge.callee).filter((node) => !heard.has(node)));
  return [...silent].toSorted(compare);
}

/** Silent nodes with a public host name ("api.example.com"): third parties, which nobody here can fix. */
export function thirdParties(graph: ServiceGraph, logging: readonly Safe[]): readonly Safe[] {
  return silentNodes(graph, logging).filter(isPublicHost);
}

/** True for a host name that is written like one of the public internet. */
export function isPublicHost(name: Safe): boolean {
  return /^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$/iu.test(name) && !INSIDE.test(name);
}
