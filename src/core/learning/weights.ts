import type { CauseKind } from "../analysis.ts";
import type { EventId } from "../ids.ts";
import type { Safe } from "../safe.ts";

/** What people's votes taught, one version. Points are hundredths of a nat, bounded; learning never touches evidence. */
export interface SignalWeights {
  /** 0 = nothing learned yet; every change of the valid votes makes a new version. */
  readonly version: number;
  readonly learned: readonly LearnedWeight[];
}

export interface LearnedWeight {
  /** Which hypotheses it applies to: those whose fields are all equal (null matches any). */
  readonly causeKind: CauseKind;
  readonly causeService: Safe | null;
  /** The alerted service of the incidents it was learned from. */
  readonly alertedService: Safe | null;
  readonly points: number;
  readonly because: Safe;
  /** The votes behind it, resolvable as evidence records of source "feedback". */
  readonly votes: readonly LearnedVote[];
}

export interface LearnedVote {
  readonly id: EventId;
  readonly quote: Safe;
  /** ISO 8601 UTC. */
  readonly at: Safe;
}

export const NO_WEIGHTS: SignalWeights = { version: 0, learned: [] };
