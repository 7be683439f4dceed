import { type Safe, safe } from "../../safe.ts";
import type { CaseFile } from "../case-file.ts";
import { troublesOf } from "../case-file.ts";
import type { Signal } from "../signal.ts";
import { lengthOf, quoteOf, times } from "../words.ts";

const POINTS = -120;

export const errorsAreUsual: Signal = {
  question: "Did the same errors happen just as often before?",
  family: "usual",
  ask({ service, change }, file) {
    const { observations } = file;
    if (change === null || service === null || !observations.hasBaseline || troublesOf(file, service).length > 0)
      return [];
    const [loudest] = usualAt(service, file);
    if (loudest === undefined) return [];
    const { baseline } = observations;
    const because = safe`its only errors are as frequent as before: "${quoteOf(loudest, observations)}" ${times(loudest.count)} now, ${times(loudest.baselineCount)} in the ${lengthOf(baseline.fromMs, baseline.toMs)} before`;
    return [{ points: POINTS, because, evidenceIds: loudest.sampleIds.slice(0, 1) }];
  },
};

function usualAt(service: Safe, { usual }: CaseFile): CaseFile["usual"] {
  return usual
    .filter((symptom) => symptom.service === service && symptom.baselineCount > 0)
    .toSorted((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
}
