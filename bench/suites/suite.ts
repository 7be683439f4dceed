import type { Analysis } from "../../src/core/analysis.ts";
import type { AnalysisInput } from "../../src/core/analyze.ts";

/** One recorded case as the engine's own input, and the way back to the suite's words. */
export interface BenchCase {
  readonly id: string;
  readonly input: AnalysisInput;
}

/** What the scorer reads: a line of the prediction file, without the case and its time. */
export interface Prediction {
  readonly hypotheses: readonly {
    readonly service: string;
    readonly object?: string;
    readonly cause: string;
    readonly cause_detail?: string;
    readonly evidence: readonly string[];
  }[];
  readonly timeline: readonly { readonly ts: number; readonly ref: string }[];
}

/** A suite only parses its files and maps the answer to its labels; every judgement is the engine's. */
export interface Suite {
  /** Case ids in the folder of inputs, sorted. */
  cases(inputs: string): readonly string[];
  read(inputs: string, id: string): BenchCase;
  predict(analysis: Analysis): Prediction;
}
