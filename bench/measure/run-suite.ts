import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Said } from "./calibration.ts";
import type { Answered } from "./fit-confidence.ts";
import { type Scores, score } from "./score.ts";

const PREDICT = resolve(import.meta.dirname, "../predict.ts");
/** A suite that takes longer than this is broken, not slow. */
const DEADLINE_MS = 30 * 60_000;
const Cost = z.object({ cases: z.number(), read_ms_max: z.number(), peak_mb: z.number() });
const Line = z.object({
  case: z.string(),
  confidence: z.number().nullable(),
  scores: z.array(z.number()),
  hypotheses: z.array(z.object({ service: z.string().optional(), object: z.string().optional() })),
});

export interface SuiteResult {
  readonly suite: string;
  readonly scores: Scores;
  /** The same cases with every service renamed. */
  readonly renamed: Scores;
  readonly readMsMax: number;
  readonly peakMb: number;
  /** True when a second process wrote the same predictions byte for byte, times apart. */
  readonly isRepeatable: boolean;
  readonly said: readonly (Said & Answered)[];
}

/** Predicts a suite three times in processes of their own (as it is, again, renamed) and scores it. */
export function runSuite(suite: string, folder: string, scorer: string): SuiteResult {
  const inputs = join(folder, suite, "inputs");
  const labels = join(folder, suite, "labels.jsonl");
  const options = ["--suite", suite, "--inputs", inputs];
  const first = predict(join(folder, `${suite}.jsonl`), options);
  const again = predict(join(folder, `${suite}.again.jsonl`), options);
  const renamed = predict(join(folder, `${suite}.renamed.jsonl`), [...options, "--renamed"]);
  const scores = score({ scorer, predictions: first.out, labels, inputs });
  const lines = linesOf(first.out);
  return {
    suite,
    scores,
    renamed: score({ scorer, predictions: renamed.out, labels, inputs }),
    readMsMax: first.cost.read_ms_max,
    peakMb: first.cost.peak_mb,
    isRepeatable: withoutTimes(first.out) === withoutTimes(again.out),
    said: saidOf(suite, lines, scores),
  };
}

function predict(out: string, options: readonly string[]) {
  const args = [PREDICT, ...options, "--out", out];
  const printed = execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
    encoding: "utf8",
    timeout: DEADLINE_MS,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return { out, cost: Cost.parse(JSON.parse(printed.trim().split("\n").at(-1) ?? "{}")) };
}

function linesOf(file: string) {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Line.parse(JSON.parse(line)));
}

function withoutTimes(file: string): string {
  return readFileSync(file, "utf8").replaceAll(/"elapsed_ms":\d+/gu, "");
}

function saidOf(
  suite: string,
  lines: readonly z.infer<typeof Line>[],
  { cases }: Scores,
): readonly (Said & Answered)[] {
  const ranks = new Map(cases.map(({ id, rank }) => [id, rank]));
  return lines.flatMap(({ case: id, confidence, scores }) =>
    confidence === null ? [] : [{ suite, confidence, scores, isRight: ranks.get(id) === 1 }],
  );
}
