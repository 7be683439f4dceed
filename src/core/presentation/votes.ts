import type { EpochMs, HypothesisId } from "../ids.ts";
import type { Safe } from "../safe.ts";

/** One vote as it was cast; "withdrawn" takes the person's earlier vote back. */
export interface CastVote {
  readonly hypothesisId: HypothesisId;
  readonly verdict: "yes" | "no" | "withdrawn";
  readonly actorId: string;
  readonly actorName: Safe;
  readonly atMs: EpochMs;
}

export interface VotesOnCause {
  readonly yes: readonly Safe[];
  readonly no: readonly Safe[];
}

/** The names behind each side, in the order people voted. Of one person only the latest vote counts. */
export function votesOn(hypothesisId: HypothesisId, votes: readonly CastVote[]): VotesOnCause {
  const valid = validVotes(votes).filter((vote) => vote.hypothesisId === hypothesisId);
  const names = (verdict: CastVote["verdict"]) =>
    valid.filter((vote) => vote.verdict === verdict).map((vote) => vote.actorName);
  return { yes: names("yes"), no: names("no") };
}

/** One vote per person and hypothesis, the latest; withdrawn ones are gone. Equal times: the one listed later. */
export function validVotes(votes: readonly CastVote[]): readonly CastVote[] {
  const latest = new Map<string, CastVote>();
  for (const vote of votes.toSorted((a, b) => a.atMs - b.atMs)) {
    latest.set(`${vote.hypothesisId}\u0000${vote.actorId}`, vote);
  }
  return [...latest.values()].filter((vote) => vote.verdict !== "withdrawn");
}

/** What people together say of one cause. */
export function verdictOfPeople(votes: VotesOnCause): "confirmed" | "ruled-out" | "open" {
  if (votes.yes.length > votes.no.length) return "confirmed";
  return votes.no.length > votes.yes.length ? "ruled-out" : "open";
}
