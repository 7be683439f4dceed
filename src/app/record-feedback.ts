import type { Hypothesis } from "../core/analysis.ts";
import type { HypothesisId, IncidentId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { own, ownWords } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import type { AnalysisStore, Clock, FeedbackStore, IncidentStore, Vote, VotedClaim, VoteVerdict } from "./ports.ts";
import { publishRequests } from "./publish-requests.ts";
import type { FeedbackOutcome } from "./verbs.ts";

export interface RecordFeedbackDeps {
  readonly clock: Clock;
  readonly incidents: IncidentStore;
  readonly analyses: AnalysisStore;
  readonly feedback: FeedbackStore;
  readonly publishingSurfaces: () => readonly string[];
}

export interface NewVote {
  readonly incidentId: IncidentId;
  readonly hypothesisId: HypothesisId;
  readonly verdict: VoteVerdict;
}

const OUTDATED = "the answer has changed since then and this cause is no longer listed";

/** Adds one person's opinion of one cause. It replaces the one before; "withdrawn" takes it back. Saying the same twice adds nothing. */
export async function recordFeedback(deps: RecordFeedbackDeps, actor: Actor, vote: NewVote): Promise<FeedbackOutcome> {
  const { incidents, analyses, feedback } = deps;
  const incident = await incidents.get(actor.tenant, vote.incidentId);
  if (incident === null) return { kind: "unknown-incident" };

  const [latest, votes] = await Promise.all([
    analyses.latest(actor.tenant, vote.incidentId),
    feedback.ofIncident(actor.tenant, vote.incidentId),
  ]);
  const before = ownVote(votes, actor, vote.hypothesisId);
  const previous = before === undefined || before.verdict === "withdrawn" ? null : before.verdict;
  if (vote.verdict === (previous ?? "withdrawn")) return { kind: "recorded", verdict: vote.verdict, previous };

  const hypothesis = latest?.analysis.hypotheses.find(({ id }) => id === vote.hypothesisId);
  const claim = hypothesis ? claimOf(hypothesis, incident) : takenBack(vote, before);
  if (claim === null) return { kind: "outdated", because: ownWords(own(OUTDATED)) };
  await store(deps, actor, { ...vote, claim });
  return { kind: "recorded", verdict: vote.verdict, previous };
}

function ownVote(votes: readonly Vote[], actor: Actor, hypothesisId: HypothesisId): Vote | undefined {
  return votes.findLast((vote) => vote.actorId === actor.id && vote.hypothesisId === hypothesisId);
}

/** A vote may be taken back even when its cause is gone. */
function takenBack(vote: NewVote, before: Vote | undefined): VotedClaim | null {
  return vote.verdict === "withdrawn" && before !== undefined ? before.claim : null;
}

function claimOf({ cause, summary }: Hypothesis, incident: Incident): VotedClaim {
  return { causeKind: cause.kind, causeService: cause.service, alertedService: incident.service, summary };
}

async function store(deps: RecordFeedbackDeps, actor: Actor, vote: NewVote & { claim: VotedClaim }): Promise<void> {
  const fact = { ...vote, actorId: actor.id, actorName: actor.name, atMs: deps.clock.nowMs() };
  await deps.feedback.add(actor.tenant, fact, [
    { name: "feedback.learn", payload: { incidentId: vote.incidentId } },
    ...publishRequests(deps, vote.incidentId),
  ]);
}
