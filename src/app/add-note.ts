import { type EpochMs, epochMs, type IncidentId } from "../core/ids.ts";
import { cutSafe, type Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import type { Clock, IncidentStore, PersonNote } from "./ports.ts";
import { publishRequests } from "./publish-requests.ts";

export interface AddNoteDeps {
  readonly clock: Clock;
  readonly incidents: IncidentStore;
  readonly publishingSurfaces: () => readonly string[];
}

export interface NoteRequest {
  readonly incidentId: IncidentId;
  readonly text: Safe;
  /** When it happened; now when left out. */
  readonly atMs?: EpochMs;
  readonly externalKey?: string;
}

export const MAX_NOTE_LENGTH = 4_000;

/** Puts what a person wrote on the incident's timeline and thinks it over again. Throws `AppError` "not-found" and "invalid-input". */
export async function addNote(deps: AddNoteDeps, actor: Actor, note: NoteRequest): Promise<PersonNote> {
  const { clock, incidents } = deps;
  if (note.text.trim() === "") throw new AppError("invalid-input", "a note needs some text");
  const incident = await incidents.get(actor.tenant, note.incidentId);
  if (incident === null) throw new AppError("not-found", "no such incident");

  const text = cutSafe(note.text, MAX_NOTE_LENGTH);
  const key = note.externalKey === undefined ? {} : { externalKey: note.externalKey };
  // Nobody can tell of what is still to come.
  const at = epochMs(Math.min(note.atMs ?? clock.nowMs(), clock.nowMs()));
  const fact = { tenant: actor.tenant, incidentId: incident.id, actor, at, text, ...key };
  return incidents.addNote(fact, ({ id, revision }) => [
    { name: "incident.investigate", payload: { incidentId: id, revision, stored: true } },
    ...publishRequests(deps, id),
  ]);
}
