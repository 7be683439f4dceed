import type { Analysis } from "./analysis.ts";
import type { SourceEvidence, TimeWindow } from "./evidence.ts";
import type { Incident } from "./incident.ts";
import type { SignalWeights } from "./learning/weights.ts";

/** Everything an answer is computed from. Stored, so that any past answer can be thought again. */
export interface AnalysisInput {
  readonly incident: Incident;
  readonly window: TimeWindow;
  readonly baseline: TimeWindow;
  readonly evidence: readonly SourceEvidence[];
  readonly weights: SignalWeights;
  /** Measured by the caller; the engine has no clock. */
  readonly elapsedMs: number;
}

/** The engine's one entry: from evidence to timeline, ranked causes and verdict. Same input, same bytes; order of evidence does not matter. */
export function analyze(input: AnalysisInput): Analysis {
  throw new TypeError(`not built yet: ${input.incident.id}`);
}
