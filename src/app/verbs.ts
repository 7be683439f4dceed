import type { Analysis } from "../core/analysis.ts";
import type { EpochMs, HypothesisId, IncidentId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import type { ChangeOfMind, IncidentView } from "../core/presentation/view.ts";
import type { Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import type { IncidentFilter, VoteVerdict } from "./ports.ts";

/** What people and agents can ask for, bound to its stores by `main`. Surfaces call these and decide nothing. */
export interface Verbs {
  listIncidents(actor: Actor, filter: IncidentFilter): Promise<readonly Incident[]>;
  /** Null when there is no such incident for this actor. */
  getIncident(actor: Actor, id: IncidentId): Promise<IncidentAnswer | null>;
  /** Looks into a service without an alert. */
  investigate(actor: Actor, request: { service: Safe; sinceMs: EpochMs | null }): Promise<IncidentId>;
  recordFeedback(
    actor: Actor,
    vote: { incidentId: IncidentId; hypothesisId: HypothesisId; verdict: VoteVerdict },
  ): Promise<FeedbackOutcome>;
  addNote(actor: Actor, note: { incidentId: IncidentId; text: Safe }): Promise<void>;
  /** Markdown; every factual sentence cites an event id, unknowns say "Unknown". */
  draftPostmortem(actor: Actor, id: IncidentId): Promise<Safe | null>;
  /** In the sender's system, as the person who pressed. */
  setStatus(
    actor: Actor,
    change: { incidentId: IncidentId; status: "acknowledged" | "resolved" },
  ): Promise<StatusOutcome>;
}

export interface IncidentAnswer {
  readonly incident: Incident;
  /** Null while the first investigation runs. */
  readonly analysis: Analysis | null;
  readonly view: IncidentView;
  /** Against the answer before, for one line in the thread. */
  readonly changeOfMind: ChangeOfMind | null;
  /** Grows with everything that can change what is shown. */
  readonly sequence: number;
}

export type FeedbackOutcome =
  | { readonly kind: "recorded"; readonly verdict: VoteVerdict; readonly previous: VoteVerdict | null }
  | { readonly kind: "unknown-incident" }
  | { readonly kind: "outdated"; readonly because: Safe };

export type StatusOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly because: Safe }
  | { readonly kind: "unknown-incident" };
