import type { Alert } from "../alert.ts";
import type { IncidentId } from "../ids.ts";
import type { OpenIncident } from "../incident.ts";
import { type CorrelationContext, type CorrelationDecision, correlate } from "./correlate.ts";
import { isInScope, scopeOf } from "./scope.ts";

type Attached = Extract<CorrelationDecision, { readonly kind: "attach" }>;

/** Alerts that join the same incident, each with its reason. */
export interface Joining {
  readonly incidentId: IncidentId;
  readonly placed: readonly { readonly alert: Alert; readonly reason: Attached["reason"] }[];
}

/**
 * Of many alerts those that belong to incidents that are there, by what the alerts themselves say; the others, in their
 * order, have to be looked at one by one, because each may open an incident that the next one belongs to.
 */
export function placeTogether(
  alerts: readonly Alert[],
  open: readonly OpenIncident[],
  context: Omit<CorrelationContext, "edges">,
): { readonly joining: readonly Joining[]; readonly others: readonly Alert[] } {
  const others: Alert[] = [];
  const byIncident = new Map<IncidentId, Joining["placed"][number][]>();
  for (const alert of alerts) {
    const scope = scopeOf(alert, context.policy);
    const inScope = open.filter((incident) => isInScope(scope, incident));
    const decision = correlate(alert, inScope, { ...context, edges: [] });
    if (decision.kind !== "attach") {
      others.push(alert);
      continue;
    }
    const placed = byIncident.get(decision.incidentId) ?? [];
    placed.push({ alert, reason: decision.reason });
    byIncident.set(decision.incidentId, placed);
  }
  return { joining: [...byIncident].map(([incidentId, placed]) => ({ incidentId, placed })), others };
}
