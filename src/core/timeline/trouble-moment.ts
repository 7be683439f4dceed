import type { Event, LogRepeats } from "../event.ts";
import { type EpochMs, epochMs } from "../ids.ts";
import { nsToMs } from "../time.ts";

const MINUTE_MS = 60_000;
/** Fewer failing records than this in a minute are an ordinary minute. */
const FEWEST = 5;
/** A minute must stand out this much from the usual one. */
const TIMES_USUAL = 4;

/**
 * When the trouble in a set of records became visible, for logs that come without an alert: the end of the first minute that has
 * several times the usual number of failing records, else the time of the last record. Null when there are no records.
 */
export function troubleMoment(events: readonly Event<string>[]): EpochMs | null {
  const times = events.map((event) => lastTimeOf(event));
  const last = times.reduce<number | null>((latest, at) => (latest === null ? at : Math.max(latest, at)), null);
  if (last === null) return null;
  const perMinute = failuresPerMinute(events);
  const usual = median([...perMinute.values()]);
  const loud = [...perMinute]
    .filter(([, count]) => count >= Math.max(FEWEST, TIMES_USUAL * usual))
    .map(([minute]) => minute);
  if (loud.length === 0) return epochMs(last);
  return epochMs(Math.min(last, (Math.min(...loud) + 1) * MINUTE_MS));
}

function failuresPerMinute(events: readonly Event<string>[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const event of events) {
    const minute = Math.floor(nsToMs(event.atNs) / MINUTE_MS);
    counts.set(minute, (counts.get(minute) ?? 0) + (isFailing(event) ? 1 : 0));
    addRepeats(event, counts);
  }
  return counts;
}

const NONE: LogRepeats = { seconds: [], counts: [] };

/** Lines that were counted instead of kept fail like the line that stands for them. */
function addRepeats(event: Event<string>, counts: Map<number, number>): void {
  const { seconds, counts: lines } = repeatsOf(event);
  for (const [at, second] of seconds.entries()) {
    const minute = Math.floor((second * 1000) / MINUTE_MS);
    counts.set(minute, (counts.get(minute) ?? 0) + (isFailing(event) ? (lines[at] ?? 0) : 0));
  }
}

function repeatsOf(event: Event<string>): LogRepeats {
  return (event.kind === "log" ? event.repeats : undefined) ?? NONE;
}

function lastTimeOf(event: Event<string>): number {
  return Math.max(nsToMs(event.atNs), (repeatsOf(event).seconds.at(-1) ?? 0) * 1000);
}

function isFailing(event: Event<string>): boolean {
  if (event.kind === "log") return event.severity === "error" || event.severity === "fatal" || event.exception !== null;
  return event.kind === "span" && event.status === "error";
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
