// npm run -s test:signatures -- --count n --seed s [--json]
import { parseArgs } from "node:util";
import { runSignatures } from "./signatures-run.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const reports = await runSignatures({
  count: Number(values.count),
  seed: Number(values.seed),
  onProgress: (scheme) => process.stderr.write(`${scheme} done\n`),
});
const isKept = reports.every(({ accepted, controls }) => accepted.length === 0 && controls.sent === controls.taken);
if (values.json) process.stdout.write(`${JSON.stringify({ seed: Number(values.seed), reports })}\n`);
else {
  for (const { scheme, mutants, accepted, kinds, statuses, controls } of reports) {
    process.stdout.write(
      `${scheme}: ${mutants} mutants of ${Object.keys(kinds).length} kinds, ${accepted.length} accepted, answers ${JSON.stringify(statuses)}, ${controls.taken} of ${controls.sent} right ones taken\n`,
    );
    for (const each of accepted) process.stdout.write(`  ACCEPTED ${each}\n`);
  }
}
process.exitCode = isKept ? 0 : 1;
