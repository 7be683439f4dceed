import type { Event } from "../../core/event.ts";
import { type EpochNs, eventId } from "../../core/ids.ts";
import { nsToMs } from "../../core/time.ts";
import type { BundleLimits } from "./limits.ts";

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A record with everything but its name: the sink gives it source, ref and id. */
export type Unnamed<Kind> = Kind extends unknown ? Omit<Kind, "id" | "ref" | "source"> : never;
export type UnnamedEvent = Unnamed<Event<string>>;

/** What one file turned out to hold, for the sentences about it. */
export interface FileTally {
  readonly ref: string;
  lines: number;
  events: number;
  cutLines: number;
  timeless: number;
  zoneless: number;
  broken: number;
}

/** Collects the events of a reading within its limits. */
export interface Sink {
  readonly range: TimeRange | null;
  readonly limits: BundleLimits;
  /** False when the reading is full: stop reading. */
  readonly open: boolean;
  /** Counts one line that was looked at; false when the reading is full. */
  line(tally: FileTally): boolean;
  /** Counts lines that were looked at as a whole; they have a limit of their own. */
  counted(tally: FileTally, lines: number): void;
  add(tally: FileTally, place: string, event: UnnamedEvent): void;
  /** Keeps a record whose clock's zone is unknown until all files are read. */
  addZoneless(tally: FileTally, place: string, event: UnnamedEvent): void;
  readonly events: Event<string>[];
  readonly zoneless: Map<string, Event<string>[]>;
  readonly scannedLines: number;
}

/** How far a wall clock without a zone can be from UTC. */
export const WIDEST_ZONE_MS = 14 * 3_600_000;

/** Starts an empty collection. Events outside `range` are left out without counting against the limit. */
export function createSink(range: TimeRange | null, limits: BundleLimits): Sink {
  const events: Event<string>[] = [];
  const zoneless = new Map<string, Event<string>[]>();
  let kept = 0;
  let scanned = 0;
  let counted = 0;
  const isWanted = (ns: EpochNs, slackMs: number): boolean => {
    const ms = nsToMs(ns);
    return range === null || (ms >= range.fromMs - slackMs && ms <= range.toMs + slackMs);
  };
  const take = (tally: FileTally, slackMs: number, event: UnnamedEvent): boolean => {
    tally.events++;
    if (kept >= limits.maxLines || !isWanted(event.atNs, slackMs)) return false;
    kept++;
    return true;
  };
  return {
    range,
    limits,
    events,
    zoneless,
    get open() {
      return kept < limits.maxLines && scanned < limits.maxScannedLines;
    },
    get scannedLines() {
      return scanned + counted;
    },
    line(tally) {
      tally.lines++;
      scanned++;
      return kept < limits.maxLines && scanned < limits.maxScannedLines;
    },
    counted(tally, lines) {
      tally.lines += lines;
      counted += lines;
    },
    add(tally, place, event) {
      if (take(tally, 0, event)) events.push(named(tally, place, event));
    },
    addZoneless(tally, place, event) {
      tally.zoneless++;
      if (!take(tally, WIDEST_ZONE_MS, event)) return;
      const list = zoneless.get(tally.ref) ?? [];
      list.push(named(tally, place, event));
      zoneless.set(tally.ref, list);
    },
  };
}

/** A fresh tally for a file. */
export function tallyOf(ref: string): FileTally {
  return { ref, lines: 0, events: 0, cutLines: 0, timeless: 0, zoneless: 0, broken: 0 };
}

function named(tally: FileTally, place: string, event: UnnamedEvent): Event<string> {
  const ref = `${tally.ref}#${place}`;
  return { ...event, id: eventId("bundle", ref), source: "bundle", ref };
}
