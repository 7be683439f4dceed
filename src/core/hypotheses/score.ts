import type { HypothesisAgainst, HypothesisPart } from "../analysis.ts";
import type { Finding } from "../detectors/finding.ts";
import type { SignalWeights } from "../learning/weights.ts";
import { own, ownWords, type Safe } from "../safe.ts";
import type { Candidate } from "./candidates.ts";
import type { CaseFile } from "./case-file.ts";
import { learnedHits } from "./learned-hits.ts";
import { compareText } from "./resource-facts.ts";
import type { SignalHit } from "./signal.ts";
import { signals } from "./signals/registry.ts";

/** A candidate with its arithmetic: `score` is the exact sum of the points of `parts` and `against`. */
export interface Scored {
  readonly candidate: Candidate;
  readonly score: number;
  readonly parts: readonly HypothesisPart[];
  readonly against: readonly HypothesisAgainst[];
}

interface NamedHit extends SignalHit {
  readonly signal: Safe;
  readonly family: string;
}

/** Asks every signal about a candidate. Inside a family the best hit for it and the worst against it count, no other. */
export function scoreCandidate(candidate: Candidate, file: CaseFile, weights: SignalWeights): Scored {
  const asked = Object.entries(signals).flatMap(([name, signal]) =>
    signal
      .ask(candidate, file)
      .flatMap((hit) =>
        withEvidence(hit, file).map((real) => ({ ...real, signal: ownWords(own(name)), family: signal.family })),
      ),
  );
  const hits: readonly NamedHit[] = [...asked, ...findingHits(candidate, file)];
  const chosen = [...Map.groupBy(hits, ({ family }) => family).values()].flatMap(chooseFromFamily);
  const learned = learnedHits(candidate, file, weights);
  const all = [...chosen.map(toPart), ...learned].toSorted(
    (a, b) =>
      Math.abs(b.points) - Math.abs(a.points) || compareText(a.signal, b.signal) || compareText(a.because, b.because),
  );
  return {
    candidate,
    score: all.reduce((sum, { points }) => sum + points, 0),
    parts: all.filter(({ points }) => points > 0),
    against: all.filter(({ points }) => points <= 0),
  };
}

function findingHits(candidate: Candidate, file: CaseFile): readonly NamedHit[] {
  return [...new Set([...candidate.findings, ...placeFindings(candidate, file)])].flatMap(({ reasons }) =>
    reasons.flatMap((reason) => withEvidence(reason, file).map((real) => ({ ...reason, ...real }))),
  );
}

/** What tells where the trouble is counts for every suspect there; for a change only what followed it. */
function placeFindings({ service, change }: Candidate, { findings }: CaseFile): readonly Finding[] {
  return findings.filter(
    (finding) =>
      finding.isLocation === true &&
      finding.service === service &&
      (change === null || (finding.isActive && finding.firstAtMs !== null && finding.firstAtMs >= change.atMs)),
  );
}

/** Keeps only records that exist, each once. A hit without a record is no hit. */
function withEvidence(hit: SignalHit, { observations }: CaseFile): readonly SignalHit[] {
  const evidenceIds = [...new Set(hit.evidenceIds)].filter((id) => observations.byId.has(id));
  return evidenceIds.length === 0 ? [] : [{ ...hit, evidenceIds }];
}

function chooseFromFamily(hits: readonly NamedHit[]): readonly NamedHit[] {
  // Sorting keeps the order of equals, so among equals the first that was told counts: the earliest record.
  const [best] = hits.toSorted((a, b) => b.points - a.points);
  const [worst] = hits.toSorted((a, b) => a.points - b.points);
  const chosen: NamedHit[] = [];
  if (best !== undefined && best.points > 0) chosen.push(best);
  if (worst !== undefined && worst.points <= 0) chosen.push(worst);
  return chosen;
}

function toPart({ signal, points, because, evidenceIds }: NamedHit): HypothesisPart {
  return { signal, points, because, evidenceIds };
}
