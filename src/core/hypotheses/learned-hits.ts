import type { HypothesisPart } from "../analysis.ts";
import type { LearnedWeight, SignalWeights } from "../learning/weights.ts";
import { own, ownWords } from "../safe.ts";
import type { Candidate } from "./candidates.ts";
import type { CaseFile } from "./case-file.ts";

const LEARNED = ownWords(own("learned"));

/** What people's votes say about a candidate, as lines of their own: they never mix with the evidence. */
export function learnedHits(
  candidate: Candidate,
  file: CaseFile,
  { learned }: SignalWeights,
): readonly HypothesisPart[] {
  return learned
    .filter((weight) => weight.points !== 0 && weight.votes.length > 0 && applies(weight, candidate, file))
    .map(({ points, because, votes }) => ({
      signal: LEARNED,
      points,
      because,
      evidenceIds: votes.map(({ id }) => id),
    }));
}

function applies(
  { causeKind, causeService, alertedService }: LearnedWeight,
  candidate: Candidate,
  file: CaseFile,
): boolean {
  if (causeKind !== candidate.kind) return false;
  if (causeService !== null && causeService !== candidate.service) return false;
  return alertedService === null || alertedService === file.incident.service;
}
