import { type CorrectionFact, validCorrections } from "../core/corrections/correction.ts";
import type { IncidentId, TenantId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { reopenedAt } from "../core/incident-fold.ts";
import { newsOf } from "../core/presentation/news.ts";
import { presentIncident } from "../core/presentation/present.ts";
import type { ProgressView } from "../core/presentation/progress.ts";
import type { Safe } from "../core/safe.ts";
import type { Engine } from "./engine.ts";
import type { CorrectionStore } from "./people-ports.ts";
import type {
  AnalysisStore,
  Clock,
  FeedbackStore,
  IncidentSender,
  IncidentStore,
  PersonNote,
  StoredAnalysis,
} from "./ports.ts";
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
  /** Systems that may be written to; left out when nobody knows, and then every sender counts as one of them. */
  readonly senders?: readonly Pick<IncidentSender, "source">[];
  /** How far the first look is, when it takes long. */
  readonly progressOf?: (
    tenant: TenantId,
    of: { readonly id: IncidentId; readonly pageUrl: Safe | null },
  ) => Promise<ProgressView | null>;
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

  const [{ latest, previous }, votes, notes, facts, reopenedAtMs] = await Promise.all([
    lastTwo(analyses, tenant, id),
    feedback.ofIncident(tenant, id),
    incidents.notes(tenant, id),
    deps.corrections.ofIncident(tenant, id),
    lastReopened(deps, incident),
  ]);
  const corrections = validCorrections(facts);
  const nowMs = clock.nowMs();
  const shown = presentIncident({ incident, analysis: latest, votes, corrections, reopenedAtMs, publicUrl, nowMs });
  const view = mayBeChanged(deps, incident) ? shown : { ...shown, isReadOnly: true };
  return {
    incident,
    analysis: latest?.analysis ?? null,
    view,
    progress: latest === null ? ((await deps.progressOf?.(tenant, { id, pageUrl: view.pageUrl })) ?? null) : null,
    notes: standing(notes, corrections),
    changeOfMind: newsOf({ incident, reopenedAtMs, ...changeOfMind(deps.engine, previous, latest) }),
    // Each part only ever grows, so the sum tells whether anything that is shown is newer.
    sequence: incident.revision + (latest?.sequence ?? 0) + votes.length,
  };
}

async function lastTwo(analyses: AnalysisStore, tenant: TenantId, id: IncidentId) {
  const [latest = null, previous = null] = await analyses.lastTwo(tenant, id);
  return { latest, previous };
}

function mayBeChanged({ senders }: GetIncidentDeps, { external }: Incident): boolean {
  return senders === undefined || external.some(({ source }) => senders.some((sender) => sender.source === source));
}

/** Only an incident that reopened is worth reading all its alerts again. */
async function lastReopened({ incidents }: GetIncidentDeps, { tenant, id, reopened }: Incident) {
  return reopened ? reopenedAt((await incidents.alerts(tenant, id)).map(({ alert }) => alert)) : null;
}

function standing(notes: readonly PersonNote[], corrections: readonly CorrectionFact[]): readonly PersonNote[] {
  const removed = new Set(
    corrections.flatMap(({ correction }) => (correction.kind === "note-removed" ? [correction.noteId] : [])),
  );
  return notes.filter(({ id }) => !removed.has(id));
}

function changeOfMind(engine: Engine, previous: StoredAnalysis | null, latest: StoredAnalysis | null) {
  if (latest === null) return { change: null, changedAtMs: null };
  const change = previous === null ? null : engine.changeOfMind(previous.analysis, latest.analysis);
  return { change, changedAtMs: latest.atMs };
}
