import type { CauseKind } from "../analysis.ts";
import type { EpochMs, IncidentId } from "../ids.ts";
import type { Safe } from "../safe.ts";

/** What a past incident was about, as far as it matters for finding it again. */
export interface PastIncident {
  readonly id: IncidentId;
  readonly atMs: EpochMs;
  readonly alertedService: Safe | null;
  readonly causeKind: CauseKind;
  readonly causeService: Safe | null;
  readonly summary: Safe;
  /** True when a person said that this was the cause. */
  readonly confirmed: boolean;
}

export type Pattern = Pick<PastIncident, "alertedService" | "causeKind" | "causeService">;

const MAX_SIMILAR = 5;

/** Past incidents with the same pattern (cause kind, cause service, alerted service), confirmed ones first, then the latest; at most five. */
export function similarIncidents(pattern: Pattern, past: readonly PastIncident[]): readonly PastIncident[] {
  return past
    .filter(
      (incident) =>
        incident.causeKind === pattern.causeKind &&
        incident.causeService === pattern.causeService &&
        incident.alertedService === pattern.alertedService,
    )
    .toSorted((a, b) => Number(b.confirmed) - Number(a.confirmed) || b.atMs - a.atMs || (a.id < b.id ? -1 : 1))
    .slice(0, MAX_SIMILAR);
}
