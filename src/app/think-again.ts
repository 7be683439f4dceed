import type { AnalysisInput } from "../core/analyze.ts";
import type { CorrectionFact } from "../core/corrections/correction.ts";
import type { SourceEvidence } from "../core/evidence.ts";
import type { EpochMs, EventId } from "../core/ids.ts";
import { OWN_SOURCES } from "./own-evidence.ts";
import type { PersonNote, StoredAnalysis } from "./ports.ts";

/** An input of which it is known when its sources were read. */
export type LookInput = AnalysisInput & { readonly readAtMs: EpochMs };

/** What the incident itself knows, read again for every answer. */
export interface OwnKnowledge {
  readonly known: readonly SourceEvidence[];
  readonly notes: readonly PersonNote[];
  readonly corrections: readonly CorrectionFact[];
}

/**
 * The kept input with what people said since. Null when the sources have to be asked after all: nothing was kept, the last
 * answer rests on a later reading than the kept one, or an alert came that this reading knew nothing of.
 */
export function thoughtAgain({
  stored,
  latest,
  own: { known, corrections },
}: {
  readonly stored: AnalysisInput | null;
  readonly latest: StoredAnalysis | null;
  readonly own: OwnKnowledge;
}): LookInput | null {
  const readAtMs = stored?.readAtMs;
  if (stored === null || readAtMs === undefined || readAtMs !== latest?.readAtMs) return null;
  const seen = new Set(alertsIn(stored.evidence));
  if (alertsIn(known).some((id) => !seen.has(id))) return null;
  const read = stored.evidence.filter(({ source }) => !OWN_SOURCES.includes(source));
  return { ...stored, evidence: [...known, ...read], corrections, readAtMs };
}

/** Every event of an alert counts, not every alert: the same one firing again is news too. */
function alertsIn(evidence: readonly SourceEvidence[]): readonly EventId[] {
  return evidence.flatMap(({ source, evidence: answer }) =>
    source === "alerts" && answer.status === "found" ? answer.events.map(({ id }) => id) : [],
  );
}
