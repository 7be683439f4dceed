import type { Alert, AlertStatus, Severity } from "./alert.ts";
import { type AlertFingerprint, type EpochMs, epochMs } from "./ids.ts";
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
 * The incident that these alert events add up to. The same events give the same incident in whatever order and however
 * often they arrived: they count by when they happened. Null when there are none.
 */
export function foldIncident(facts: readonly Alert[]): FoldedIncident | null {
  const events = inOrder(facts);
  const [first] = events;
  if (first === undefined) return null;
  // A resolution that overtook its alert says little about what went wrong; the first firing event names the incident.
  const opening = events.find(({ status }) => status === "firing") ?? first;
  const { reopenedAtMs, ...course } = followCourse(events);
  return {
    title: opening.title,
    service: opening.service ?? events.find(({ service }) => service !== null)?.service ?? null,
    severity: events.map(({ severity }) => severity).reduce(worse),
    startedAtMs: epochMs(Math.min(...events.map(({ startedAtMs }) => startedAtMs))),
    detectedAtMs: opening.occurredAtMs,
    lastAlertAtMs: events.at(-1)?.occurredAtMs ?? first.occurredAtMs,
    ...course,
    reopened: reopenedAtMs !== null,
    alertCount: distinct(events.map(({ fingerprint }) => fingerprint)).length,
    services: distinct(events.flatMap(({ service }) => (service === null ? [] : [service]))),
    external: externalOf(events),
    fingerprints: distinct(events.map(({ fingerprint }) => fingerprint)),
    groupKeys: distinct(events.map(({ groupKey }) => groupKey)),
  };
}

/** When an incident that was over last fired again; null when it never did. */
export function reopenedAt(facts: readonly Alert[]): EpochMs | null {
  return followCourse(inOrder(facts)).reopenedAtMs;
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

interface Course {
  readonly status: IncidentStatus;
  readonly acknowledgedBy: Safe | null;
  readonly resolvedAtMs: EpochMs | null;
  readonly reopenedAtMs: EpochMs | null;
}

/** An incident is over when each of its alerts is; it reopened when one of them fired after that. */
function followCourse(events: readonly Alert[]): Course {
  const current = new Map<AlertFingerprint, AlertStatus>();
  const unresolved = new Set<AlertFingerprint>();
  let resolvedAtMs: EpochMs | null = null;
  let reopenedAtMs: EpochMs | null = null;
  for (const { fingerprint, status, occurredAtMs } of events) {
    current.set(fingerprint, status);
    if (status === "resolved") unresolved.delete(fingerprint);
    else unresolved.add(fingerprint);
    if (unresolved.size > 0 && resolvedAtMs !== null) reopenedAtMs = occurredAtMs;
    resolvedAtMs = unresolved.size > 0 ? null : (resolvedAtMs ?? occurredAtMs);
  }
  const status = resolvedAtMs === null ? openStatus([...current.values()]) : "resolved";
  const acknowledgedBy = status === "triggered" ? null : lastAcknowledger(events);
  return { status, acknowledgedBy, resolvedAtMs, reopenedAtMs };
}

function lastAcknowledger(events: readonly Alert[]): Safe | null {
  return events.findLast(({ status, by }) => status === "acknowledged" && by !== null)?.by ?? null;
}

function openStatus(statuses: readonly AlertStatus[]): IncidentStatus {
  return statuses.includes("acknowledged") ? "acknowledged" : "triggered";
}

function externalOf(events: readonly Alert[]): readonly ExternalIncident[] {
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

function distinct<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)];
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
