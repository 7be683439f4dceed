import type { Alert, AlertStatus, Severity } from "../../core/alert.ts";
import { alertFingerprint, epochMs } from "../../core/ids.ts";
import { webLink } from "../links.ts";
import { type Incident, IncidentData, type WebhookEvent } from "./payload.ts";

/** Events that set the state themselves. */
const STATUS_OF_EVENT: ReadonlyMap<string, AlertStatus> = new Map([
  ["incident.triggered", "firing"],
  ["incident.unacknowledged", "firing"],
  ["incident.reopened", "firing"],
  ["incident.acknowledged", "acknowledged"],
  ["incident.resolved", "resolved"],
]);

/** Events that change the incident without setting its state: the state is the one that they carry. */
const CARRIES_INCIDENT: ReadonlySet<string> = new Set([
  "incident.escalated",
  "incident.delegated",
  "incident.reassigned",
  "incident.priority_updated",
  "incident.service_updated",
  "incident.incident_type.changed",
]);

const STATUS_OF_INCIDENT: ReadonlyMap<string, AlertStatus> = new Map([
  ["triggered", "firing"],
  ["acknowledged", "acknowledged"],
  ["resolved", "resolved"],
]);

/** One alert for an event about an incident's state; none for notes, pings, workflows and everything else. Throws `ZodError`. */
export function toAlerts(event: WebhookEvent): readonly Alert<string>[] {
  const own = STATUS_OF_EVENT.get(event.event_type);
  if (own === undefined && !CARRIES_INCIDENT.has(event.event_type)) return [];

  const incident = IncidentData.parse(event.data);
  const status = own ?? STATUS_OF_INCIDENT.get(incident.status ?? "");
  if (status === undefined) return [];
  // Whoever reassigns an acknowledged incident has not acknowledged it.
  return [toAlert(event, { incident, status, by: own === undefined ? null : personOf(event, own) })];
}

interface Told {
  readonly incident: Incident;
  readonly status: AlertStatus;
  readonly by: string | null;
}

function toAlert(event: WebhookEvent, { incident, status, by }: Told): Alert<string> {
  return {
    source: "pagerduty",
    eventId: event.id,
    fingerprint: alertFingerprint(incident.id),
    groupKey: incident.id,
    externalId: incident.id,
    status,
    severity: severityOf(incident),
    title: incident.title || "Untitled PagerDuty incident",
    service: incident.service?.summary || null,
    startedAtMs: epochMs(Date.parse(incident.created_at ?? event.occurred_at)),
    occurredAtMs: epochMs(Date.parse(event.occurred_at)),
    url: webLink(incident.html_url),
    by,
  };
}

/** A priority like "P2" or "SEV-2" decides; without one the urgency does. */
function severityOf({ priority, urgency }: Incident): Severity {
  const level = /^\s*(?:p|sev)[\s-]?(\d)/iu.exec(priority?.summary ?? "")?.[1];
  if (level === undefined) return urgency === "low" ? "warning" : "critical";
  if (level === "0" || level === "1") return "critical";
  if (level === "2") return "error";
  return level === "3" ? "warning" : "info";
}

/** Who acknowledged or resolved it. An integration that resolves by itself is nobody. */
function personOf({ agent }: WebhookEvent, status: AlertStatus): string | null {
  if (status === "firing" || !agent?.type?.startsWith("user")) return null;
  return agent.summary || null;
}
