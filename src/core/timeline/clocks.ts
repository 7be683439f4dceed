import type { Event } from "../event.ts";
import type { Safe } from "../safe.ts";

/** Clocks closer than this are as good as equal: transport and rounding take as long. */
export const MIN_SKEW_MS = 500;

/** The place whose clock stamped a record: its host, or its service where no host is named. Null when neither is known. */
export function clockOf(event: Event): Safe | null {
  return event.kind === "log" || event.kind === "span" || event.kind === "metric"
    ? (event.host ?? event.service)
    : null;
}

/** The middle value; of two middle ones their mean. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}

/** The usual distance from the middle (median absolute deviation). */
export function spread(values: readonly number[], middle: number): number {
  return median(values.map((value) => Math.abs(value - middle)));
}
