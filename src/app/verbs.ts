import type { Analysis } from "../core/analysis.ts";
import type { Correction, CorrectionFact } from "../core/corrections/correction.ts";
import type { EpochMs, HypothesisId, IncidentId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import type { ProgressView } from "../core/presentation/progress.ts";
import type { ChangeOfMind, IncidentView } from "../core/presentation/view.ts";
import type { Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import type { Dependencies, DependenciesRequest } from "./dependencies.ts";
import type { RankingRecord, SimilarIncident } from "./look-back.ts";
import type { OnCallAnswer } from "./on-call.ts";
import type { IncidentFilter, PersonNote, VoteVerdict } from "./ports.ts";
import type { PostmortemVerbs } from "./postmortem-verbs.ts";
import type { ChangesAnswer } from "./recent-changes.ts";

/** What people and agents can ask for, bound to its stores by `main`. Surfaces call these and decide nothing. */
export interface Verbs extends LookBackVerbs, PostmortemVerbs {
  listIncidents(actor: Actor, filter: IncidentFilter): Promise<readonly Incident[]>;
  /** Null when there is no such incident for this actor. */
  getIncident(actor: Actor, id: IncidentId): Promise<IncidentAnswer | null>;
  /** Looks into a service without an alert. */
  investigate(actor: Actor, request: { service: Safe; sinceMs: EpochMs | null }): Promise<IncidentId>;
  recordFeedback(
    actor: Actor,
    vote: { incidentId: IncidentId; hypothesisId: HypothesisId; verdict: VoteVerdict },
  ): Promise<FeedbackOutcome>;
  /** `atMs` is when it happened, now when left out. `externalKey` makes a second one with the same key a repeat. */
  addNote(
    actor: Actor,
    note: { incidentId: IncidentId; text: Safe; atMs?: EpochMs; externalKey?: string },
  ): Promise<PersonNote>;
  /** Adds one correction as a fact of this person; the incident is thought over again from what was read. */
  correct(actor: Actor, request: { incidentId: IncidentId; correction: Correction }): Promise<CorrectionOutcome>;
  /** In the sender's system, as the person who pressed. */
  setStatus(
    actor: Actor,
    change: { incidentId: IncidentId; status: "acknowledged" | "resolved" },
  ): Promise<StatusOutcome>;
}

/** Reads over everything that is kept, for people who ask. */
export interface LookBackVerbs {
  /** What changed lately, in every source that tells of changes. May take some seconds. */
  recentChanges(actor: Actor, request: { service: Safe | null; sinceMs: EpochMs }): Promise<ChangesAnswer>;
  /** Null when there is no such incident or it has no cause to compare. */
  similarIncidents(actor: Actor, id: IncidentId): Promise<readonly SimilarIncident[] | null>;
  /** Who calls a service and whom it calls, one call away unless told otherwise. */
  dependencies(actor: Actor, service: Safe, request?: DependenciesRequest): Promise<Dependencies>;
  rankingRecord(actor: Actor): Promise<RankingRecord>;
  /** Who is called first for a service right now. May take some seconds. */
  onCall(actor: Actor, service: Safe): Promise<OnCallAnswer>;
}

export interface IncidentAnswer {
  readonly incident: Incident;
  /** Null while the first investigation runs. */
  readonly analysis: Analysis | null;
  readonly view: IncidentView;
  /** How far the first look is; left out or null when there is nothing to tell. */
  readonly progress?: ProgressView | null;
  /** Against the answer before, for one line in the thread. */
  readonly changeOfMind: ChangeOfMind | null;
  /** What people wrote, oldest first; removed ones are gone. */
  readonly notes: readonly PersonNote[];
  /** Grows with everything that can change what is shown. */
  readonly sequence: number;
}

export type FeedbackOutcome =
  | { readonly kind: "recorded"; readonly verdict: VoteVerdict; readonly previous: VoteVerdict | null }
  | { readonly kind: "unknown-incident" }
  | { readonly kind: "outdated"; readonly because: Safe };

export type CorrectionOutcome =
  | { readonly kind: "recorded"; readonly fact: CorrectionFact }
  | { readonly kind: "unknown-incident" }
  | { readonly kind: "outdated"; readonly because: Safe };

export type StatusOutcome =
  /** The remark tells the person what was special where it was done. */
  | { readonly kind: "done"; readonly remark?: Safe }
  | { readonly kind: "refused"; readonly because: Safe }
  | { readonly kind: "unknown-incident" };
