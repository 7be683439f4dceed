// npm run -s test:fuzz -- --bodies n --seed s [--json]
import { parseArgs } from "node:util";
import { brokenPromises, runFuzz } from "./fuzz-run.ts";

const { values } = parseArgs({
  options: {
    bodies: { type: "string", default: "30000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const report = await runFuzz({
  bodies: Number(values.bodies),
  seed: Number(values.seed),
  onProgress: (sent) => process.stderr.write(`${sent} sent\n`),
});
const broken = brokenPromises(report);
const { named, ...figures } = report;
if (values.json) process.stdout.write(`${JSON.stringify({ ...report, broken })}\n`);
else {
  process.stdout.write(
    `${JSON.stringify(figures, null, 1)}\n${Object.keys(named).length} named cases (unsigned / signed answered)\n`,
  );
  process.stdout.write(broken.length === 0 ? "all promises kept\n" : `BROKEN:\n${broken.join("\n")}\n`);
}
process.exitCode = broken.length === 0 ? 0 : 1;
