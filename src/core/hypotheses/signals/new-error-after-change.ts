import { safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import type { Symptom } from "../../timeline/observations.ts";
import type { Signal } from "../signal.ts";
import { lengthOf, times } from "../words.ts";

const BASE = 40;
const PER_NAT = 10;
/** Heard from callers only: weaker than the service's own words. */
const SHARE_OF_COMPLAINTS = 0.7;

export const newErrorAfterChange: Signal = {
  question: "Did a kind of error appear after the change that never happened before it?",
  family: "novelty",
  ask({ change, service, troubles }, { observations: { hasBaseline, baseline } }) {
    if (change === null || !hasBaseline) return [];
    return troubles
      .filter(({ symptom }) => isNewSince(symptom, change.atMs))
      .map(({ symptom, quote }) => ({
        points: Math.round(
          (BASE + PER_NAT * symptom.surprise) * (symptom.service === service ? 1 : SHARE_OF_COMPLAINTS),
        ),
        because: safe`a new error after it: "${quote}" at ${symptom.service} ${times(symptom.count)} from ${clockTime(symptom.firstAtMs)}, never in the ${lengthOf(baseline.fromMs, baseline.toMs)} before`,
        evidenceIds: symptom.sampleIds.slice(0, 3),
      }));
  },
};

function isNewSince({ course, baselineCount, firstAtMs }: Symptom, atMs: number): boolean {
  return course === "novel" && baselineCount === 0 && firstAtMs >= atMs;
}
