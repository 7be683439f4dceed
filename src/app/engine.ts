import type { Analysis } from "../core/analysis.ts";
import type { AnalysisInput } from "../core/analyze.ts";
import type { EpochMs } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import type { SignalWeights } from "../core/learning/weights.ts";
import type { ChangeOfMind, IncidentView } from "../core/presentation/view.ts";
import type { Safe } from "../core/safe.ts";
import type { PersonNote, Vote } from "./ports.ts";

/** The thinking half of the product, handed in by `main`, so that it may run on another thread. */
export interface Engine {
  analyze(input: AnalysisInput): Analysis | Promise<Analysis>;
  /** All votes of the tenant, oldest first, to everything that they teach. */
  learn(votes: readonly Vote[]): SignalWeights["learned"];
  /** Null when nobody needs to know. */
  changeOfMind(before: Analysis, after: Analysis): ChangeOfMind | null;
  draftPostmortem(input: PostmortemInput): Safe;
}

export interface PostmortemInput {
  readonly incident: Incident;
  readonly analysis: Analysis | null;
  readonly view: IncidentView;
  readonly votes: readonly Vote[];
  readonly notes: readonly PersonNote[];
  /** When a sender first said that somebody acknowledged it; null when none did. */
  readonly acknowledgedAtMs: EpochMs | null;
}
