import { safe } from "../../safe.ts";
import { duration } from "../../time.ts";
import type { Candidate } from "../candidates.ts";
import { type CaseFile, type Trouble, troublesDownstream } from "../case-file.ts";
import type { Signal } from "../signal.ts";
import { fromTo } from "../words.ts";

const MAX_POINTS = 260;
/** Suspicion halves with every ten minutes: most bad changes show within minutes of taking effect. */
const HALF_LIFE_MS = 10 * 60_000;
/** A leak needs hours to fill the memory it was given. */
const LEAK_HALF_LIFE_MS = 6 * 3_600_000;
/** The service itself shows nothing: only services that call it do. */
const SHARE_WHEN_ONLY_CALLERS_FAIL = 0.4;

export const changeBeforeFirstError: Signal = {
  question: "Did a change take effect shortly before the first error?",
  family: "timing",
  ask(candidate, file) {
    const { change } = candidate;
    if (change === null) return [];
    const [direct] = candidate.troubles.toSorted(byTime);
    const first = direct ?? downstream(candidate, file);
    if (first === undefined || first.symptom.firstAtMs < change.atMs) return [];

    const leadMs = first.symptom.firstAtMs - change.atMs;
    const share = direct === undefined ? SHARE_WHEN_ONLY_CALLERS_FAIL : 1;
    const points = Math.round(MAX_POINTS * share * 2 ** (-leadMs / halfLifeMs(candidate, file)));
    const where = direct === undefined ? safe`of its caller ${first.service}` : safe`at ${first.service}`;
    const because = safe`took effect ${duration(leadMs)} before the first error ${where} ${fromTo(change.atMs, first.symptom.firstAtMs)}`;
    return points > 0
      ? [{ points, because, evidenceIds: [change.event.id, ...first.symptom.sampleIds.slice(0, 1)] }]
      : [];
  },
};

function downstream({ service }: Candidate, file: CaseFile): Trouble | undefined {
  return service === null ? file.troubles[0] : troublesDownstream(file, service).toSorted(byTime)[0];
}

function halfLifeMs({ service, troubles }: Candidate, { resources }: CaseFile): number {
  const growsSlowly =
    troubles.some(({ symptom }) => symptom.meaning.category === "memory") ||
    resources.some((fact) => fact.service === service && fact.kind === "memory");
  return growsSlowly ? LEAK_HALF_LIFE_MS : HALF_LIFE_MS;
}

function byTime(a: Trouble, b: Trouble): number {
  return a.symptom.firstAtMs - b.symptom.firstAtMs || (a.symptom.id < b.symptom.id ? -1 : 1);
}
