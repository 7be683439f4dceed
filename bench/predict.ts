// Predicts the cause of every case of a suite. Reads inputs only; writes one JSON line a case for the scorer.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { analyze } from "../src/core/analyze.ts";
import { suites } from "./suites/registry.ts";

const { values } = parseArgs({
  options: { suite: { type: "string" }, inputs: { type: "string" }, out: { type: "string" } },
});
const suite = suites[values.suite ?? ""];
if (!suite || !values.inputs || !values.out) {
  console.error(`usage: bench:predict -- --suite ${Object.keys(suites).join("|")} --inputs <dir> --out <file.jsonl>`);
  process.exit(2);
}

const lines: string[] = [];
for (const id of suite.cases(values.inputs)) {
  const { input } = suite.read(values.inputs, id);
  const startedAt = performance.now();
  const analysis = analyze(input);
  const elapsedMs = Math.round(performance.now() - startedAt);
  lines.push(JSON.stringify({ case: id, ...suite.predict(analysis), elapsed_ms: elapsedMs }));
  console.error(
    `${id} ${elapsedMs} ms ${analysis.verdict} ${analysis.hypotheses[0]?.summary ?? "(silent)"}`.slice(0, 200),
  );
}
writeFileSync(values.out, `${lines.join("\n")}\n`);
