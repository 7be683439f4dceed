import { z } from "zod";
import type { PagerDutyClient } from "../../platform/clients/pagerduty.ts";
import type { LogEntry } from "./poll-payload.ts";
import { isOurs } from "./to-notes.ts";

const MAX_NOTES = 2_000;

const NoteList = z.object({
  notes: z.array(
    z.object({
      id: z.string().min(1),
      content: z.string().nullish(),
      created_at: z.iso.datetime({ offset: true }),
      user: z.object({ id: z.string().nullish(), type: z.string().nullish(), summary: z.string().nullish() }).nullish(),
    }),
  ),
});

export interface PolledNote {
  readonly id: string;
  /** In the shape of the webhook that would have told it. */
  readonly body: object;
}

/**
 * What people wrote on an incident. Only asked when its log tells of notes; the notes themselves have the id that the
 * webhook names, the log entries have not.
 */
export async function polledNotes(
  client: PagerDutyClient,
  { incidentId, entries }: { readonly incidentId: string; readonly entries: readonly LogEntry[] },
  signal: AbortSignal,
): Promise<readonly PolledNote[]> {
  if (!entries.some(({ type }) => type.startsWith("annotate_log_entry"))) return [];
  const answer = await client.get(`/incidents/${encodeURIComponent(incidentId)}/notes`, {}, signal);
  const { notes } = NoteList.parse(answer);
  return notes
    .filter(({ content }) => content && !isOurs(content))
    .slice(0, MAX_NOTES)
    .map(({ id, content, created_at, user }) => ({
      id,
      body: {
        event: {
          id: `poll-note-${id}`,
          event_type: "incident.annotated",
          resource_type: "incident",
          occurred_at: created_at,
          agent: user ?? null,
          client: null,
          data: { id, type: "incident_note", content, incident: { id: incidentId }, trimmed: false },
        },
      },
    }));
}
