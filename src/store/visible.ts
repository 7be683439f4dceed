import type { Clock } from "../app/ports.ts";

const RESOLVED_VISIBLE_MS = 60 * 60_000;

/** Open incidents and those that ended less than an hour ago, so that late events find them. */
export function visibleToCorrelation(clock: Clock) {
  // "When we learned of it", not "when it ended": a replayed or late resolution is as fresh as a live one.
  const recently = new Date(clock.nowMs() - RESOLVED_VISIBLE_MS);
  return { OR: [{ status: { not: "resolved" } }, { changedAt: { gt: recently } }] };
}
