import type { Impact } from "../analysis.ts";
import type { CaseFile, Trouble } from "../hypotheses/case-file.ts";
import { errors, listed } from "../hypotheses/words.ts";
import { safe } from "../safe.ts";
import { clockTime } from "../time.ts";

/** What users notice, counted from the failures that reach them; null text when no record shows any. */
export function impactOf({ troubles }: CaseFile): Impact {
  const visible = troubles.filter(({ symptom }) => symptom.meaning.impact === "user-facing");
  const [first] = visible;
  if (first === undefined) return { text: null, evidenceIds: [] };
  const last = visible.reduce((a, b) => (b.symptom.lastAtMs > a.symptom.lastAtMs ? b : a));
  const services = [...new Set(visible.map(({ service }) => service))].toSorted();
  const when = last.symptom.ended
    ? safe`from ${clockTime(first.symptom.firstAtMs)} until ${clockTime(last.symptom.lastAtMs)}`
    : safe`since ${clockTime(first.symptom.firstAtMs)}`;
  return {
    text: safe`users ${last.symptom.ended ? safe`saw` : safe`see`} ${errors(count(visible))} at ${listed(services)} ${when}`,
    evidenceIds: visible.flatMap(({ symptom }) => symptom.sampleIds.slice(0, 1)).slice(0, 5),
  };
}

function count(troubles: readonly Trouble[]): number {
  return troubles.reduce((sum, { symptom }) => sum + symptom.count, 0);
}
