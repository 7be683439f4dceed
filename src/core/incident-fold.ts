import type { Alert, AlertStatus, Severity } from "./alert.ts";
import type { AlertFingerprint, EpochMs } from "./ids.ts";
import type { ExternalIncident, IncidentStatus } from "./incident.ts";
import type { Safe } from "./safe.ts";

/** Everything about an incident that its alerts decide. */
export interface FoldedIncident {
  readonly title: Safe;
  readonly service: Safe | null;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  readonly startedAtMs: EpochMs;
  readonly detectedAtMs: EpochMs;
  readonly acknowledgedBy: Safe | null;
  readonly resolvedAtMs: EpochMs | null;
  readonly reopened: boolean;
  readonly alertCount: number;
  readonly services: readonly Safe[];
  readonly external: readonly ExternalIncident[];
  readonly fingerprints: readonly AlertFingerprint[];
  readonly groupKeys: readonly string[];
  readonly lastAlertAtMs: EpochMs;
}

const STATUS_RANK: Readonly<Record<AlertStatus, number>> = { firing: 0, acknowledged: 1, resolved: 2 };
const SEVERITY_RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2, critical: 3 };

/**
 * Everything of earlier events that later ones can still need, as plain data: `foldMore` goes on from it. Nothing in it
 * is a key of an object, so that whoever changes texts in stored JSON finds them all.
 */
export interface Folding {
  /** The first event, and the first firing one: the latter names the incident. */
  readonly first: Opening;
  readonly firing: Opening | null;
  readonly severity: Severity;
  readonly startedAtMs: EpochMs;
  readonly lastAlertAtMs: EpochMs;
  readonly acknowledger: Safe | null;
  readonly resolvedAtMs: EpochMs | null;
  readonly reopenedAtMs: EpochMs | null;
  /** Each alert and how it stands, in the order in which they first came. */
  readonly alerts: readonly (readonly [AlertFingerprint, AlertStatus])[];
  readonly services: readonly Safe[];
  readonly groupKeys: readonly string[];
  readonly external: readonly ExternalIncident[];
}

type Opening = Pick<Alert, "title" | "service" | "occurredAtMs">;

/**
 * The incident that these alert events add up to. The same events give the same incident in whatever order and however
 * often they arrived: they count by when they happened. Null when there are none.
 */
export function foldIncident(facts: readonly Alert[]): FoldedIncident | null {
  const folding = foldMore(null, facts);
  return folding === null ? null : incidentOf(folding);
}

/** What was folded and these later events: each of them happened after all that was folded. Null when there are none. */
export function foldMore(before: Folding | null, facts: readonly Alert[]): Folding | null {
  const events = inOrder(facts);
  const [first] = events;
  if (first === undefined) return before;
  const from = before ?? begunBy(first);
  const services = events.flatMap(({ service }) => (service === null ? [] : [service]));
  return {
    first: from.first,
    firing: from.firing ?? firstFiring(events),
    severity: events.map(({ severity }) => severity).reduce(worse, from.severity),
    startedAtMs: events.map(({ startedAtMs }) => startedAtMs).reduce(earlier, from.startedAtMs),
    lastAlertAtMs: events.at(-1)?.occurredAtMs ?? from.lastAlertAtMs,
    acknowledger: lastAcknowledger(events) ?? from.acknowledger,
    ...followCourse(from, events),
    services: distinct([...from.services, ...services]),
    groupKeys: distinct([...from.groupKeys, ...events.map(({ groupKey }) => groupKey)]),
    external: externalOf([...from.external, ...events]),
  };
}

/** Where the fold begins, with what the first event alone decides. */
function begunBy(first: Alert): Folding {
  return {
    first: openingOf(first),
    firing: null,
    severity: first.severity,
    startedAtMs: first.startedAtMs,
    lastAlertAtMs: first.occurredAtMs,
    acknowledger: null,
    resolvedAtMs: null,
    reopenedAtMs: null,
    alerts: [],
    services: [],
    groupKeys: [],
    external: [],
  };
}

/** The incident as it stands after what was folded. */
export function incidentOf(folding: Folding): FoldedIncident {
  const { severity, startedAtMs, lastAlertAtMs, resolvedAtMs, services, groupKeys, external, alerts } = folding;
  // A resolution that overtook its alert says little about what went wrong; the first firing event names the incident.
  const opening = folding.firing ?? folding.first;
  const status = resolvedAtMs === null ? openStatus(alerts) : "resolved";
  return {
    title: opening.title,
    service: opening.service ?? services[0] ?? null,
    severity,
    status,
    startedAtMs,
    detectedAtMs: opening.occurredAtMs,
    acknowledgedBy: status === "triggered" ? null : folding.acknowledger,
    resolvedAtMs,
    reopened: folding.reopenedAtMs !== null,
    alertCount: alerts.length,
    services,
    external,
    fingerprints: alerts.map(([fingerprint]) => fingerprint),
    groupKeys,
    lastAlertAtMs,
  };
}

/** When an incident that was over last fired again; null when it never did. */
export function reopenedAt(facts: readonly Alert[]): EpochMs | null {
  return foldMore(null, facts)?.reopenedAtMs ?? null;
}

/** By time, then by how far along the alert is, then by id: a total order that arrival has no part in. */
function inOrder(facts: readonly Alert[]): readonly Alert[] {
  const unique = new Map(facts.map((fact) => [`${fact.source}\u0000${fact.eventId}`, fact]));
  return [...unique]
    .toSorted(([leftKey, left], [rightKey, right]) => {
      const byTime = left.occurredAtMs - right.occurredAtMs;
      if (byTime !== 0) return byTime;
      const byStatus = STATUS_RANK[left.status] - STATUS_RANK[right.status];
      return byStatus === 0 ? compareText(leftKey, rightKey) : byStatus;
    })
    .map(([, fact]) => fact);
}

function firstFiring(events: readonly Alert[]): Opening | null {
  const firing = events.find(({ status }) => status === "firing");
  return firing === undefined ? null : openingOf(firing);
}

function openingOf({ title, service, occurredAtMs }: Alert): Opening {
  return { title, service, occurredAtMs };
}

/** An incident is over when each of its alerts is; it reopened when one of them fired after that. */
function followCourse(
  from: Folding,
  events: readonly Alert[],
): Pick<Folding, "alerts" | "resolvedAtMs" | "reopenedAtMs"> {
  const current = new Map(from.alerts);
  const unresolved = new Set(from.alerts.flatMap(([name, status]) => (status === "resolved" ? [] : [name])));
  let { resolvedAtMs, reopenedAtMs } = from;
  for (const { fingerprint, status, occurredAtMs } of events) {
    current.set(fingerprint, status);
    if (status === "resolved") unresolved.delete(fingerprint);
    else unresolved.add(fingerprint);
    if (unresolved.size > 0 && resolvedAtMs !== null) reopenedAtMs = occurredAtMs;
    resolvedAtMs = unresolved.size > 0 ? null : (resolvedAtMs ?? occurredAtMs);
  }
  return { alerts: [...current], resolvedAtMs, reopenedAtMs };
}

function lastAcknowledger(events: readonly Alert[]): Safe | null {
  return events.findLast(({ status, by }) => status === "acknowledged" && by !== null)?.by ?? null;
}

function openStatus(alerts: Folding["alerts"]): IncidentStatus {
  return alerts.some(([, status]) => status === "acknowledged") ? "acknowledged" : "triggered";
}

function externalOf(
  events: readonly (ExternalIncident | Pick<Alert, "source" | "externalId" | "url">)[],
): readonly ExternalIncident[] {
  const found = new Map<string, ExternalIncident>();
  for (const { source, externalId, url } of events) {
    if (externalId === null) continue;
    const key = `${source}\u0000${externalId}`;
    found.set(key, { source, externalId, url: found.get(key)?.url ?? url });
  }
  return [...found.values()];
}

function worse(left: Severity, right: Severity): Severity {
  return SEVERITY_RANK[left] >= SEVERITY_RANK[right] ? left : right;
}

function earlier(left: EpochMs, right: EpochMs): EpochMs {
  return left <= right ? left : right;
}

function distinct<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)];
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
