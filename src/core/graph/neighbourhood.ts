import type { Safe } from "../safe.ts";
import { compare } from "./build.ts";
import { isCounted, type KnownEdge } from "./known-edge.ts";

/** Who stands around a service, each once per direction, at its nearest. */
export interface Neighbourhood {
  readonly service: Safe;
  readonly callers: readonly Neighbour[];
  readonly callees: readonly Neighbour[];
  /** How many were left out on each side. */
  readonly hidden: { readonly callers: number; readonly callees: number };
}

export interface Neighbour {
  readonly service: Safe;
  /** The call between it and the one it stands under, which is nearer to the middle. */
  readonly edge: KnownEdge;
  /** Calls away from the middle: 1 for direct neighbours. */
  readonly step: number;
  /** Those a step further. */
  readonly next: readonly Neighbour[];
}

export interface NeighbourhoodLimits {
  /** Steps to look away from the middle. */
  readonly depth: number;
  /** Neighbours to show per direction; the nearest and most telling stay. */
  readonly max: number;
}

/** The furthest that anybody may look: beyond three calls nearly everything is connected with everything. */
export const MAX_DEPTH = 3;

type Direction = "callers" | "callees";

/** Looks in both directions. The order is by failed calls, then calls, then name, so that what matters is not cut. */
export function neighbourhood(edges: readonly KnownEdge[], service: Safe, limits: NeighbourhoodLimits): Neighbourhood {
  const callers = around(edges, service, { ...limits, direction: "callers" });
  const callees = around(edges, service, { ...limits, direction: "callees" });
  return {
    service,
    callers: callers.shown,
    callees: callees.shown,
    hidden: { callers: callers.hidden, callees: callees.hidden },
  };
}

/** True when no edge names the service at all: nothing is known, which is not the same as no calls. */
export function isUnknown({ callers, callees }: Neighbourhood): boolean {
  return callers.length + callees.length === 0;
}

/** Every neighbour of one direction in one list, nearest first within each branch. */
export function flatten(neighbours: readonly Neighbour[]): readonly Neighbour[] {
  return neighbours.flatMap((one) => [one, ...flatten(one.next)]);
}

/** The same with at most `max` a side; the furthest and least telling go first. */
export function limited({ service, callers, callees, hidden }: Neighbourhood, max: number): Neighbourhood {
  const [above, below] = [cut(callers, max), cut(callees, max)];
  return {
    service,
    callers: above.shown,
    callees: below.shown,
    hidden: { callers: hidden.callers + above.hidden, callees: hidden.callees + below.hidden },
  };
}

function cut(neighbours: readonly Neighbour[], max: number) {
  const all = flatten(neighbours).toSorted((a, b) => a.step - b.step);
  const kept = new Set(all.slice(0, max));
  return { shown: only(neighbours, kept), hidden: all.length - kept.size };
}

function only(neighbours: readonly Neighbour[], kept: ReadonlySet<Neighbour>): readonly Neighbour[] {
  return neighbours.flatMap((one) => (kept.has(one) ? [{ ...one, next: only(one.next, kept) }] : []));
}

interface Step {
  readonly service: Safe;
  readonly edge: KnownEdge;
  readonly step: number;
  readonly next: Step[];
}

/** Breadth first, so that each service is found at its nearest. */
function around(
  edges: readonly KnownEdge[],
  service: Safe,
  { depth, max, direction }: NeighbourhoodLimits & { readonly direction: Direction },
): { readonly shown: readonly Neighbour[]; readonly hidden: number } {
  const outward = edgesFrom(edges, direction);
  const seen = new Set<Safe>([service]);
  const root: Step[] = [];
  let front: readonly Pick<Step, "service" | "next">[] = [{ service, next: root }];
  let found = 0;
  for (let step = 1; step <= Math.min(depth, MAX_DEPTH); step++) {
    const further: Step[] = [];
    for (const { edge, under } of front.flatMap((one) => edgesOf(outward, one))) {
      const other = farEnd(edge, direction);
      if (seen.has(other)) continue;
      seen.add(other);
      found += 1;
      const neighbour = { service: other, edge, step, next: [] };
      further.push(neighbour);
      if (found <= max) under.push(neighbour);
    }
    front = further;
  }
  return { shown: root, hidden: Math.max(0, found - max) };
}

function edgesOf(outward: ReadonlyMap<Safe, readonly KnownEdge[]>, { service, next }: Pick<Step, "service" | "next">) {
  return (outward.get(service) ?? []).map((edge) => ({ edge, under: next }));
}

function edgesFrom(edges: readonly KnownEdge[], direction: Direction): ReadonlyMap<Safe, readonly KnownEdge[]> {
  const byNearEnd = new Map<Safe, KnownEdge[]>();
  for (const edge of edges) {
    const near = direction === "callers" ? edge.callee : edge.caller;
    const known = byNearEnd.get(near);
    if (known === undefined) byNearEnd.set(near, [edge]);
    else known.push(edge);
  }
  for (const [near, list] of byNearEnd)
    byNearEnd.set(
      near,
      list.toSorted((a, b) => byWeight(a, b, direction)),
    );
  return byNearEnd;
}

function byWeight(a: KnownEdge, b: KnownEdge, direction: Direction): number {
  const [failedA, failedB] = [a.failures ?? 0, b.failures ?? 0];
  return failedB - failedA || b.calls - a.calls || compare(farEnd(a, direction), farEnd(b, direction));
}

function farEnd(edge: KnownEdge, direction: Direction): Safe {
  return direction === "callers" ? edge.caller : edge.callee;
}

/** Failed calls as a share from 0 to 1; null when nobody counted them. */
export function failureShare({ origin, calls, failures }: KnownEdge): number | null {
  if (failures === null || calls === 0 || !isCounted(origin)) return null;
  return Math.min(1, failures / calls);
}

const MAX_NEAR = 5;
const MAX_COMPARED = 5_000;

/** Known names that somebody may have meant, the likest first; at most five. */
export function namesLike(edges: readonly KnownEdge[], asked: Safe): readonly Safe[] {
  const names = [...new Set(edges.flatMap(({ caller, callee }) => [caller, callee]))].slice(0, MAX_COMPARED);
  const wanted = plain(asked);
  return names
    .map((name) => ({ name, unlike: unlikeness(wanted, plain(name)) }))
    .filter(({ unlike }) => unlike <= 1)
    .toSorted((a, b) => a.unlike - b.unlike || compare(a.name, b.name))
    .slice(0, MAX_NEAR)
    .map(({ name }) => name);
}

/** Longer names are compared by their beginning. */
const MAX_LETTERS = 60;

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[\s._/-]+/gu, "-")
    .slice(0, MAX_LETTERS);
}

/** 0 for the same name, up to 1 for what is still near; above 1 for another name. */
function unlikeness(a: string, b: string): number {
  if (a === b) return 0;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length >= 3 && long.includes(short)) return 0.5;
  return changes(short, long) / Math.max(2, short.length * 0.34);
}

/** Letters to change, add or drop to make one name of the other (Levenshtein 1966). */
function changes(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? b.length;
}
