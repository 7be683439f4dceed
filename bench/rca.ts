// Measures the engine on the recorded incidents and prints one table; with --write also docs/accuracy.md.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { calibrationError, reliability } from "./measure/calibration.ts";
import { fitConfidence, leaveOneSuiteOut } from "./measure/fit-confidence.ts";
import { accuracyPage, summaryTable } from "./measure/page.ts";
import { runSuite } from "./measure/run-suite.ts";
import { measureStandIns } from "./measure/stand-ins.ts";
import { suites } from "./suites/registry.ts";

const UNPACK_DEADLINE_MS = 120_000;
const root = resolve(import.meta.dirname, "..");
const recorded = resolve(root, "../shared/cases");
const { values } = parseArgs({ options: { suite: { type: "string" }, write: { type: "boolean", default: false } } });
const wanted = values.suite?.split(",") ?? Object.keys(suites);
const unknown = wanted.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(`no suite is called ${unknown.join(", ")}; there are ${Object.keys(suites).join(", ")}`);
  process.exit(2);
}
if (!existsSync(recorded)) {
  console.log("skipped: the recorded incidents are not part of this repository, and ../shared/cases is absent");
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), "traceops-bench-"));
try {
  const results = wanted.map((suite) => {
    console.error(`${suite}: unpacking and predicting three times (as it is, again, renamed)`);
    execFileSync("tar", ["-xJf", join(recorded, `${suite}.tar.xz`), "-C", folder], { timeout: UNPACK_DEADLINE_MS });
    return runSuite(suite, folder, join(recorded, "score.py"));
  });
  const bins = reliability(results.filter(({ suite }) => suite !== "controls").flatMap(({ said }) => said));
  console.log(summaryTable(results).join("\n"));
  console.log(`\nconfidence: expected calibration error ${calibrationError(bins).toFixed(3)}`);
  for (const { from, to, n, said, right } of bins)
    console.log(`  shown ${from} to ${to}: ${n} cases, mean ${said.toFixed(2)}, right ${right.toFixed(2)}`);
  const answers = results.filter(({ suite }) => suite !== "controls").flatMap(({ said }) => said);
  console.log(
    `confidence fitted on all suites would be ${JSON.stringify(fitConfidence(answers))}; fitted on the others:`,
  );
  for (const { suite, n, table, error } of leaveOneSuiteOut(answers))
    console.log(`  ${suite}: error ${error.toFixed(3)} over ${n} cases with ${JSON.stringify(table)}`);
  if (values.write) {
    const day = new Date().toISOString().slice(0, 10);
    console.error("quiet days and planted faults");
    const page = accuracyPage({ results, bins, standIns: measureStandIns(folder), day });
    writeFileSync(join(root, "docs/accuracy.md"), page);
  }
  if (results.some(({ scores }) => scores.broken > 0)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
