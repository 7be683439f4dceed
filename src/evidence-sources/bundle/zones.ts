import type { Event } from "../../core/event.ts";
import { type EpochNs, epochNs } from "../../core/ids.ts";
import { nsToMs } from "../../core/time.ts";
import type { Sink } from "./sink.ts";

const HALF_HOUR_MS = 30 * 60_000;
/** Requests take seconds; a wall clock that is further off than this is not explained by a zone. */
const TOLERANCE_MS = 5 * 60_000;
const MIN_PAIRS = 3;
const NS_PER_MS = 1_000_000n;

/**
 * Places the wall clocks without a zone. Where at least three request or trace ids were also seen in logs with a zone,
 * the difference in whole and half hours tells the offset; else the times stay UTC. Returns one note per file.
 */
export function settleZones(sink: Sink): readonly string[] {
  if (sink.zoneless.size === 0) return [];
  const known = firstTimes(sink.events);
  const notes: string[] = [];
  for (const [ref, events] of sink.zoneless) {
    const offsetMs = offsetOf(events, known);
    for (const event of events) {
      const atNs = epochNs(event.atNs - BigInt(offsetMs ?? 0) * NS_PER_MS);
      if (isInRange(sink, atNs)) sink.events.push(shifted({ ...event, atNs }, offsetMs ?? 0));
    }
    notes.push(
      offsetMs === null
        ? `The times in ${ref} name no time zone: they are read as UTC.`
        : `The times in ${ref} name no time zone: they are read as UTC${printOffset(offsetMs)}, because request ids in other logs say so.`,
    );
  }
  sink.zoneless.clear();
  return notes;
}

/** What a record stands for was written by the same clock. */
function shifted(event: Event<string>, offsetMs: number): Event<string> {
  if (event.kind !== "log" || event.repeats === undefined) return event;
  const { seconds, counts } = event.repeats;
  return { ...event, repeats: { seconds: seconds.map((second) => second - offsetMs / 1000), counts } };
}

function firstTimes(events: readonly Event<string>[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const event of events) {
    for (const id of [event.requestId, event.traceId]) {
      const atMs = nsToMs(event.atNs);
      if (id !== null && atMs < (first.get(id) ?? Number.POSITIVE_INFINITY)) first.set(id, atMs);
    }
  }
  return first;
}

function offsetOf(events: readonly Event<string>[], known: ReadonlyMap<string, number>): number | null {
  const differences = events.flatMap((event) => {
    const at = known.get(event.requestId ?? "") ?? known.get(event.traceId ?? "");
    return at === undefined ? [] : [nsToMs(event.atNs) - at];
  });
  if (differences.length < MIN_PAIRS) return null;
  const median = differences.toSorted((a, b) => a - b)[Math.floor(differences.length / 2)] ?? 0;
  const offsetMs = Math.round(median / HALF_HOUR_MS) * HALF_HOUR_MS;
  return Math.abs(median - offsetMs) <= TOLERANCE_MS ? offsetMs : null;
}

function isInRange({ range }: Sink, atNs: EpochNs): boolean {
  const ms = nsToMs(atNs);
  return range === null || (ms >= range.fromMs && ms <= range.toMs);
}

function printOffset(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / 60_000;
  return `${offsetMs < 0 ? "-" : "+"}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
