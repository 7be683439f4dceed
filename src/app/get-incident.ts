import type { IncidentId, TenantId } from "../core/ids.ts";
import { presentIncident } from "../core/presentation/present.ts";
import type { Safe } from "../core/safe.ts";
import type { Engine } from "./engine.ts";
import type { AnalysisStore, Clock, FeedbackStore, IncidentStore, StoredAnalysis } from "./ports.ts";
import type { IncidentAnswer } from "./verbs.ts";

export interface GetIncidentDeps {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly incidents: IncidentStore;
  readonly analyses: AnalysisStore;
  readonly feedback: FeedbackStore;
  /** Where people reach this install, without a trailing slash; null when nobody set it. */
  readonly publicUrl: Safe | null;
}

/** Everything there is to say about an incident, as data and as words; null when the tenant has no such incident. */
export async function getIncident(
  deps: GetIncidentDeps,
  tenant: TenantId,
  id: IncidentId,
): Promise<IncidentAnswer | null> {
  const { clock, incidents, analyses, feedback, publicUrl } = deps;
  const incident = await incidents.get(tenant, id);
  if (incident === null) return null;

  const [latest, previous, votes] = await Promise.all([
    analyses.latest(tenant, id),
    analyses.previous(tenant, id),
    feedback.ofIncident(tenant, id),
  ]);
  return {
    incident,
    analysis: latest?.analysis ?? null,
    view: presentIncident({ incident, analysis: latest, votes, publicUrl, nowMs: clock.nowMs() }),
    changeOfMind: changeOfMind(deps.engine, previous, latest),
    // Each part only ever grows, so the sum tells whether anything that is shown is newer.
    sequence: incident.revision + (latest?.sequence ?? 0) + votes.length,
  };
}

function changeOfMind(engine: Engine, previous: StoredAnalysis | null, latest: StoredAnalysis | null) {
  if (previous === null || latest === null) return null;
  return engine.changeOfMind(previous.analysis, latest.analysis);
}
