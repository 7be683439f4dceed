import { type EpochMs, epochMs, stableHash } from "../core/ids.ts";
import { isoTime } from "../core/time.ts";

export interface ToldAlert {
  readonly atMs: number;
  readonly service: string;
  readonly title: string;
  readonly urgency?: "high" | "low";
  readonly priority?: string;
}

type Turn = "triggered" | "acknowledged" | "resolved";

const PEOPLE = { triggered: null, acknowledged: "Mara Lindqvist", resolved: "Mara Lindqvist" } as const;
const STATUS = { triggered: "triggered", acknowledged: "acknowledged", resolved: "resolved" } as const;

/** The body of a PagerDuty v3 webhook for this alert: fired, or a later turn of the same incident. */
export function pagerDutyWebhook(alert: ToldAlert, turn: Turn = "triggered", atMs: number = alert.atMs): object {
  const incident = idFrom(`incident/${alert.service}/${alert.title}/${alert.atMs}`);
  const person = PEOPLE[turn];
  return {
    event: {
      id: `01${idFrom(`event/${incident}/${turn}`)}${idFrom(turn)}`,
      event_type: `incident.${turn}`,
      resource_type: "incident",
      occurred_at: isoTime(epochMs(atMs)),
      agent: person ? { id: "PM4RA01", type: "user_reference", summary: person } : null,
      client: null,
      data: incidentData({ alert, incident, turn }),
    },
  };
}

function incidentData({ alert, incident, turn }: { alert: ToldAlert; incident: string; turn: Turn }): object {
  return {
    id: incident,
    type: "incident",
    self: `https://api.pagerduty.com/incidents/${incident}`,
    html_url: `https://acme.pagerduty.com/incidents/${incident}`,
    number: Number.parseInt(incident.slice(1, 6), 36),
    status: STATUS[turn],
    incident_key: `${alert.service}/${alert.title}`.toLowerCase().replaceAll(/[^a-z0-9]+/gu, "-"),
    created_at: isoTime(epochMs(alert.atMs)),
    title: alert.title,
    service: { id: idFrom(`service/${alert.service}`), type: "service_reference", summary: alert.service },
    assignees: [{ id: "PM4RA01", type: "user_reference", summary: "Mara Lindqvist" }],
    escalation_policy: { id: "PESC001", type: "escalation_policy_reference", summary: "Platform on call" },
    teams: [{ id: "PTEAM01", type: "team_reference", summary: "Platform" }],
    priority: { id: "PRIO001", type: "priority_reference", summary: alert.priority ?? "P1" },
    urgency: alert.urgency ?? "high",
    conference_bridge: null,
    resolve_reason: null,
  };
}

/** Acknowledged after a minute and a half, resolved after half an hour: what PagerDuty sends later. */
export function laterDeliveries(alert: ToldAlert): readonly { readonly atMs: EpochMs; readonly body: object }[] {
  const acknowledgedAt = epochMs(alert.atMs + 90_000);
  const resolvedAt = epochMs(alert.atMs + 30 * 60_000);
  return [
    { atMs: acknowledgedAt, body: pagerDutyWebhook(alert, "acknowledged", acknowledgedAt) },
    { atMs: resolvedAt, body: pagerDutyWebhook(alert, "resolved", resolvedAt) },
  ];
}

/** Upper-case letters and digits, as PagerDuty's own ids look. */
function idFrom(text: string): string {
  return `Q${stableHash(text).toUpperCase().padStart(11, "0").slice(0, 11)}`;
}
