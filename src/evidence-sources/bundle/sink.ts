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
  /** Of `lines`, those that were counted but not read because a limit was reached; then there may be more of them. */
  unread: number;
  hasMore: boolean;
  /** Of `events`, wanted ones that were not kept because the reading was full. */
  unkept: number;
}

/** Collects the events of a reading within its limits. */
export interface Sink {
  readonly range: TimeRange | null;
  readonly limits: BundleLimits;
  /** False when the reading is full: stop reading. */
  readonly open: boolean;
  /** How many more records it keeps. */
  readonly room: number;
  /**
   * Counts one line; false when the reading is full, so that it is only counted: with `held` records that wait for
   * further lines there is that much less room. When `hasMore` is set, stop.
   */
  line(tally: FileTally, held?: number): boolean;
  /** Counts lines that were looked at as a whole; they have a limit of their own. */
  counted(tally: FileTally, lines: number): void;
  /** Of those, some that were not read after all. */
  leftUnread(tally: FileTally, lines: number): void;
  /** Makes room for the records that were waited for. */
  release(): void;
  add(tally: FileTally, place: string, event: UnnamedEvent): void;
  /** Keeps a record whose clock's zone is unknown until all files are read. */
  addZoneless(tally: FileTally, place: string, event: UnnamedEvent): void;
  readonly events: Event<string>[];
  readonly zoneless: Map<string, Event<string>[]>;
  readonly scannedLines: number;
}

/** How far a wall clock without a zone can be from UTC. */
export const WIDEST_ZONE_MS = 14 * 3_600_000;

/**
 * Starts an empty collection. Events outside `range` are left out without counting against the limit. `reserved` records
 * fewer are kept until `release`: other files must not take the room of those that are counted meanwhile.
 */
export function createSink(range: TimeRange | null, limits: BundleLimits, reserved = 0): Sink {
  return new BoundedSink(range, limits, limits.maxLines - reserved);
}

class BoundedSink implements Sink {
  readonly range: TimeRange | null;
  readonly limits: BundleLimits;
  readonly events: Event<string>[] = [];
  readonly zoneless = new Map<string, Event<string>[]>();
  #most: number;
  #kept = 0;
  #scanned = 0;
  #counted = 0;
  #skipped = 0;

  constructor(range: TimeRange | null, limits: BundleLimits, most: number) {
    this.range = range;
    this.limits = limits;
    this.#most = most;
  }

  get open(): boolean {
    return this.#isOpen(0);
  }

  get room(): number {
    return this.#most - this.#kept;
  }

  get scannedLines(): number {
    return this.#scanned + this.#counted;
  }

  line(tally: FileTally, held = 0): boolean {
    tally.lines++;
    if (this.#isOpen(held)) {
      this.#scanned++;
      return true;
    }
    tally.unread++;
    this.#skipped++;
    tally.hasMore = this.#skipped >= this.limits.maxScannedLines;
    return false;
  }

  counted(tally: FileTally, lines: number): void {
    tally.lines += lines;
    this.#counted += lines;
  }

  leftUnread(tally: FileTally, lines: number): void {
    tally.unread += lines;
    this.#counted -= lines;
  }

  release(): void {
    this.#most = this.limits.maxLines;
  }

  add(tally: FileTally, place: string, event: UnnamedEvent): void {
    if (this.#take(tally, 0, event)) this.events.push(named(tally, place, event));
  }

  addZoneless(tally: FileTally, place: string, event: UnnamedEvent): void {
    tally.zoneless++;
    if (!this.#take(tally, WIDEST_ZONE_MS, event)) return;
    const list = this.zoneless.get(tally.ref) ?? [];
    list.push(named(tally, place, event));
    this.zoneless.set(tally.ref, list);
  }

  #isOpen(held: number): boolean {
    return this.#kept + held < this.#most && this.#scanned < this.limits.maxScannedLines;
  }

  #take(tally: FileTally, slackMs: number, event: UnnamedEvent): boolean {
    tally.events++;
    if (!this.#isWanted(event.atNs, slackMs)) return false;
    if (this.#kept >= this.#most) {
      tally.unkept++;
      return false;
    }
    this.#kept++;
    return true;
  }

  #isWanted(ns: EpochNs, slackMs: number): boolean {
    const ms = nsToMs(ns);
    const { range } = this;
    return range === null || (ms >= range.fromMs - slackMs && ms <= range.toMs + slackMs);
  }
}

/** A fresh tally for a file. */
export function tallyOf(ref: string): FileTally {
  return {
    ref,
    lines: 0,
    events: 0,
    cutLines: 0,
    timeless: 0,
    zoneless: 0,
    broken: 0,
    unread: 0,
    hasMore: false,
    unkept: 0,
  };
}

function named(tally: FileTally, place: string, event: UnnamedEvent): Event<string> {
  const ref = `${tally.ref}#${place}`;
  return { ...event, id: eventId("bundle", ref), source: "bundle", ref };
}
