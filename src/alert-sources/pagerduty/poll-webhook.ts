import type { ListedIncident, LogEntry } from "./poll-payload.ts";

/** Log entries that change an incident's state, as the webhook names them. */
const EVENT_OF_ENTRY: ReadonlyMap<string, { readonly event: string; readonly status: string }> = new Map([
  ["trigger_log_entry", { event: "incident.triggered", status: "triggered" }],
  ["reopen_log_entry", { event: "incident.reopened", status: "triggered" }],
  ["unacknowledge_log_entry", { event: "incident.unacknowledged", status: "triggered" }],
  ["acknowledge_log_entry", { event: "incident.acknowledged", status: "acknowledged" }],
  ["resolve_log_entry", { event: "incident.resolved", status: "resolved" }],
]);

/** A log entry in the shape of the webhook that would have told it, "…_reference" types included; null when it changes no state. */
export function asWebhook(incident: ListedIncident, entry: LogEntry): object | null {
  const known = EVENT_OF_ENTRY.get(entry.type.replace(/_reference$/u, ""));
  if (known === undefined) return null;
  const { id, title, urgency, html_url, created_at, service, priority } = incident;
  return {
    event: {
      id: `poll-${entry.id}`,
      event_type: known.event,
      resource_type: "incident",
      occurred_at: entry.created_at,
      agent: entry.agent ?? null,
      client: null,
      data: { id, title, status: known.status, urgency, html_url, created_at, service, priority },
    },
  };
}
