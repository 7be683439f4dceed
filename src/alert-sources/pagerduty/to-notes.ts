import type { SentNote } from "../../app/sent-note.ts";
import { alertFingerprint, epochMs } from "../../core/ids.ts";
import { IncidentData, NoteData, type WebhookEvent } from "./payload.ts";

/**
 * Notes that this program wrote carry its mark in their text. Never told by the author: the user in whose name we write
 * may be a person who writes notes too.
 */
const OUR_MARK = /\[traceops [\w-]+\]/u;
const MAX_NAMED = 5;

/** What a person wrote in PagerDuty, or whom a person gave the incident to; none for our own notes. Throws `ZodError`. */
export function toNotes(event: WebhookEvent): readonly SentNote<string>[] {
  if (event.event_type === "incident.annotated") return annotation(event);
  return event.event_type === "incident.reassigned" ? reassignment(event) : [];
}

/** True for the text of a note that this program wrote. */
export function isOurs(content: string): boolean {
  return OUR_MARK.test(content);
}

function annotation(event: WebhookEvent): readonly SentNote<string>[] {
  const { id, content, incident } = NoteData.parse(event.data);
  if (!content?.trim() || isOurs(content)) return [];
  return [sentNote(event, { incidentId: incident.id, key: `note:${id}`, text: content })];
}

/** By a person only: what an escalation policy does by itself is told by the alert. */
function reassignment(event: WebhookEvent): readonly SentNote<string>[] {
  const { id, assignees } = IncidentData.parse(event.data);
  const names = (assignees ?? []).flatMap(({ summary }) => summary || []);
  if (names.length === 0 || !event.agent?.type?.startsWith("user")) return [];
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  const text = `Assigned to ${names.slice(0, MAX_NAMED).join(", ")}${more}`;
  return [sentNote(event, { incidentId: id, key: `event:${event.id}`, text })];
}

function sentNote(
  { agent, occurred_at }: WebhookEvent,
  { incidentId, key, text }: { readonly incidentId: string; readonly key: string; readonly text: string },
): SentNote<string> {
  return {
    source: "pagerduty",
    key,
    fingerprint: alertFingerprint(incidentId),
    externalId: incidentId,
    authorId: agent?.id || null,
    who: agent?.summary || "somebody in PagerDuty",
    text,
    atMs: epochMs(Date.parse(occurred_at)),
  };
}
