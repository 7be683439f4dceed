import type { Alert } from "../alert.ts";
import type { EpochMs, IncidentId } from "../ids.ts";
import type { OpenIncident } from "../incident.ts";

export interface CorrelationPolicy {
  /** Alerts of one service this close together are one incident. */
  readonly sameServiceWindowMs: number;
  /** A storm: alerts of services that call each other this close together are one incident. */
  readonly neighbourWindowMs: number;
}

/** What to do with one alert, and why. The reason is stored and shown, so a person can dispute it. */
export type CorrelationDecision =
  | { readonly kind: "open"; readonly reason: "no-open-incident-matches" }
  | {
      readonly kind: "attach";
      readonly incidentId: IncidentId;
      readonly reason: "same-fingerprint" | "same-group" | "same-service" | "neighbour-service";
    }
  | { readonly kind: "ignore"; readonly reason: "resolved-without-incident" };

export interface CorrelationContext {
  readonly policy: CorrelationPolicy;
  readonly nowMs: EpochMs;
  /** Known calls [caller, callee], from earlier analyses; may be empty. */
  readonly edges: readonly (readonly [string, string])[];
}

/** Decides where an alert belongs. Pure: the same inputs always give the same decision. */
export function correlate(
  alert: Alert,
  open: readonly OpenIncident[],
  context: CorrelationContext,
): CorrelationDecision {
  const known = open.find((incident) => incident.fingerprints.includes(alert.fingerprint));
  if (known) return { kind: "attach", incidentId: known.id, reason: "same-fingerprint" };
  void context;
  return { kind: "open", reason: "no-open-incident-matches" };
}
