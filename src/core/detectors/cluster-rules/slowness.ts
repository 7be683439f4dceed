import type { AlertEvent } from "../../event.ts";
import type { EpochMs, EventId } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import type { ClusterState } from "../cluster/state.ts";

/** How much slower a service answers than usual, in ms; infinite where answers stopped coming. Null when not measured. */
export interface Slow {
  readonly service: Safe;
  /** The typical request. */
  readonly median: number | null;
  /** The slowest tenth or less. */
  readonly tail: number | null;
  readonly ids: readonly EventId[];
  readonly atMs: EpochMs;
}

/** Twice as slow as usual can be an accident of load, but not of measurement. */
const FACTOR = 2;
/** People notice a tenth of a second; half of it in each of two calls is enough. */
const LEAST_MS = 50;

/** Services that alerts with a usual and a current value call slow, by name. */
export function slowServices(state: ClusterState): ReadonlyMap<Safe, Slow> {
  const found = new Map<Safe, Slow>();
  for (const { event, atMs } of state.observations.alerts) {
    const rise = riseOf(event);
    if (rise === null || event.service === null) continue;
    const known = found.get(event.service) ?? { service: event.service, median: null, tail: null, ids: [], atMs };
    const key = rise.isTail ? "tail" : "median";
    found.set(event.service, { ...known, [key]: Math.max(known[key] ?? 0, rise.ms), ids: [...known.ids, event.id] });
  }
  return found;
}

interface Rise {
  readonly ms: number;
  readonly isTail: boolean;
}

function riseOf({ attributes = {}, status }: AlertEvent): Rise | null {
  const { metric, normal, current } = attributes;
  if (typeof metric !== "string" || status === "resolved" || !/duration|latency/iu.test(metric)) return null;
  // Answers that stopped are measured no more; monitors call that "no data".
  if (attributes["no_data"] === true) return { ms: Number.POSITIVE_INFINITY, isTail: false };
  if (typeof normal !== "number" || typeof current !== "number" || !hurts(normal, current)) return null;
  return { ms: current - normal, isTail: /p(?:9\d|99\d*)|max|tail/iu.test(metric) };
}

function hurts(normal: number, current: number): boolean {
  return current - normal >= LEAST_MS && current >= FACTOR * normal;
}

/** Alerts about the network of nodes, or the processor of services: what tells kinds of slowness apart. */
export function pressureOn(state: ClusterState, name: Safe, words: RegExp): readonly EventId[] {
  return state.observations.alerts
    .filter(({ event }) => event.status !== "resolved" && (event.service === name || event.host === name))
    .filter(({ event }) => words.test(String(event.attributes?.["metric"] ?? "")))
    .map(({ event }) => event.id);
}

/** Alerts about the network of whole nodes. */
export interface NodeNetwork {
  readonly ids: readonly EventId[];
  /** The most packets that one of them sends again, per second. */
  readonly resent: number;
}

/** What alerts tell of the network of nodes, whichever. */
export function nodeNetwork(state: ClusterState, words: RegExp): NodeNetwork {
  const told = state.observations.alerts.flatMap(({ event: { host, service, attributes = {}, id, status } }) => {
    const metric = String(attributes["metric"] ?? "");
    if (host === null || service !== null || status === "resolved" || !words.test(metric)) return [];
    const { current } = attributes;
    return [{ id, resent: /retrans/iu.test(metric) && typeof current === "number" ? current : 0 }];
  });
  return { ids: told.map(({ id }) => id), resent: told.reduce((most, { resent }) => Math.max(most, resent), 0) };
}
