import type { Severity } from "./alert.ts";
import type { AlertFingerprint, EpochMs, IncidentId, TenantId } from "./ids.ts";
import type { Safe } from "./safe.ts";

export type IncidentStatus = "triggered" | "acknowledged" | "resolved";

/** One case. Everything in it is derived from stored alerts and people's actions, never from the order of arrival. */
export interface Incident {
  readonly id: IncidentId;
  readonly tenant: TenantId;
  readonly title: Safe;
  readonly service: Safe | null;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  /** Earliest start that any alert claims. */
  readonly startedAtMs: EpochMs;
  /** When the first alert fired. */
  readonly detectedAtMs: EpochMs;
  readonly acknowledgedBy: Safe | null;
  readonly resolvedAtMs: EpochMs | null;
  /** True when it was resolved once and fired again. */
  readonly reopened: boolean;
  readonly alertCount: number;
  readonly services: readonly Safe[];
  /** The senders' own incidents, to write back to. */
  readonly external: readonly ExternalIncident[];
  /** Raised by every fact; an investigation of a lower revision stops as superseded. */
  readonly revision: number;
}

export interface ExternalIncident {
  readonly source: string;
  readonly externalId: string;
  readonly url: Safe | null;
}

/** What correlation needs to see of an incident. */
export interface OpenIncident {
  readonly id: IncidentId;
  readonly service: Safe | null;
  readonly services: readonly Safe[];
  readonly fingerprints: readonly AlertFingerprint[];
  readonly groupKeys: readonly string[];
  readonly lastAlertAtMs: EpochMs;
  /** Resolved incidents stay visible to correlation for a while, so that late events find them. */
  readonly status: IncidentStatus;
}
