import type { EpochMs } from "../ids.ts";
import type { Incident } from "../incident.ts";
import { safe } from "../safe.ts";
import { clockTime, duration } from "../time.ts";
import type { ChangeOfMind } from "./view.ts";

interface Happened {
  readonly incident: Incident;
  readonly reopenedAtMs: EpochMs | null;
  /** What the latest answer changed, and when it was given. */
  readonly change: ChangeOfMind | null;
  readonly changedAtMs: EpochMs | null;
}

/**
 * The one piece of news that people should find in the thread now: that it is over, that it fired again, or what the
 * latest answer changed, whichever is latest. Its words stay the same until something else happens. Null: nothing is new.
 */
export function newsOf({ incident, reopenedAtMs, change, changedAtMs }: Happened): ChangeOfMind | null {
  const { resolvedAtMs, startedAtMs } = incident;
  if (resolvedAtMs !== null) {
    const lasted = duration(resolvedAtMs - startedAtMs);
    return {
      label: "Resolved",
      text: safe`at ${clockTime(resolvedAtMs)}, it lasted ${lasted}. The card has the result.`,
    };
  }
  if (reopenedAtMs === null) return change;
  // An answer given since then has looked at the new alert: from there on only what it changed is news.
  if (changedAtMs !== null && changedAtMs > reopenedAtMs) return change;
  return { label: "Reopened", text: safe`it fired again at ${clockTime(reopenedAtMs)}, it had been resolved.` };
}
