import type { Labels, Metrics } from "../../app/metrics-port.ts";
import type { Clock } from "../../app/ports.ts";
import { METRICS } from "./catalog.ts";
import { seriesOf } from "./exposition.ts";

/** Names come from lists of ours; should one grow without bound, what is new is left out rather than kept. */
const MAX_SERIES = 2_000;

/** What was counted since the last time, ready to be added to the totals of the install. */
export interface Counted {
  readonly added: ReadonlyMap<string, number>;
  readonly raised: ReadonlyMap<string, number>;
}

export interface Counters extends Metrics {
  /** Hands out what was counted, and begins at nothing again. */
  drain(): Counted;
  /** Takes back what could not be added. */
  restore(counted: Counted): void;
}

/** Counts in memory, so that counting costs a lookup; somebody adds it to the totals now and then. */
export function createCounters(clock: Clock): Counters {
  let added = new Map<string, number>();
  let raised = new Map<string, number>();
  const add = (series: string, by: number) => {
    const before = added.get(series);
    if (before !== undefined || added.size < MAX_SERIES) added.set(series, (before ?? 0) + by);
  };
  const raise = (series: string, to: number) => {
    if (raised.has(series) || raised.size < MAX_SERIES) raised.set(series, Math.max(raised.get(series) ?? to, to));
  };
  return {
    count: (name, labels, by = 1) => add(seriesOf(name, labels), by),
    observe: (name, labels, seconds) => observe(add, name, { labels, seconds }),
    reached: (source, sink) =>
      raise(seriesOf("traceops_last_success_timestamp_seconds", { source, sink }), clock.nowMs() / 1_000),
    drain() {
      const counted = { added, raised };
      added = new Map();
      raised = new Map();
      return counted;
    },
    restore(counted) {
      for (const [series, by] of counted.added) add(series, by);
      for (const [series, to] of counted.raised) raise(series, to);
    },
  };
}

/** Every bucket is written each time, also those that stay as they were: a histogram's buckets belong together. */
function observe(
  add: (series: string, by: number) => void,
  name: string,
  { labels, seconds }: { readonly labels: Labels; readonly seconds: number },
): void {
  for (const le of METRICS[name]?.buckets ?? []) {
    add(seriesOf(`${name}_bucket`, { ...labels, le: String(le) }), seconds <= le ? 1 : 0);
  }
  add(seriesOf(`${name}_bucket`, { ...labels, le: "+Inf" }), 1);
  add(seriesOf(`${name}_sum`, labels), seconds);
  add(seriesOf(`${name}_count`, labels), 1);
}
