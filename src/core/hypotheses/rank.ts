import type { Cause, Gap, Hypothesis } from "../analysis.ts";
import type { SignalWeights } from "../learning/weights.ts";
import { nextChecksFor, suggestedActionsFor } from "./advice.ts";
import { type Candidate, findCandidates } from "./candidates.ts";
import type { CaseFile } from "./case-file.ts";
import { confidences } from "./confidence.ts";
import { compareText } from "./resource-facts.ts";
import { type Scored, scoreCandidate } from "./score.ts";
import { summarise } from "./summary.ts";

const MAX_HYPOTHESES = 5;

/** The suspected causes, best first, at most five. None when nothing is wrong. Ties fall by earliest evidence, then by name. */
export function rankHypotheses(file: CaseFile, weights: SignalWeights, gaps: readonly Gap[]): readonly Hypothesis[] {
  if (file.troubles.length + file.findings.length === 0) return [];
  const scored = findCandidates(file)
    .map((candidate) => scoreCandidate(candidate, file, weights))
    .filter(({ parts, against }) => parts.length + against.length > 0)
    .toSorted(byScore);
  const sure = confidences(
    scored.map(({ score }) => score),
    gaps,
  );
  return scored
    .slice(0, MAX_HYPOTHESES)
    .map((each, index) => toHypothesis(each, file, { rank: index + 1, confidence: sure[index] ?? 0 }));
}

function byScore(a: Scored, b: Scored): number {
  return (
    b.score - a.score ||
    firstAt(a.candidate) - firstAt(b.candidate) ||
    compareText(firstRecord(a), firstRecord(b)) ||
    compareText(a.candidate.service ?? "", b.candidate.service ?? "") ||
    compareText(a.candidate.id, b.candidate.id)
  );
}

/** The id of a record says nothing about its service, so that equals do not stand in the order of their names. */
function firstRecord({ parts, against }: Scored): string {
  const ids = [...parts, ...against].flatMap(({ evidenceIds }) => evidenceIds);
  return ids.toSorted(compareText)[0] ?? "";
}

function firstAt({ change, troubles, findings }: Candidate): number {
  const found = findings.flatMap(({ firstAtMs }) => firstAtMs ?? []);
  return change?.atMs ?? troubles[0]?.symptom.firstAtMs ?? Math.min(Number.MAX_SAFE_INTEGER, ...found);
}

function toHypothesis(
  { candidate, score, parts, against }: Scored,
  file: CaseFile,
  place: { readonly rank: number; readonly confidence: number },
): Hypothesis {
  return {
    id: candidate.id,
    ...place,
    score,
    summary: summarise(candidate, file),
    cause: causeOf(candidate),
    parts,
    against,
    nextChecks: nextChecksFor(candidate, file),
    suggestedActions: suggestedActionsFor(candidate, file),
  };
}

function causeOf({ kind, detail, service, object, change }: Candidate): Cause {
  return {
    kind,
    ...(detail === null ? {} : { detail }),
    service,
    ...(object === null ? {} : { object }),
    ...(change === null ? {} : { changeId: change.event.id }),
  };
}
