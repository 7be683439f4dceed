import type { IncidentId, TenantId } from "../core/ids.ts";
import { cutSafe } from "../core/safe.ts";
import { MAX_NOTE_LENGTH } from "./add-note.ts";
import type { IncidentStore } from "./ports.ts";
import type { Redactor } from "./redactor.ts";
import type { SentNote } from "./sent-note.ts";

export interface TakeNoteDeps {
  readonly incidents: IncidentStore;
  readonly redactor: Redactor;
}

const MAX_NAME_LENGTH = 200;
const MAX_SEARCHED = 200;

/**
 * Puts what a person wrote in the sender's system on the incident's timeline, once however often it is told, and looks at
 * the incident again. "no-incident": nothing here belongs to it, or not yet.
 */
export async function takeNote(
  { incidents, redactor }: TakeNoteDeps,
  tenant: TenantId,
  sent: SentNote<string>,
): Promise<"taken" | "no-incident"> {
  const note = redactor.note(sent);
  const incidentId = await incidentOf(incidents, tenant, note);
  if (incidentId === null) return "no-incident";
  const name = cutSafe(note.who, MAX_NAME_LENGTH);
  const id = `${note.source}:${note.authorId ?? "unknown"}`;
  const fact = {
    tenant,
    incidentId,
    actor: { kind: "webhook", tenant, id, name },
    at: note.atMs,
    text: cutSafe(note.text, MAX_NOTE_LENGTH),
    externalKey: `${note.source}:${note.key}`,
  } as const;
  await incidents.addNote(fact, (incident) => [
    { name: "incident.investigate", payload: { incidentId: incident.id, revision: incident.revision } },
  ]);
  return "taken";
}

/** The running case of its alert before a closed one; a case closed long ago is found by the sender's own incident. */
async function incidentOf(
  incidents: IncidentStore,
  tenant: TenantId,
  { source, fingerprint, externalId }: SentNote,
): Promise<IncidentId | null> {
  const visible = await incidents.findOpen(tenant, { fingerprint });
  const open = visible.find(({ status }) => status !== "resolved") ?? visible[0];
  if (open !== undefined) return open.id;
  const newest = await incidents.list(tenant, { limit: MAX_SEARCHED });
  const isOf = (external: { readonly source: string; readonly externalId: string }) =>
    external.source === source && external.externalId === externalId;
  return newest.find(({ external }) => external.some(isOf))?.id ?? null;
}
