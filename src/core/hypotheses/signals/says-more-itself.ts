import { safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import type { Candidate } from "../candidates.ts";
import { type CaseFile, type Trouble, troublesOf } from "../case-file.ts";
import { kindOfCategory } from "../cause-kinds.ts";
import type { Signal } from "../signal.ts";

const POINTS = -220;
/** Words of an own resource, of code or of a certificate: from here on a text says what is broken. */
const TELLING = 100;
const TOGETHER_MS = 60_000;

export const saysMoreItself: Signal = {
  question: "Does the same service say more exactly what is broken?",
  family: "own-failure",
  ask(candidate, file) {
    const [first] = candidate.troubles;
    if (candidate.change !== null || first === undefined || specificityOf(candidate) >= TELLING) return [];
    const better = moreExact(candidate, first, file);
    if (better === undefined) return [];
    const because = safe`${better.service} says more exactly what is broken: "${better.quote}" from ${clockTime(better.symptom.firstAtMs)}`;
    return [{ points: POINTS, because, evidenceIds: better.symptom.sampleIds.slice(0, 2) }];
  },
};

function moreExact({ service, troubles }: Candidate, first: Trouble, file: CaseFile): Trouble | undefined {
  return troublesOf(file, service).find(
    (trouble) =>
      !troubles.includes(trouble) &&
      trouble.blames === null &&
      exactness(trouble) >= TELLING &&
      trouble.symptom.firstAtMs <= first.symptom.firstAtMs + TOGETHER_MS,
  );
}

function specificityOf({ troubles }: Candidate): number {
  return Math.max(0, ...troubles.map(exactness));
}

function exactness({ symptom }: Trouble): number {
  return kindOfCategory(symptom.meaning.category).specificity;
}
