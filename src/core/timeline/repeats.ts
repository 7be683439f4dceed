import type { Event, LogEvent } from "../event.ts";
import type { TimeWindow } from "../evidence.ts";
import { type EpochMs, epochMs } from "../ids.ts";
import type { Observed } from "./observations.ts";

/** Lines that were counted instead of kept, in one second of corrected time. */
export interface Repeat {
  readonly atMs: EpochMs;
  readonly count: number;
}

const NONE: readonly Repeat[] = [];

/** What a record stands for besides itself, never before it; nothing for a record that stands alone. */
export function repeatsOf({ event, atMs, correctedMs }: Observed<Event>): readonly Repeat[] {
  if (event.kind !== "log" || event.repeats === undefined) return NONE;
  const { seconds, counts } = event.repeats;
  return seconds.map((second, at) => ({
    atMs: epochMs(Math.max(atMs, second * 1000 + correctedMs)),
    count: counts[at] ?? 0,
  }));
}

/** How many lines a record stands for, itself included. */
export function linesOf(event: Event<string>): number {
  if (event.kind !== "log" || event.repeats === undefined) return 1;
  return event.repeats.counts.reduce((sum, count) => sum + count, 1);
}

/** When the last of the lines that a record stands for was written. */
export function lastSeenMs(observed: Observed<Event>): EpochMs {
  return repeatsOf(observed).at(-1)?.atMs ?? observed.atMs;
}

/**
 * The record as far as it lies inside `span`. When only lines that it stands for do, the first of them takes its place:
 * they say the same. Null when nothing of it does.
 */
export function clipped(observed: Observed<Event>, event: LogEvent, span: TimeWindow): Observed<Event> | null {
  const { atMs, correctedMs } = observed;
  const isInside = (at: number) => at >= span.fromMs && at <= span.toMs;
  if (event.repeats === undefined) return isInside(atMs) ? observed : null;
  const inside = repeatsOf(observed).filter((repeat) => isInside(repeat.atMs));
  if (isInside(atMs))
    return inside.length === event.repeats.seconds.length
      ? observed
      : { ...observed, event: standingFor(event, inside, correctedMs) };
  const [first, ...later] = inside;
  if (first === undefined) return null;
  const rest = first.count > 1 ? [{ ...first, count: first.count - 1 }, ...later] : later;
  return { event: standingFor(event, rest, correctedMs), atMs: first.atMs, correctedMs };
}

function standingFor(event: LogEvent, repeats: readonly Repeat[], correctedMs: number): LogEvent {
  const seconds = repeats.map(({ atMs }) => Math.floor((atMs - correctedMs) / 1000));
  return { ...event, repeats: { ...event.repeats, seconds, counts: repeats.map(({ count }) => count) } };
}
