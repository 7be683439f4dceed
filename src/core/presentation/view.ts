import type { AnalysisVerdict, CauseKind, ErrorChart, Gap, GraphEdge, TimelineRole } from "../analysis.ts";
import type { CorrectionKind } from "../corrections/correction.ts";
import type { EpochMs, EventId, HypothesisId, IncidentId } from "../ids.ts";
import type { Safe } from "../safe.ts";

/** What an incident says to a person, without a platform. Surfaces draw it and decide nothing. */
export interface IncidentView {
  readonly incidentId: IncidentId;
  readonly revision: number;
  readonly state: IncidentState;
  /** "P1" to "P4". */
  readonly priority: Safe;
  readonly title: Safe;
  readonly service: Safe | null;
  readonly startedAtMs: EpochMs;
  readonly detectedAtMs: EpochMs;
  readonly resolvedAtMs: EpochMs | null;
  readonly acknowledgedBy: Safe | null;
  /** The page of this incident; null when no public URL is known. */
  readonly pageUrl: Safe | null;
  /** The sender's page of this incident. */
  readonly externalUrl: Safe | null;
  /** True when nothing may be written where it came from, so that nobody is offered to; left out otherwise. */
  readonly isReadOnly?: boolean;
  /** One sentence under 200 characters that alone holds the answer: severity, service, answer, confidence. UTC. */
  readonly notification: Safe;
  /** The lines of the card, in this order; null = nothing to say. */
  readonly card: CardLines;
  readonly causes: readonly CauseView[];
  readonly timeline: readonly TimelineRowView[];
  readonly hiddenRows: number;
  readonly gaps: readonly (Gap & { readonly text: Safe })[];
  readonly chart:
    | (ErrorChart & { readonly marks: readonly ChartMark[]; readonly alt: Safe; readonly summary: Safe })
    | null;
  readonly graph: readonly GraphEdge[];
  readonly evidence: readonly EvidenceView[];
  readonly alertCount: number;
  /** Every service that an alert of this incident names. */
  readonly services: readonly Safe[];
  /** The learned weights changed this ranking: say so, and from what. */
  readonly learnedNote: Safe | null;
  readonly updatedAtMs: EpochMs;
  readonly elapsedMs: number | null;
  /** True when it was resolved once and fired again. */
  readonly reopened: boolean;
  /** When it last fired again; null when it never did or nobody looked. */
  readonly reopenedAtMs: EpochMs | null;
  /** What a person said the cause is, the latest; null when nobody named one. */
  readonly statedCause: StatedCauseView | null;
  /** The latest status update by a person. */
  readonly latestUpdate: SaidView | null;
  readonly links: readonly { readonly url: Safe; readonly title: Safe; readonly by: Safe }[];
  /** Every correction that holds, oldest first. */
  readonly corrections: readonly CorrectionView[];
}

/** Something a person said, with who and when. */
export interface SaidView {
  readonly correctionId: string;
  readonly text: Safe;
  readonly by: Safe;
  readonly atMs: EpochMs;
}

/** What a person said the cause is. */
export interface StatedCauseView extends SaidView {
  /** The person says that it is no incident at all; the text is the reason. */
  readonly isNoIncident?: boolean;
}

export interface CorrectionView {
  readonly id: string;
  readonly kind: CorrectionKind;
  readonly by: Safe;
  readonly byId: string;
  readonly atMs: EpochMs;
  /** What was done, without the author. */
  readonly text: Safe;
}

export type IncidentState = "investigating" | AnalysisVerdict | "resolved";

export interface CardLines {
  /** "*Likely cause, high confidence (0.81):* …" without markup: "Likely cause, high confidence (0.81)" and the rest apart. */
  readonly cause: { readonly label: Safe; readonly text: Safe };
  readonly why: Safe | null;
  readonly against: Safe | null;
  readonly impact: Safe | null;
  readonly nextStep: Safe | null;
  /** "logs, deploys; 18,240 lines": what was read when no cause was found in it; null when a cause is named. */
  readonly checked: Safe | null;
  /** "not checked: Kubernetes events, GitHub (timed out)". */
  readonly notChecked: Safe | null;
}

export interface CauseView {
  readonly id: HypothesisId;
  readonly rank: number;
  readonly summary: Safe;
  readonly kind: CauseKind;
  readonly confidence: number;
  readonly confidenceWord: "high" | "medium" | "low";
  /** Hundredths of a nat. */
  readonly score: number;
  readonly supporting: readonly ArgumentView[];
  readonly against: readonly ArgumentView[];
  readonly toBeSure: readonly Safe[];
  readonly suggestedActions: readonly Safe[];
  readonly changeUrl: Safe | null;
  readonly votes: { readonly yes: readonly Safe[]; readonly no: readonly Safe[] };
}

export interface ArgumentView {
  /** Hundredths of a nat. */
  readonly points: number;
  readonly because: Safe;
  readonly evidenceIds: readonly EventId[];
}

export interface TimelineRowView {
  readonly id: Safe;
  readonly atMs: EpochMs;
  readonly lastAtMs: EpochMs;
  readonly role: TimelineRole;
  readonly service: Safe | null;
  readonly text: Safe;
  readonly count: number;
  readonly source: Safe;
  readonly skewCorrectedMs: number;
  readonly evidenceIds: readonly EventId[];
  /** Who corrected its time or text. */
  readonly editedBy: Safe | null;
  /** By how much people moved it, in ms; left out when nobody did. */
  readonly movedMs?: number;
}

export interface ChartMark {
  readonly atMs: EpochMs;
  readonly kind: "change" | "alert" | "recovery";
  readonly label: Safe;
}

export interface EvidenceView {
  readonly id: EventId;
  readonly source: Safe;
  readonly service: Safe | null;
  readonly atMs: EpochMs;
  readonly quote: Safe;
  readonly ref: Safe;
}

/** What changed, for one line in the thread. The text stands after its label and does not repeat it. */
export interface ChangeOfMind {
  readonly label: "New" | "Strengthened" | "Weakened" | "Ruled out" | "Recovered" | "Reopened" | "Resolved";
  readonly text: Safe;
}
