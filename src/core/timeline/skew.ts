import type { Event } from "../event.ts";
import { compare } from "../graph/build.ts";
import { own, ownWords, type Safe, safe } from "../safe.ts";
import { clockOf, MIN_SKEW_MS, median, spread } from "./clocks.ts";
import type { SkewCorrection } from "./observations.ts";
import { type Estimate, estimatesFromPairs } from "./skew-pairs.ts";

/** Fewer records say nothing about a clock. */
const MIN_RECORDS = 8;
const MAX_HOSTS = 500;

/** Hosts whose clocks run wrong, with what must be added to their times. Only estimates that are tight; sorted by host. */
export function estimateSkew(events: readonly Event[]): readonly SkewCorrection[] {
  const received = fromReceiveTimes(events);
  const known = new Set(received.map(({ host }) => host));
  const paired = estimatesFromPairs(events).filter(({ host }) => !known.has(host));
  return [...received, ...paired]
    .filter(({ correctionMs }) => Math.abs(correctionMs) >= MIN_SKEW_MS)
    .map(toCorrection)
    .toSorted((a, b) => compare(a.host, b.host));
}

function toCorrection({ host, correctionMs, pairs, how }: Estimate): SkewCorrection {
  const seconds = ownWords(own((Math.abs(correctionMs) / 1000).toFixed(1)));
  const direction = correctionMs < 0 ? safe`fast` : safe`slow`;
  return { host, correctionMs, pairs, because: safe`clock of ${host} runs ${seconds} s ${direction}: ${how}` };
}

/** A record cannot be received before it was written: a host whose records all are has a fast clock. */
function fromReceiveTimes(events: readonly Event[]): readonly Estimate[] {
  const delays = delaysByClock(events);
  const medians = [...delays.values()].filter((values) => values.length >= MIN_RECORDS).map(median);
  const possible = medians.filter((delay) => delay >= 0);
  // When every host's records arrive before they were written, it is the collector's clock that is wrong.
  if (possible.length === 0) return [];
  const usual = median(possible);
  return [...delays].flatMap(([host, values]) => {
    if (values.length < MIN_RECORDS) return [];
    const middle = median(values);
    const shift = middle - usual;
    // A long delay may be slow shipping, which says nothing about the clock; a negative one cannot be.
    if (middle >= 0 || shift > -MIN_SKEW_MS || spread(values, middle) > Math.abs(shift) / 5) return [];
    return [
      {
        host,
        correctionMs: Math.round(shift),
        pairs: values.length,
        how: safe`${values.length} of its records are stamped after they were received`,
      },
    ];
  });
}

function delaysByClock(events: readonly Event[]): ReadonlyMap<Safe, readonly number[]> {
  const delays = new Map<Safe, number[]>();
  for (const event of events) {
    const host = clockOf(event);
    if (host === null || event.observedNs === null) continue;
    const known = delays.get(host);
    const delay = Number(event.observedNs - event.atNs) / 1e6;
    if (known !== undefined) known.push(delay);
    else if (delays.size < MAX_HOSTS) delays.set(host, [delay]);
  }
  return delays;
}
