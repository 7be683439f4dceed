import type { Event } from "../../core/event.ts";
import type { Evidence } from "../../core/evidence.ts";
import type { EpochMs } from "../../core/ids.ts";
import { nsToMs } from "../../core/time.ts";
import type { BundleLimits } from "./limits.ts";
import type { Sink, TimeRange } from "./sink.ts";

export interface BundleOptions {
  /** Only records in this range are kept; null keeps all. */
  readonly range: TimeRange | null;
  /** For logs without a year and tables with ages; null takes each file's own time of change. */
  readonly collectedAt: EpochMs | null;
  readonly limits?: Partial<BundleLimits>;
  /** Called once, when the files are found and other threads count long logs: what else has to be loaded may be now. */
  readonly meanwhile?: () => Promise<unknown>;
}

/** What a bundle, or a set of log files, holds. Text is raw: it must pass redaction before anybody sees it. */
export interface BundleReading {
  readonly evidence: Evidence<string>;
  /** What could not be read and what to do about it: one sentence each, path first. */
  readonly problems: readonly string[];
  /** What was assumed, for example the zone of a clock. */
  readonly notes: readonly string[];
  /** The body of alert.json as it is, for the alert sources to read; null when there is none. */
  readonly alert: unknown;
  /** First and last record; null when there is none. */
  readonly span: TimeRange | null;
  /** Every service that a record names, sorted. */
  readonly services: readonly string[];
  /** False when there is nothing to think about: say the problems and stop. */
  readonly analysable: boolean;
}

/** What was read so far of a bundle. */
export interface ReadState {
  readonly sink: Sink;
  readonly options: BundleOptions;
  /** How much of which file is missing because a limit was reached: it must not go under among other problems. */
  readonly unread: string[];
  readonly problems: string[];
  readonly notes: string[];
  readonly topology: (readonly [string, string])[];
  alert: unknown;
}

/** The reading that a state amounts to once everything is in it. */
export function toReading(state: ReadState, paths: readonly string[]): BundleReading {
  const events = inOrder(state.sink.events);
  const span = spanOf(events);
  return {
    evidence: toEvidence(state, events, paths),
    problems: [...state.unread, ...state.problems],
    notes: state.notes,
    alert: state.alert,
    span,
    services: servicesOf(events),
    analysable: events.length > 0,
  };
}

/** By time, then by place, so that the order of files on disk does not matter. */
function inOrder(events: readonly Event<string>[]): readonly Event<string>[] {
  // Nanoseconds are slow to compare; rounded to a double they keep their order, and nearly every pair differs already.
  const timed = events.map((event) => ({ event, about: Number(event.atNs) }));
  timed.sort((a, b) => a.about - b.about || compareExactly(a.event, b.event));
  return timed.map(({ event }) => event);
}

function compareExactly(a: Event<string>, b: Event<string>): number {
  if (a.atNs !== b.atNs) return a.atNs < b.atNs ? -1 : 1;
  return a.ref < b.ref ? -1 : Number(a.ref > b.ref);
}

function servicesOf(events: readonly Event<string>[]): readonly string[] {
  const services = new Set<string>();
  for (const { service } of events) if (service !== null) services.add(service);
  return [...services].toSorted();
}

function spanOf(events: readonly Event<string>[]): TimeRange | null {
  const first = events[0];
  const last = events.at(-1);
  return first && last ? { fromMs: nsToMs(first.atNs), toMs: nsToMs(last.atNs) } : null;
}

const MAX_TOLD = 5;

function toEvidence(state: ReadState, events: readonly Event<string>[], paths: readonly string[]): Evidence<string> {
  const told = [...state.unread, ...state.problems, ...state.notes];
  const sentence =
    told.slice(0, MAX_TOLD).join(" ") + (told.length > MAX_TOLD ? ` And ${told.length - MAX_TOLD} more.` : "");
  if (events.length === 0) {
    return state.problems.length > 0
      ? { status: "failed", reason: "invalid", detail: sentence }
      : {
          status: "empty",
          searched: `${paths.join(", ")}: ${state.sink.scannedLines} lines, none of them in the time range`,
        };
  }
  return {
    status: "found",
    events,
    read: state.sink.scannedLines,
    partial: told.length > 0 ? sentence : null,
    ...(state.topology.length > 0 ? { topology: state.topology } : {}),
  };
}
