import type { Analysis, EvidenceRecord, Hypothesis } from "../analysis.ts";
import { joinSafe, type Safe, safe } from "../safe.ts";
import { signedPoints } from "./arithmetic.ts";
import type { CauseView } from "./view.ts";
import { type CastVote, verdictOfPeople, votesOn } from "./votes.ts";
import { confidenceWord, literal } from "./words.ts";

/** The signal under which votes of earlier incidents enter a score. */
const LEARNED = "learned";

/**
 * The suspects in the order to show them. People come before points: what somebody confirmed stands first, what
 * somebody ruled out stands last, and the next suspect moves up at once.
 */
export function causeViews(analysis: Analysis, votes: readonly CastVote[]): readonly CauseView[] {
  const evidence = new Map(analysis.evidence.map((record) => [record.id, record]));
  return analysis.hypotheses
    .map((hypothesis) => causeView(hypothesis, votes, evidence))
    .toSorted((a, b) => standing(a) - standing(b) || a.rank - b.rank)
    .map((cause, index) => ({ ...cause, rank: index + 1 }));
}

function standing(cause: CauseView): number {
  const verdict = verdictOfPeople(cause.votes);
  if (verdict === "confirmed") return 0;
  return verdict === "open" ? 1 : 2;
}

function causeView(
  hypothesis: Hypothesis,
  votes: readonly CastVote[],
  evidence: ReadonlyMap<string, EvidenceRecord>,
): CauseView {
  const { id, rank, summary, confidence, score, suggestedActions, cause } = hypothesis;
  return {
    id,
    rank,
    summary,
    kind: cause.kind,
    confidence,
    confidenceWord: confidenceWord(confidence),
    score,
    supporting: hypothesis.parts.map(({ points, because, evidenceIds }) => ({ points, because, evidenceIds })),
    against: hypothesis.against.map(({ points, because, evidenceIds }) => ({ points, because, evidenceIds })),
    toBeSure: hypothesis.nextChecks,
    suggestedActions,
    changeUrl: linkOf(cause.changeId === undefined ? undefined : evidence.get(cause.changeId)),
    votes: votesOn(id, votes),
  };
}

function linkOf(record: EvidenceRecord | undefined): Safe | null {
  return record !== undefined && /^https:\/\/\S+$/u.test(record.ref) ? record.ref : null;
}

/** Says that earlier votes moved this ranking and by how much; null when they did not. */
export function learnedNote(analysis: Analysis): Safe | null {
  const moved = analysis.hypotheses.flatMap((hypothesis) =>
    [...hypothesis.parts, ...hypothesis.against]
      .filter(({ signal }) => signal === LEARNED)
      .map(({ points, because }) => safe`${hypothesis.summary}: ${signedPoints(points)}, ${because}`),
  );
  if (moved.length === 0) return null;
  const version = literal(String(analysis.weightsVersion));
  return safe`Earlier feedback changed this ranking (weights version ${version}). ${joinSafe(moved, "; ")}`;
}
