import type { EventId, HypothesisId, IncidentId } from "./ids.ts";
import type { Safe } from "./safe.ts";

/** The answer, `traceops.analysis/v1`: what agents read, what surfaces draw, what is stored per revision. Times are ISO 8601 UTC. */
export interface Analysis {
  readonly schema: "traceops.analysis/v1";
  readonly incident: {
    readonly id: IncidentId;
    readonly title: Safe;
    readonly service: Safe | null;
    readonly severity: Safe;
    readonly startedAt: Safe;
    readonly detectedAt: Safe;
  };
  readonly window: { readonly from: Safe; readonly to: Safe; readonly baselineFrom: Safe; readonly baselineTo: Safe };
  readonly verdict: AnalysisVerdict;
  /** Why this verdict, in one sentence. */
  readonly verdictBecause: Safe;
  readonly timeline: readonly TimelineRow[];
  /** Rows that did not fit the fifteen shown. */
  readonly hiddenRows: number;
  readonly hypotheses: readonly Hypothesis[];
  readonly gaps: readonly Gap[];
  readonly evidence: readonly EvidenceRecord[];
  /** Who calls whom, as far as the evidence shows. */
  readonly graph: readonly GraphEdge[];
  /** Error lines over time, for the chart: counts per bucket from `from` on. */
  readonly chart: ErrorChart;
  readonly impact: Impact;
  /** Version of the learned weights the ranking used; 0 = none. */
  readonly weightsVersion: number;
  readonly stats: {
    readonly lines: number;
    readonly events: number;
    readonly sources: number;
    readonly elapsedMs: number;
  };
}

export type AnalysisVerdict = "likely-cause" | "several-candidates" | "no-likely-cause" | "recovered";
export type TimelineRole = "change" | "first-symptom" | "spread" | "alert" | "recovery" | "person" | "context";

export interface TimelineRow {
  readonly id: Safe;
  readonly at: Safe;
  readonly role: TimelineRole;
  readonly service: Safe | null;
  readonly text: Safe;
  /** How many records this row folds. */
  readonly count: number;
  /** Time of the last folded record. */
  readonly lastAt: Safe;
  /** What was added to the record's own clock, in ms; 0 when nothing was. */
  readonly skewCorrectedMs: number;
  readonly source: Safe;
  readonly evidenceIds: readonly EventId[];
  /** Who corrected the time or the text of this row. */
  readonly editedBy?: Safe;
  /** By how much people moved it, in ms; left out when nobody did. */
  readonly movedMs?: number;
}

export interface Hypothesis {
  readonly id: HypothesisId;
  readonly rank: number;
  /** 0 to 1: how likely this is the cause, calibrated; two decimals. */
  readonly confidence: number;
  /** Hundredths of a nat. Equals the sum of all `points` in `parts` and `against`, exactly. */
  readonly score: number;
  readonly summary: Safe;
  readonly cause: Cause;
  readonly parts: readonly HypothesisPart[];
  readonly against: readonly HypothesisAgainst[];
  readonly nextChecks: readonly Safe[];
  readonly suggestedActions: readonly Safe[];
}

export type CauseKind =
  | "change"
  | "config-change"
  | "dependency-failure"
  | "third-party-outage"
  | "resource-exhaustion"
  | "memory"
  | "cpu"
  | "certificate"
  | "network"
  | "code-error"
  | "configuration"
  | "scheduling"
  | "disk"
  | "infrastructure"
  | "unknown";

export interface Cause {
  readonly kind: CauseKind;
  /** Finer kind in kebab-case, for example "connection-pool", "oom-kill". */
  readonly detail?: Safe;
  readonly service: Safe | null;
  /** What exactly: a version, a setting, a host, an outside endpoint. */
  readonly object?: Safe;
  /** The change event behind it. */
  readonly changeId?: EventId;
}

export interface HypothesisPart {
  /** Which question this answers, kebab-case, a key of the signal registry, or "learned". */
  readonly signal: Safe;
  /** Hundredths of a nat, above zero. */
  readonly points: number;
  readonly because: Safe;
  readonly evidenceIds: readonly EventId[];
}

export interface HypothesisAgainst {
  readonly signal: Safe;
  readonly because: Safe;
  /** Hundredths of a nat, zero or below. */
  readonly points: number;
  readonly evidenceIds: readonly EventId[];
}

export interface Gap {
  readonly source: Safe;
  readonly status: "failed" | "not-configured" | "partial";
  readonly detail: Safe;
}

export interface EvidenceRecord {
  readonly id: EventId;
  readonly source: Safe;
  readonly service: Safe | null;
  readonly at: Safe;
  readonly quote: Safe;
  readonly ref: Safe;
  /** What kind of event a log line tells of, as its program tagged it or as its words say: CONNECTION_REFUSED. */
  readonly tag?: Safe;
}

export interface GraphEdge {
  readonly caller: Safe;
  readonly callee: Safe;
  /** How many records show this call. */
  readonly count: number;
  readonly from: "trace" | "mention" | "given";
}

export interface ErrorChart {
  readonly from: Safe;
  readonly bucketSeconds: number;
  /** Error lines per bucket, all services. */
  readonly errors: readonly number[];
  /** The loudest services, at most 5, same buckets. */
  readonly byService: readonly { readonly service: Safe; readonly errors: readonly number[] }[];
}

export interface Impact {
  /** What users notice, in one sentence; null when nothing shows it. */
  readonly text: Safe | null;
  readonly evidenceIds: readonly EventId[];
}
