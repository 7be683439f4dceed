import type { IncidentId } from "../core/ids.ts";
import type { Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import { type GetIncidentDeps, getIncident } from "./get-incident.ts";

/** A postmortem draft in Markdown from what is stored; null when the actor has no such incident. */
export async function draftPostmortem(deps: GetIncidentDeps, actor: Actor, id: IncidentId): Promise<Safe | null> {
  const answer = await getIncident(deps, actor.tenant, id);
  if (answer === null) return null;

  const [votes, notes] = await Promise.all([
    deps.feedback.ofIncident(actor.tenant, id),
    deps.incidents.notes(actor.tenant, id),
  ]);
  const { incident, analysis, view } = answer;
  return deps.engine.draftPostmortem({ incident, analysis, view, votes, notes });
}
