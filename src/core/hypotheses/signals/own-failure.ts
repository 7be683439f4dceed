import { type Safe, safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import type { Candidate } from "../candidates.ts";
import type { CaseFile } from "../case-file.ts";
import { kindOfCategory } from "../cause-kinds.ts";
import type { Signal, SignalHit } from "../signal.ts";
import { times } from "../words.ts";

const EXPIRED_BONUS = 60;

export const ownFailure: Signal = {
  question: "Do its own words or its objects name this failure?",
  family: "own-failure",
  ask: (candidate, file) =>
    candidate.change === null ? [...fromWords(candidate), ...fromResources(candidate, file)] : [],
};

function fromWords({ troubles, kind }: Candidate): readonly SignalHit[] {
  return troubles.flatMap(({ symptom, quote }) => {
    const { specificity } = kindOfCategory(symptom.meaning.category);
    if (specificity === 0) return [];
    const expired = kind === "certificate" && /expired|not ?after|has lapsed/iu.test(symptom.template);
    const because = safe`${says(symptom.meaning.because)}"${quote}" at ${symptom.service} ${times(symptom.count)} from ${clockTime(symptom.firstAtMs)}`;
    return [
      { points: specificity + (expired ? EXPIRED_BONUS : 0), because, evidenceIds: symptom.sampleIds.slice(0, 3) },
    ];
  });
}

function says(rule: Safe): Safe {
  return rule === "" ? rule : safe`${rule}: `;
}

function fromResources({ service, kind }: Candidate, { resources }: CaseFile): readonly SignalHit[] {
  return resources
    .filter((fact) => fact.from === "object" && fact.service === service && fact.kind === kind)
    .map(({ points, because, evidenceIds }) => ({ points, because, evidenceIds }));
}
