// Predicts the cause of every case of a suite. Reads inputs only; writes one JSON line a case for the scorer, and what
// it cost as one JSON line on standard output.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { analyze } from "../src/core/analyze.ts";
import { renameServices } from "./measure/rename.ts";
import { suites } from "./suites/registry.ts";
import type { BenchCase, Suite } from "./suites/suite.ts";

const { values } = parseArgs({
  options: {
    suite: { type: "string" },
    inputs: { type: "string" },
    out: { type: "string" },
    only: { type: "string" },
    renamed: { type: "boolean", default: false },
  },
});
const suite = suites[values.suite ?? ""];
if (!suite || !values.inputs || !values.out) {
  console.error(
    `usage: bench:predict -- --suite ${Object.keys(suites).join("|")} --inputs <dir> --out <file.jsonl> [--only <part of a case id>] [--renamed]`,
  );
  process.exit(2);
}

const lines: string[] = [];
const reading: number[] = [];
for (const id of suite.cases(values.inputs).filter((each) => each.includes(values.only ?? ""))) {
  const startedAt = performance.now();
  const read = suite.read(values.inputs, id);
  const readMs = performance.now() - startedAt;
  reading.push(readMs);
  const { line, said } = predictCase(suite, read, values.renamed);
  lines.push(line);
  console.error(`${id} read ${Math.round(readMs)} ms, ${said}`.slice(0, 220));
}
writeFileSync(values.out, `${lines.join("\n")}\n`);
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ cases: lines.length, read_ms_max: Math.round(Math.max(0, ...reading)), peak_mb: peakMb }));

function predictCase(of: Suite, { id, input }: BenchCase, isRenamed: boolean) {
  const asked = isRenamed ? renameServices(input) : { input, back: undefined };
  const startedAt = performance.now();
  const analysis = analyze(asked.input);
  const elapsedMs = Math.round(performance.now() - startedAt);
  const predicted = of.predict(analysis);
  const prediction = asked.back?.(predicted) ?? predicted;
  const [first] = analysis.hypotheses;
  const scores = analysis.hypotheses.map(({ score }) => score);
  const confidence = prediction.hypotheses.length === 0 ? null : (first?.confidence ?? null);
  return {
    line: JSON.stringify({
      case: id,
      ...prediction,
      scores,
      confidence,
      verdict: analysis.verdict,
      elapsed_ms: elapsedMs,
    }),
    said: `thought ${elapsedMs} ms: ${analysis.verdict} ${first?.summary ?? "(silent)"}`,
  };
}
