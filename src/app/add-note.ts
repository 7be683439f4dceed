import type { IncidentId } from "../core/ids.ts";
import { cutSafe, type Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import type { Clock, IncidentStore } from "./ports.ts";

const MAX_NOTE_LENGTH = 4_000;

/** Puts what a person wrote on the incident's timeline and looks at it again. Throws `AppError` "not-found" and "invalid-input". */
export async function addNote(
  { clock, incidents }: { readonly clock: Clock; readonly incidents: IncidentStore },
  actor: Actor,
  note: { readonly incidentId: IncidentId; readonly text: Safe },
): Promise<void> {
  if (note.text.trim() === "") throw new AppError("invalid-input", "a note needs some text");
  const incident = await incidents.get(actor.tenant, note.incidentId);
  if (incident === null) throw new AppError("not-found", "no such incident");

  const text = cutSafe(note.text, MAX_NOTE_LENGTH);
  const fact = { tenant: actor.tenant, incidentId: incident.id, actor, at: clock.nowMs(), text };
  await incidents.addNote(fact, ({ id, revision }) => [
    { name: "incident.investigate", payload: { incidentId: id, revision } },
  ]);
}
