import type { CauseKind } from "../analysis.ts";
import type { EpochMs, EventId } from "../ids.ts";
import type { Incident } from "../incident.ts";
import type { Safe } from "../safe.ts";
import type { Observations } from "../timeline/observations.ts";

/**
 * What the records of one layer say about one suspect. Findings become candidates of the one ranking, where their
 * points stand beside those of the signals, so points must mean the same everywhere: hundredths of a nat, calibrated.
 */
export interface Finding {
  /** The service at fault; null when the object belongs to none (a node, a namespace). */
  readonly service: Safe | null;
  readonly kind: CauseKind;
  /** The named cause in kebab-case: "network-delay", "memory-quota-exceeded". */
  readonly detail: Safe;
  /** What exactly, as `Kind/name` where it is an object of the cluster; null when the service says it all. */
  readonly object: Safe | null;
  /** The change at fault: the finding then counts for that change's own candidate. */
  readonly changeId: EventId | null;
  /** What tells findings of one service and kind apart; "" joins the candidate that the logs make of service and kind. */
  readonly grain: string;
  /** One sentence for the head of the answer: what broke, with numbers, units and UTC times. */
  readonly summary: Safe;
  /** When it began to show; null when the records have no order. */
  readonly firstAtMs: EpochMs | null;
  /** True while it still lasts at the end of the window. What has passed is no reason to wake somebody. */
  readonly isActive: boolean;
  readonly reasons: readonly FindingReason[];
  /** True when the reasons tell where the trouble is and not what it is: they count for every suspect of this service. */
  readonly isLocation?: boolean;
  /** Read-only checks first; shown, never run. */
  readonly nextChecks: readonly Safe[];
}

export interface FindingReason {
  /** Which question this answers, kebab-case. */
  readonly signal: Safe;
  /** Reasons of one family see one fact from several sides: only the best for and the worst against count. */
  readonly family: string;
  /** Hundredths of a nat: above zero for the suspect, zero or below against it. */
  readonly points: number;
  readonly because: Safe;
  readonly evidenceIds: readonly EventId[];
}

/** Looks at one layer of what was observed. Pure; independent of the order of the records; silent when its layer is. */
export type Detector = (observations: Observations, incident: Incident) => readonly Finding[];
