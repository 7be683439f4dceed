import type { Analysis } from "../core/analysis.ts";
import type { EpochMs, IncidentId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { type PastIncident, similarIncidents } from "../core/learning/similar.ts";
import { verdictOfPeople, votesOn } from "../core/presentation/votes.ts";
import type { Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import type { AnalysisStore, FeedbackStore, IncidentStore, StoredAnalysis, Vote } from "./ports.ts";

export interface LookBackDeps {
  readonly incidents: IncidentStore;
  readonly analyses: AnalysisStore;
  readonly feedback: FeedbackStore;
}

const MAX_PAST = 100;
const MAX_VOTES = 5_000;

/** An earlier incident like this one, and how it ended. */
export interface SimilarIncident extends PastIncident {
  readonly title: Safe;
  readonly resolvedAtMs: EpochMs | null;
}

/**
 * Earlier incidents with the same kind of cause at the same places, people's word before ours; at most five. Null when
 * there is no such incident or it has no cause to compare.
 */
export async function similarTo(
  deps: LookBackDeps,
  actor: Actor,
  id: IncidentId,
): Promise<readonly SimilarIncident[] | null> {
  const [own, votes] = await Promise.all([oneAnswer(deps, actor, id), deps.feedback.all(actor.tenant, MAX_VOTES)]);
  const pattern = own === null ? null : pastOf(own, votes);
  if (pattern === null) return null;
  // Answers are large: only those of cases with the same alerted service can be alike, and only they are read.
  const past = await pastAnswers(
    deps,
    actor,
    (incident) => incident.id !== id && incident.service === pattern.alertedService,
  );
  const others = past.flatMap((answer) => pastOf(answer, votes) ?? []);
  const byId = new Map(past.map(({ incident }) => [incident.id, incident]));
  return similarIncidents(pattern, others).flatMap((found) => {
    const incident = byId.get(found.id);
    return incident === undefined ? [] : [{ ...found, title: incident.title, resolvedAtMs: incident.resolvedAtMs }];
  });
}

interface PastAnswer {
  readonly incident: Incident;
  readonly analysis: Analysis;
}

async function pastAnswers(
  { incidents, analyses }: LookBackDeps,
  actor: Actor,
  isWanted: (incident: Incident) => boolean,
): Promise<readonly PastAnswer[]> {
  const listed = (await incidents.list(actor.tenant, { limit: MAX_PAST })).filter(isWanted);
  const answers = await Promise.all(listed.map(({ id }) => analyses.latest(actor.tenant, id)));
  return listed.flatMap((incident, index) => withAnalysis(incident, answers[index] ?? null));
}

async function oneAnswer(deps: LookBackDeps, actor: Actor, id: IncidentId): Promise<PastAnswer | null> {
  const incident = await deps.incidents.get(actor.tenant, id);
  if (incident === null) return null;
  return withAnalysis(incident, await deps.analyses.latest(actor.tenant, id))[0] ?? null;
}

function withAnalysis(incident: Incident, stored: StoredAnalysis | null): readonly PastAnswer[] {
  return stored === null ? [] : [{ incident, analysis: stored.analysis }];
}

/** What it was: what people confirmed, else what stood first; null when nothing did. */
function pastOf({ incident, analysis }: PastAnswer, votes: readonly Vote[]): PastIncident | null {
  const own = votes.filter(({ incidentId }) => incidentId === incident.id);
  const confirmed = analysis.hypotheses.find(({ id }) => verdictOfPeople(votesOn(id, own)) === "confirmed");
  const cause = confirmed ?? analysis.hypotheses[0];
  if (cause === undefined) return null;
  return {
    id: incident.id,
    atMs: incident.detectedAtMs,
    alertedService: incident.service,
    causeKind: cause.cause.kind,
    causeService: cause.cause.service,
    summary: cause.summary,
    confirmed: confirmed !== undefined,
  };
}

/** How often the ranking was right, by people's word. */
export interface RankingRecord {
  /** Incidents with a cause that people confirmed, among those looked at. */
  readonly confirmed: number;
  /** How many of them had it first before anybody voted, and among the first three. */
  readonly first: number;
  readonly firstThree: number;
  /** Incidents with a vote among the newest 100. */
  readonly looked: number;
}

/** Counts over the newest incidents. The order of the engine counts, not the one that votes made. */
export async function rankingRecord(deps: LookBackDeps, actor: Actor): Promise<RankingRecord> {
  const votes = await deps.feedback.all(actor.tenant, MAX_VOTES);
  // Without a vote there is no confirmed cause, and nothing to read.
  const voted = new Set(votes.map(({ incidentId }) => incidentId));
  const past = await pastAnswers(deps, actor, ({ id }) => voted.has(id));
  const ranks = past.flatMap(({ incident, analysis }) => {
    const own = votes.filter(({ incidentId }) => incidentId === incident.id);
    return analysis.hypotheses.find(({ id }) => verdictOfPeople(votesOn(id, own)) === "confirmed")?.rank ?? [];
  });
  return {
    confirmed: ranks.length,
    first: ranks.filter((rank) => rank === 1).length,
    firstThree: ranks.filter((rank) => rank <= 3).length,
    looked: past.length,
  };
}
