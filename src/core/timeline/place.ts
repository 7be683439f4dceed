import type { Event } from "../event.ts";
import type { TimeWindow } from "../evidence.ts";
import { compare } from "../graph/build.ts";
import { type EpochMs, epochMs } from "../ids.ts";
import type { Safe } from "../safe.ts";
import { nsToMs } from "../time.ts";
import { clockOf } from "./clocks.ts";
import type { Observed, SkewCorrection } from "./observations.ts";
import { clipped, lastSeenMs } from "./repeats.ts";

/**
 * Events (sorted by own time and id) with corrected times, inside baseline and window, sorted by (time, id). What people
 * say counts also after the window's end: they speak about what was read before.
 */
export function placeInTime(
  events: readonly Event[],
  skew: readonly SkewCorrection[],
  span: TimeWindow,
): readonly Observed<Event>[] {
  const corrections = new Map<Safe, number>(skew.map(({ host, correctionMs }) => [host, correctionMs]));
  const placed: Observed<Event>[] = [];
  let isInOrder = corrections.size === 0;
  for (const event of events) {
    const clock = corrections.size === 0 ? null : clockOf(event);
    const correctedMs = (clock === null ? undefined : corrections.get(clock)) ?? 0;
    const atMs = epochMs(nsToMs(event.atNs) + correctedMs);
    const inside = within(span, { event, atMs, correctedMs });
    if (inside === null) continue;
    placed.push(inside);
    if (inside.atMs !== atMs) isInOrder = false;
  }
  return isInOrder ? placed : placed.toSorted(byTime);
}

function within(span: TimeWindow, observed: Observed<Event>): Observed<Event> | null {
  const { event, atMs } = observed;
  if (event.kind === "log") return clipped(observed, event, span);
  const isInTime = atMs <= span.toMs || event.kind === "person";
  return atMs >= span.fromMs && isInTime ? observed : null;
}

/** The one order of records: corrected time down to the nanosecond, then id. */
export function byTime(a: Observed<Event>, b: Observed<Event>): number {
  return (
    a.atMs - b.atMs ||
    compareRest(a.event.atNs % 1_000_000n, b.event.atNs % 1_000_000n) ||
    compare(a.event.id, b.event.id)
  );
}

function compareRest(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** What was watched: how far back each service's records reach and where the newest record stands. */
export interface Coverage {
  readonly window: TimeWindow;
  readonly hasBaseline: boolean;
  /** The newest record inside the window; the window's start when there is none. */
  readonly lastMs: EpochMs;
  /** Since when a service was watched: its own first record, or the first of all when it only ever logs failures. */
  since(service: Safe): EpochMs;
  /** The service's newest record; null when it has none. */
  lastOf(service: Safe): EpochMs | null;
}

/** Measures what logs and spans cover. `isHealthy` tells which records a working service writes. */
export function coverage(
  placed: readonly Observed<Event>[],
  window: TimeWindow,
  isHealthy: (event: Event) => boolean,
): Coverage {
  const telling = placed.filter(({ event }) => event.kind === "log" || event.kind === "span");
  const seen = sightings(telling, isHealthy);
  const start = telling[0]?.atMs ?? window.fromMs;
  const end = Math.max((telling.at(-1) ?? placed.at(-1))?.atMs ?? window.fromMs, lastOfAll(seen));
  return {
    window,
    hasBaseline: placed.some(({ event, atMs }) => atMs < window.fromMs && isMeasured(event)),
    lastMs: epochMs(Math.max(window.fromMs, end)),
    since: (service) => {
      const known = seen.get(service);
      return known?.isWorking === true ? known.fromMs : start;
    },
    lastOf: (service) => seen.get(service)?.toMs ?? null,
  };
}

interface Sighting {
  readonly fromMs: EpochMs;
  toMs: EpochMs;
  isWorking: boolean;
}

function sightings(
  telling: readonly Observed<Event>[],
  isHealthy: (event: Event) => boolean,
): ReadonlyMap<Safe, Sighting> {
  const seen = new Map<Safe, Sighting>();
  for (const { event, atMs, correctedMs } of telling) {
    if (event.service === null) continue;
    const known = seen.get(event.service);
    const toMs = lastSeenMs({ event, atMs, correctedMs });
    if (known === undefined) seen.set(event.service, { fromMs: atMs, toMs, isWorking: isHealthy(event) });
    else {
      known.toMs = toMs > known.toMs ? toMs : known.toMs;
      known.isWorking ||= isHealthy(event);
    }
  }
  return seen;
}

/** Lines that were only counted may be the newest of all. */
function lastOfAll(seen: ReadonlyMap<Safe, Sighting>): number {
  return [...seen.values()].reduce((last, { toMs }) => Math.max(last, toMs), 0);
}

function isMeasured({ kind }: Event): boolean {
  return kind === "log" || kind === "span" || kind === "metric";
}
