import type { EpochMs, EventId, HypothesisId } from "../ids.ts";
import type { Safe } from "../safe.ts";

/** What kind of thing a person says it was; offered when somebody says "Not it". */
export type StatedKind =
  | "change"
  | "dependency"
  | "infrastructure"
  | "configuration"
  | "load"
  | "not-an-incident"
  | "not-known";

/** What a person corrected about an incident. */
export type Correction =
  /** The row's records happened at another time. */
  | { readonly kind: "row-time"; readonly row: RowReference; readonly toMs: EpochMs }
  /** The row should read differently. */
  | { readonly kind: "row-text"; readonly row: RowReference; readonly text: Safe }
  /** The row has nothing to do with this incident: its records count for nothing. */
  | { readonly kind: "row-irrelevant"; readonly row: RowReference }
  /** A note that should not stand on the timeline. */
  | { readonly kind: "note-removed"; readonly noteId: string; readonly text: Safe }
  /** What it was. `hypothesisId` is the suspect that this was said about or instead of. */
  | {
      readonly kind: "cause-stated";
      readonly stated: StatedKind;
      /** Null when the person chose a kind and wrote nothing. */
      readonly text: Safe | null;
      readonly hypothesisId: HypothesisId | null;
      /** True: this is the cause. False: this is what the person suspects instead of the suspect. */
      readonly isCause: boolean;
    }
  /** News for everybody who follows. */
  | { readonly kind: "status-update"; readonly text: Safe }
  | { readonly kind: "link"; readonly url: Safe; readonly title: Safe }
  /** Takes an earlier correction back. */
  | { readonly kind: "undo"; readonly of: string };

/** The row of a timeline as the person saw it. The records name it: row ids may change when rows fold differently. */
export interface RowReference {
  readonly eventIds: readonly EventId[];
  /** When its records say that it happened; without what people moved before. */
  readonly atMs: EpochMs;
  readonly text: Safe;
}

export type CorrectionKind = Correction["kind"];

/** A correction as a stored fact. */
export interface CorrectionFact {
  readonly id: string;
  readonly atMs: EpochMs;
  readonly actorId: string;
  readonly who: Safe;
  readonly correction: Correction;
}

/** The corrections that hold, oldest first: undone ones are gone, and an undo of an undo brings one back. */
export function validCorrections(facts: readonly CorrectionFact[]): readonly CorrectionFact[] {
  const ordered = facts.toSorted((a, b) => Number(a.id) - Number(b.id));
  const undone = new Map<string, boolean>();
  // Newest first, because an undo counts only when it was not undone itself.
  for (const { id, correction } of ordered.toReversed()) {
    if (correction.kind === "undo" && undone.get(id) !== true) undone.set(correction.of, true);
  }
  return ordered.filter(({ id, correction }) => correction.kind !== "undo" && undone.get(id) !== true);
}
