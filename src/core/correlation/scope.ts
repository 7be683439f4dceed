import type { Alert } from "../alert.ts";
import type { AlertFingerprint, EpochMs } from "../ids.ts";
import type { OpenIncident } from "../incident.ts";
import type { CorrelationPolicy } from "./correlate.ts";

/** Which incidents one alert can belong to at all. A store finds them by index, however many others are open. */
export interface CorrelationScope {
  readonly fingerprint: AlertFingerprint;
  /** Of running incidents only. */
  readonly groupKey?: string;
  /** Running incidents whose last alert began this close to it. */
  readonly near?: { readonly atMs: EpochMs; readonly withinMs: number };
  /** Those of further alerts that are placed with this one. */
  readonly others?: readonly CorrelationScope[];
}

/** Holds every incident that `correlate` could choose for this alert, and every running one beside it in time. */
export function scopeOf({ fingerprint, groupKey, startedAtMs }: Alert, policy: CorrelationPolicy): CorrelationScope {
  const withinMs = Math.max(policy.sameServiceWindowMs, policy.neighbourWindowMs);
  return { fingerprint, groupKey, near: { atMs: startedAtMs, withinMs } };
}

/** The same for many alerts at once. */
export function scopeOfAll(first: Alert, others: readonly Alert[], policy: CorrelationPolicy): CorrelationScope {
  return { ...scopeOf(first, policy), others: others.map((alert) => scopeOf(alert, policy)) };
}

/** Whether an incident is one of those. */
export function isInScope(scope: CorrelationScope, incident: OpenIncident): boolean {
  return isInOwnScope(scope, incident) || (scope.others ?? []).some((other) => isInScope(other, incident));
}

function isInOwnScope({ fingerprint, groupKey, near }: CorrelationScope, incident: OpenIncident): boolean {
  if (incident.fingerprints.includes(fingerprint)) return true;
  if (incident.status === "resolved") return false;
  if (groupKey !== undefined && incident.groupKeys.includes(groupKey)) return true;
  return near !== undefined && Math.abs(near.atMs - incident.lastAlertAtMs) <= near.withinMs;
}

/**
 * Names of locks, sorted. Two alerts of which one could join the incident that the other opens have a name in common:
 * the same fingerprint, group or service, or a stretch of time, since each takes the stretch that it began in and the next.
 */
export function openingLocks(alert: Alert, { neighbourWindowMs }: CorrelationPolicy): readonly string[] {
  const { fingerprint, groupKey, service, startedAtMs } = alert;
  const stretch = Math.floor(startedAtMs / Math.max(1, neighbourWindowMs));
  const names = [`fingerprint ${fingerprint}`, `group ${groupKey}`];
  // Only services are neighbours.
  if (service !== null) names.push(`service ${service}`, `time ${stretch}`, `time ${stretch + 1}`);
  return names.toSorted();
}
