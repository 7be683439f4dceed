import { type CorrectionFact, validCorrections } from "../core/corrections/correction.ts";
import type { IncidentId, TenantId } from "../core/ids.ts";
import { presentIncident } from "../core/presentation/present.ts";
import type { Safe } from "../core/safe.ts";
import type { Engine } from "./engine.ts";
import type { CorrectionStore } from "./people-ports.ts";
import type { AnalysisStore, Clock, FeedbackStore, IncidentStore, PersonNote, StoredAnalysis } from "./ports.ts";
import type { IncidentAnswer } from "./verbs.ts";

export interface GetIncidentDeps {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly incidents: IncidentStore;
  readonly analyses: AnalysisStore;
  readonly feedback: FeedbackStore;
  readonly corrections: CorrectionStore;
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

  const [latest, previous, votes, notes, facts] = await Promise.all([
    analyses.latest(tenant, id),
    analyses.previous(tenant, id),
    feedback.ofIncident(tenant, id),
    incidents.notes(tenant, id),
    deps.corrections.ofIncident(tenant, id),
  ]);
  const corrections = validCorrections(facts);
  return {
    incident,
    analysis: latest?.analysis ?? null,
    view: presentIncident({ incident, analysis: latest, votes, corrections, publicUrl, nowMs: clock.nowMs() }),
    notes: standing(notes, corrections),
    changeOfMind: changeOfMind(deps.engine, previous, latest),
    // Each part only ever grows, so the sum tells whether anything that is shown is newer.
    sequence: incident.revision + (latest?.sequence ?? 0) + votes.length,
  };
}

function standing(notes: readonly PersonNote[], corrections: readonly CorrectionFact[]): readonly PersonNote[] {
  const removed = new Set(
    corrections.flatMap(({ correction }) => (correction.kind === "note-removed" ? [correction.noteId] : [])),
  );
  return notes.filter(({ id }) => !removed.has(id));
}

function changeOfMind(engine: Engine, previous: StoredAnalysis | null, latest: StoredAnalysis | null) {
  if (previous === null || latest === null) return null;
  return engine.changeOfMind(previous.analysis, latest.analysis);
}
