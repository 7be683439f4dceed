import type { Actor } from "../../../app/actor.ts";
import type { PersonNote } from "../../../app/ports.ts";
import type { EpochMs, IncidentId } from "../../../core/ids.ts";
import type { Safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";

/** A message of Slack as a note. */
export interface MessageNote {
  readonly incidentId: IncidentId;
  readonly text: Safe;
  readonly atMs: EpochMs;
  readonly key: string;
  /** Differs each time somebody asks: a note that was removed may come back. */
  readonly request: string;
}

/** Puts a message on the timeline, at its own time and once, whoever asks how often; also after it was removed there. */
export async function addMessageNote(desk: Desk, actor: Actor, note: MessageNote): Promise<PersonNote> {
  const { incidentId, text, atMs, key, request } = note;
  const added = await desk.verbs.addNote(actor, { incidentId, text, atMs, externalKey: key });
  const answer = await desk.verbs.getIncident(actor, incidentId);
  const stands = answer === null || answer.notes.some(({ id }) => id === added.id);
  return stands ? added : desk.verbs.addNote(actor, { incidentId, text, atMs, externalKey: `${key}/${request}` });
}
