import type { Alert } from "../alert.ts";
import type { EpochMs, IncidentId } from "../ids.ts";
import type { OpenIncident } from "../incident.ts";

export interface CorrelationPolicy {
  /** Alerts of one service this close together are one incident. */
  readonly sameServiceWindowMs: number;
  /** A storm: alerts of services that call each other this close together are one incident. */
  readonly neighbourWindowMs: number;
}

const MINUTE_MS = 60_000;

/** A service that keeps alerting is one case; neighbours only join while the trouble spreads. */
export const DEFAULT_CORRELATION_POLICY: CorrelationPolicy = {
  sameServiceWindowMs: 15 * MINUTE_MS,
  neighbourWindowMs: 5 * MINUTE_MS,
};

/** Senders repeat a delivery for up to 48 hours: until then the firing event of a resolved alert may still be on its way. */
const LONGEST_DELAY_MS = 48 * 60 * MINUTE_MS;

/** What to do with one alert, and why. The reason is stored and shown, so a person can dispute it. */
export type CorrelationDecision =
  | {
      readonly kind: "open";
      /** The second: its resolution overtook it. The case is kept, closed, so that the late start finds it. */
      readonly reason: "no-open-incident-matches" | "resolved-before-it-fired";
    }
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

/**
 * Decides where an alert belongs. Pure: the same inputs always give the same decision.
 * The place depends on when the condition began, never on the alert's status, so that overtaken events end in one case.
 */
export function correlate(
  alert: Alert,
  open: readonly OpenIncident[],
  context: CorrelationContext,
): CorrelationDecision {
  // A closed case only takes back its own alerts: late events, and the same alert firing again.
  const own = nearest(
    alert,
    open.filter(({ fingerprints }) => fingerprints.includes(alert.fingerprint)),
  );
  if (own) return { kind: "attach", incidentId: own.id, reason: "same-fingerprint" };

  const running = open.filter(({ status }) => status !== "resolved");
  for (const { reason, matches } of RULES) {
    const found = nearest(
      alert,
      running.filter((incident) => matches(alert, incident, context)),
    );
    if (found) return { kind: "attach", incidentId: found.id, reason };
  }
  return unmatched(alert, context);
}

interface Rule {
  readonly reason: "same-group" | "same-service" | "neighbour-service";
  readonly matches: (alert: Alert, incident: OpenIncident, context: CorrelationContext) => boolean;
}

/** Strongest first: what the sender says, then the same place, then the way trouble travels. */
const RULES: readonly Rule[] = [
  { reason: "same-group", matches: (alert, incident) => incident.groupKeys.includes(alert.groupKey) },
  {
    reason: "same-service",
    matches: (alert, incident, { policy }) =>
      distanceMs(alert, incident) <= policy.sameServiceWindowMs && servicesOf(incident).some(isServiceOf(alert)),
  },
  {
    reason: "neighbour-service",
    matches: (alert, incident, { policy, edges }) =>
      distanceMs(alert, incident) <= policy.neighbourWindowMs &&
      servicesOf(incident).some((service) => callEachOther(edges, service, alert.service)),
  },
];

function unmatched(alert: Alert, { nowMs }: CorrelationContext): CorrelationDecision {
  if (alert.status !== "resolved") return { kind: "open", reason: "no-open-incident-matches" };
  return nowMs - alert.startedAtMs > LONGEST_DELAY_MS
    ? { kind: "ignore", reason: "resolved-without-incident" }
    : { kind: "open", reason: "resolved-before-it-fired" };
}

/** The running case before a closed one, then the closest in time, then the smaller id: never the order of the list. */
function nearest(alert: Alert, candidates: readonly OpenIncident[]): OpenIncident | undefined {
  return candidates.toSorted(
    (left, right) =>
      Number(left.status === "resolved") - Number(right.status === "resolved") ||
      distanceMs(alert, left) - distanceMs(alert, right) ||
      (left.id < right.id ? -1 : 1),
  )[0];
}

function distanceMs(alert: Alert, incident: OpenIncident): number {
  return Math.abs(alert.startedAtMs - incident.lastAlertAtMs);
}

function servicesOf({ service, services }: OpenIncident): readonly string[] {
  return service === null ? services : [service, ...services];
}

function isServiceOf({ service }: Alert): (candidate: string) => boolean {
  return (candidate) => service !== null && candidate === service;
}

function callEachOther(edges: CorrelationContext["edges"], one: string, other: string | null): boolean {
  return edges.some(([caller, callee]) => (caller === one && callee === other) || (caller === other && callee === one));
}
