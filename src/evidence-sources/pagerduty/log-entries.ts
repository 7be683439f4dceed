import type { AlertEvent, PersonEvent } from "../../core/event.ts";
import { type EpochNs, eventId } from "../../core/ids.ts";
import { instantNs } from "../../platform/records/instants.ts";
import type { LogEntry } from "./answers.ts";

const STATUS_OF: ReadonlyMap<string, AlertEvent["status"]> = new Map([
  ["trigger_log_entry", "firing"],
  ["acknowledge_log_entry", "acknowledged"],
  ["resolve_log_entry", "resolved"],
]);
/** Told by a person or about people; the rest (who was notified how) is no evidence. */
const BY_PEOPLE = new Set([
  "acknowledge_log_entry",
  "resolve_log_entry",
  "annotate_log_entry",
  "assign_log_entry",
  "escalate_log_entry",
  "unacknowledge_log_entry",
  "snooze_log_entry",
  "reopen_log_entry",
]);
/** Notes that this program wrote must not come back as evidence. */
const OUR_NOTE = /\[traceops [\w-]+\]/u;

/** A log entry as what a person did, or as the alert's own course; null for entries that are no evidence. */
export function logEntryEvent(entry: LogEntry): AlertEvent<string> | PersonEvent<string> | null {
  const atNs = instantNs(entry.created_at);
  if (atNs === null || OUR_NOTE.test(entry.channel?.summary ?? "")) return null;
  const person = personBehind(entry);
  if (person !== null && BY_PEOPLE.has(entry.type)) return personEvent(entry, person, atNs);
  const status = STATUS_OF.get(entry.type);
  return status ? alertEvent(entry, status, atNs) : null;
}

function personBehind({ agent }: LogEntry): string | null {
  return agent?.type?.startsWith("user") ? (agent.summary ?? null) : null;
}

function personEvent(entry: LogEntry, who: string, atNs: EpochNs): PersonEvent<string> {
  const note = entry.type === "annotate_log_entry" ? entry.channel?.summary : null;
  return { kind: "person", ...baseOf(entry, atNs), who, text: note ?? entry.summary ?? entry.type };
}

function alertEvent(entry: LogEntry, status: AlertEvent["status"], atNs: EpochNs): AlertEvent<string> {
  const title = entry.channel?.summary ?? entry.summary ?? entry.type;
  return { kind: "alert", ...baseOf(entry, atNs), title, status, url: entry.html_url ?? null };
}

function baseOf(entry: LogEntry, atNs: EpochNs) {
  const ref = `log entry ${entry.id}`;
  return {
    id: eventId("pagerduty", ref),
    ref,
    source: "pagerduty",
    atNs,
    observedNs: null,
    service: entry.service?.summary ?? null,
    host: null,
    traceId: null,
    spanId: null,
    requestId: null,
  };
}
