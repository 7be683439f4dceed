import type { Safe } from "../../safe.ts";
import { hasStopped, higherShare } from "./shares.ts";
import type { Visit } from "./visits.ts";

/** A place where the way between caller and callee takes longer than it ever did. */
export interface SlowWay {
  readonly service: Safe;
  /** Calls to it, calls from it, or both. */
  readonly direction: "to" | "from" | "both";
  /** The slow calls since it began, by time, and how many calls there were until the last of them. */
  readonly slow: readonly Visit[];
  readonly calls: number;
  /** The services at the other ends. */
  readonly peers: readonly Safe[];
  /** A way longer than this is slow, ms: 99 of 100 earlier ones were shorter. */
  readonly limitMs: number;
  /** Half of the slow ways are longer than this, ms. */
  readonly typicalMs: number;
  /** In nats, already lowered for the number of places and moments looked at. */
  readonly nats: number;
  readonly hasStopped: boolean;
}

/** People notice a tenth of a second; a shorter delay is no incident. */
const NOTICED_MS = 100;
const USUAL_SHARE = 0.99;
/** Fewer earlier calls than this have no hundredth. */
const MIN_BEFORE = 100;
/** A slow path delays most calls that take it; a process that pauses now and then delays few. */
const MOST_CALLS = 0.5;
/** One or two slow calls are a hiccup, however rare slow calls are. */
const MIN_SLOW = 3;
const MAX_FOUND = 3;
const SIGNIFICANT = 3;

interface Way {
  readonly visit: Visit;
  readonly from: Safe;
  readonly to: Safe;
  readonly isSlow: boolean;
}

/** Where the way of calls became slow: the end that all slow ways have in common, then what is left. */
export function slowWays(visits: readonly Visit[]): readonly SlowWay[] {
  const before = visits.flatMap(({ isInside, wayMs }) => (isInside || wayMs === null ? [] : [wayMs]));
  if (before.length < MIN_BEFORE) return [];
  const limitMs = Math.max(
    NOTICED_MS,
    before.toSorted((a, b) => a - b)[Math.ceil(before.length * USUAL_SHARE) - 1] ?? 0,
  );
  let ways = visits.flatMap((visit) => toWay(visit, limitMs));
  const found: SlowWay[] = [];
  for (let round = 0; round < MAX_FOUND; round++) {
    const best = slowest(ways, limitMs);
    if (best === null) break;
    found.push(best.way);
    ways = ways.filter((way) => !best.isOf(way));
  }
  return found;
}

function toWay(visit: Visit, limitMs: number): readonly Way[] {
  const { caller, wayMs, service } = visit;
  if (caller === null || wayMs === null) return [];
  return [{ visit, from: caller.service, to: service, isSlow: wayMs > limitMs }];
}

interface Place {
  readonly service: Safe;
  readonly direction: SlowWay["direction"];
  readonly isOf: (way: Way) => boolean;
}

/** Of equally good places the first counts: what is slow to reach says more about the callee than about its callers. */
function placesOf(ways: readonly Way[]): readonly Place[] {
  const services = [...new Set(ways.flatMap(({ from, to, isSlow }) => (isSlow ? [from, to] : [])))];
  const to = services.map((service): Place => ({ service, direction: "to", isOf: (way) => way.to === service }));
  const from = services.map((service): Place => ({ service, direction: "from", isOf: (way) => way.from === service }));
  const both = services.map(
    (service): Place => ({ service, direction: "both", isOf: (way) => way.to === service || way.from === service }),
  );
  return [...to, ...from, ...both];
}

interface Scored {
  readonly way: SlowWay;
  readonly isOf: (way: Way) => boolean;
}

function slowest(ways: readonly Way[], limitMs: number): Scored | null {
  const places = placesOf(ways);
  let best: Scored | null = null;
  for (const place of places) {
    const way = measure(ways.filter(place.isOf), place, { limitMs, looks: places.length });
    if (way !== null && (best === null || way.nats > best.way.nats)) best = { way, isOf: place.isOf };
  }
  return best;
}

interface Look {
  readonly limitMs: number;
  readonly looks: number;
}

function measure(ways: readonly Way[], { service, direction }: Place, { limitMs, looks }: Look): SlowWay | null {
  const [before, inside] = [ways.filter(({ visit }) => !visit.isInside), ways.filter(({ visit }) => visit.isInside)];
  // One in a hundred is slow anyway: as if a hundred more earlier calls had been seen, one of them slow.
  const usual = (before.filter(({ isSlow }) => isSlow).length + 1) / (before.length + 100);
  const began = beginning(inside, usual);
  if (began === null) return null;
  const since = inside.slice(began.at);
  const slow = since.filter(({ isSlow }) => isSlow).map(({ visit }) => visit);
  const nats = began.nats - Math.log(looks) - Math.log(began.places);
  const lasting = since.findLastIndex(({ isSlow }) => isSlow) + 1;
  if (slow.length < MIN_SLOW || slow.length < MOST_CALLS * lasting || nats < SIGNIFICANT) return null;
  const peers = since.map(({ from, to }) => (to === service ? from : to));
  return {
    service,
    direction,
    slow,
    calls: lasting,
    peers: [...new Set(peers)].toSorted(),
    limitMs,
    typicalMs: median(slow.map(({ wayMs }) => wayMs ?? 0)),
    nats,
    hasStopped: hasStopped(since.map(({ isSlow }) => isSlow)),
  };
}

interface Beginning {
  readonly at: number;
  readonly nats: number;
  readonly places: number;
}

/** The slow call from which on "more are slow than usual" explains the calls best. */
function beginning(inside: readonly Way[], usual: number): Beginning | null {
  let best: { readonly at: number; readonly nats: number } | null = null;
  let [slow, places] = [0, 0];
  for (let at = inside.length - 1; at >= 0; at--) {
    if (inside[at]?.isSlow !== true) continue;
    slow += 1;
    places += 1;
    const nats = higherShare(slow, inside.length - at, usual);
    if (best === null || nats > best.nats) best = { at, nats };
  }
  return best === null || best.nats === 0 ? null : { ...best, places };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
