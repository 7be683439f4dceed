import type { EventId } from "../ids.ts";
import type { Safe } from "../safe.ts";
import type { Candidate } from "./candidates.ts";
import type { CaseFile } from "./case-file.ts";

/** One reason to suspect a candidate, or to doubt it. */
export interface SignalHit {
  /** Hundredths of a nat: above zero speaks for the candidate, zero or below against it. */
  readonly points: number;
  /** One sentence with numbers, units and UTC times. */
  readonly because: Safe;
  /** The records behind it; a hit without any does not count. */
  readonly evidenceIds: readonly EventId[];
}

/**
 * One pure question about one candidate. Signals of one family look at the same fact from several sides, so only the
 * best hit for and the worst hit against of a family count.
 */
export interface Signal {
  readonly question: string;
  readonly family: SignalFamily;
  readonly ask: (candidate: Candidate, file: CaseFile) => readonly SignalHit[];
}

export type SignalFamily =
  | "timing"
  | "content"
  | "novelty"
  | "origin"
  | "reach"
  | "explained"
  | "blame"
  | "own-failure"
  | "resource"
  | "usual"
  | "quiet"
  | "recovery"
  | "exposure"
  | "people";
