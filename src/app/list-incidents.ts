import type { Incident } from "../core/incident.ts";
import type { Actor } from "./actor.ts";
import type { IncidentFilter, IncidentStore } from "./ports.ts";

const MAX_LISTED = 200;

/** The actor's incidents, newest first, between 1 and 200 of them. */
export function listIncidents(
  { incidents }: { readonly incidents: IncidentStore },
  actor: Actor,
  filter: IncidentFilter,
): Promise<readonly Incident[]> {
  const limit = Math.min(MAX_LISTED, Math.max(1, Math.trunc(filter.limit) || 1));
  return incidents.list(actor.tenant, { ...filter, limit });
}
