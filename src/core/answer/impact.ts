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
  const until = last.symptom.ended
    ? safe`until ${clockTime(last.symptom.lastAtMs)}`
    : safe`and still at ${clockTime(last.symptom.lastAtMs)}`;
  return {
    text: safe`${errors(count(visible))} that users notice at ${listed(services)}, from ${clockTime(first.symptom.firstAtMs)} ${until}`,
    evidenceIds: visible.flatMap(({ symptom }) => symptom.sampleIds.slice(0, 1)).slice(0, 5),
  };
}

function count(troubles: readonly Trouble[]): number {
  return troubles.reduce((sum, { symptom }) => sum + symptom.count, 0);
}
