import type { Event } from "../event.ts";
import type { SourceEvidence } from "../evidence.ts";
import { compare } from "../graph/build.ts";
import type { EventId } from "../ids.ts";
import type { Safe } from "../safe.ts";

/** All events of all sources, each once. */
export interface Gathered {
  readonly byId: ReadonlyMap<EventId, Event>;
  /** Sorted by (own time, id), so that nothing later can depend on who answered first. */
  readonly events: readonly Event[];
  /** Given edges [caller, callee], each once, sorted. */
  readonly topology: readonly (readonly [Safe, Safe])[];
}

/** Puts the answers of all sources together; an event that came twice counts once, whatever the order. */
export function gather(evidence: readonly SourceEvidence[]): Gathered {
  const found = new Map<EventId, Event>();
  const edges = new Map<string, readonly [Safe, Safe]>();
  for (const { evidence: answer } of evidence) {
    if (answer.status !== "found") continue;
    for (const event of answer.events) {
      const known = found.get(event.id);
      if (known === undefined || (known !== event && isBefore(event, known))) found.set(event.id, event);
    }
    for (const edge of answer.topology ?? []) edges.set(edge.join("\u0000"), edge);
  }
  const events = withoutRepeats(inOwnTime([...found.values()]));
  return {
    byId: new Map(events.map((event) => [event.id, event])),
    events,
    topology: [...edges].toSorted(([a], [b]) => compare(a, b)).map(([, edge]) => edge),
  };
}

/** A span that a collector wrote twice is one span. Client and server of one call may share an id; they differ in service or kind. */
function withoutRepeats(events: readonly Event[]): readonly Event[] {
  const seen = new Set<string>();
  return events.filter((event) => {
    if (event.kind !== "span" || event.spanId === null) return true;
    const { traceId, spanId, service, spanKind, atNs } = event;
    const key = `${spanId} ${traceId} ${service} ${spanKind} ${atNs}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** Nanoseconds are slow to compare; rounded to a double they keep their order, and nearly every pair differs already. */
function inOwnTime(events: readonly Event[]): readonly Event[] {
  const timed = events.map((event) => ({ event, about: Number(event.atNs) }));
  timed.sort((a, b) => a.about - b.about || byOwnTime(a.event, b.event));
  return timed.map(({ event }) => event);
}

function byOwnTime(a: Event, b: Event): number {
  if (a.atNs === b.atNs) return compare(a.id, b.id);
  return a.atNs < b.atNs ? -1 : 1;
}

/** Two different records under one id should not be; when they are, the smaller one wins in every order of arrival. */
function isBefore(a: Event, b: Event): boolean {
  if (a.atNs !== b.atNs) return a.atNs < b.atNs;
  return printed(a) < printed(b);
}

function printed(event: Event): string {
  return JSON.stringify(event, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}
