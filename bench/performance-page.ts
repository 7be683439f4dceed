// Writes docs/performance.md from the raw results in bench/results; with --check it only says whether the page is current.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { BenchReport } from "./measure/arms.ts";
import { performancePage, REPORTS } from "./measure/performance-page.ts";

const ROOT = resolve(import.meta.dirname, "..");
const PAGE = join(ROOT, "docs/performance.md");
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

const reports = REPORTS.flatMap((name): BenchReport[] => {
  const file = join(ROOT, "bench/results", `${name}.json`);
  // Our own benches wrote these files.
  return existsSync(file) ? [JSON.parse(readFileSync(file, "utf8"))] : [];
});
const page = performancePage(reports);
if (values.check) {
  const isCurrent = existsSync(PAGE) && readFileSync(PAGE, "utf8") === page;
  if (!isCurrent) console.error("docs/performance.md does not say what bench/results holds: run npm run -s bench:page");
  process.exitCode = isCurrent ? 0 : 1;
} else {
  writeFileSync(PAGE, page);
  console.log(`wrote docs/performance.md from ${reports.length} results`);
}
