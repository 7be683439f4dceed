import type { Event } from "./event.ts";
import type { EpochMs, IncidentId, TenantId } from "./ids.ts";
import type { Safe } from "./safe.ts";

/** What to look for, and when. The same query goes to every source. */
export interface EvidenceQuery {
  readonly tenant: TenantId;
  readonly incidentId: IncidentId;
  /** The alerted service; null when the alert named none. */
  readonly service: Safe | null;
  /** The incident window. */
  readonly window: TimeWindow;
  /** A quiet stretch before it to compare with; ends where the incident window begins. */
  readonly baseline: TimeWindow;
  /** The sender's incident behind the alert, for sources that can ask the sender. */
  readonly external: readonly { readonly source: string; readonly externalId: string }[];
}

export interface TimeWindow {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** What one source answered. "Nothing there" and "could not look" are different values. */
export type Evidence<Text extends string = Safe> =
  | {
      readonly status: "found";
      readonly events: readonly Event<Text>[];
      /** Lines or records read, to say "n of m". */
      readonly read: number;
      /** What could not be read, in one sentence; null when everything was. */
      readonly partial: Text | null;
      /** Given edges [caller, callee] from a topology file or a catalogue. */
      readonly topology?: readonly (readonly [Text, Text])[];
    }
  | { readonly status: "empty"; readonly searched: Text }
  | { readonly status: "failed"; readonly reason: EvidenceFailure; readonly detail: Text }
  | { readonly status: "not-configured"; readonly detail: Text };

export type EvidenceFailure = "timeout" | "unauthorized" | "unavailable" | "invalid";

export interface SourceEvidence {
  /** Key of the evidence source. */
  readonly source: string;
  readonly evidence: Evidence;
}

const MINUTE_MS = 60_000;

export interface EvidencePolicy {
  readonly lookBackMs: number;
  readonly lookAheadMs: number;
  readonly baselineMs: number;
}

/** Half an hour before the alert finds the changes that matter; two hours before that show what is normal. */
export const DEFAULT_EVIDENCE_POLICY: EvidencePolicy = {
  lookBackMs: 30 * MINUTE_MS,
  lookAheadMs: 10 * MINUTE_MS,
  baselineMs: 120 * MINUTE_MS,
};
