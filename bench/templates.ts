// Sorts labelled logs into templates with one setting. Writes the groups of each line for the scorer beside the cases and
// what the templates are; with --sweep it prints what the settings beside the chosen ones would give.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createByteMiner } from "../src/core/log-templates/byte-miner.ts";
import { DEFAULT_MINER_LIMITS, type TemplateMiner } from "../src/core/log-templates/template-miner.ts";
import { MINER_TUNING, type MinerTuning } from "../src/core/log-templates/tuning.ts";
import { groupsOf, type LabelledLog, meanOf, type Quality, qualityOf, readLogs } from "./measure/mining-quality.ts";

const { values } = parseArgs({
  options: { inputs: { type: "string" }, out: { type: "string" }, sweep: { type: "boolean", default: false } },
});
if (!values.inputs || !(values.out || values.sweep)) {
  console.error("usage: bench:templates -- --inputs <folder with one folder per log> --out <folder> [--sweep]");
  process.exit(2);
}
const logs = readLogs(values.inputs);
if (logs === null) {
  console.log(`no logs in ${values.inputs}: nothing was measured`);
  process.exit(0);
}
if (values.sweep) sweep(logs);
if (values.out) write(logs, values.out);

function write(from: readonly LabelledLog[], out: string): void {
  mkdirSync(out, { recursive: true });
  const qualities: Quality[] = [];
  const lines = from.map((log) => {
    const miner = createByteMiner();
    const { groups, elapsedMs } = groupsOf(log, miner);
    const quality = qualityOf(log, groups);
    if (quality !== null) qualities.push(quality);
    writeFileSync(join(out, `${log.name}.templates.txt`), templatesOf(miner));
    return JSON.stringify({ case: log.name, groups, elapsed_ms: Math.round(elapsedMs) });
  });
  writeFileSync(join(out, "pred.jsonl"), `${lines.join("\n")}\n`);
  for (const { log, ga, fga, trueGroups, foundGroups } of qualities) {
    console.log(
      `${log.padEnd(14)} GA ${ga.toFixed(3)}  FGA ${fga.toFixed(3)}  ${foundGroups} groups for ${trueGroups}`,
    );
  }
  const { ga, fga } = meanOf(qualities);
  console.log(`${"mean".padEnd(14)} GA ${ga.toFixed(3)}  FGA ${fga.toFixed(3)}  one setting for all`);
}

function templatesOf(miner: TemplateMiner): string {
  const rows: string[] = [];
  for (let template = 0; template < miner.size; template++) {
    if (miner.finalOf(template) !== template) continue;
    rows.push(`${miner.countOf(template)}\t${miner.keyOf(template)}\t${miner.textOf(template)}`);
  }
  return `${rows.join("\n")}\n`;
}

function sweep(over: readonly LabelledLog[]): void {
  const beside: readonly Partial<MinerTuning>[] = [
    {},
    ...[3, 5, 6, 8, 12].map((manyValues) => ({ manyValues })),
    ...[0.4, 0.5, 0.55, 0.6, 0.7, 0.75, 0.8, 0.9].map((agreement) => ({ agreement })),
    ...[8, 16, 64].map((maxClustersPerLeaf) => ({ maxClustersPerLeaf })),
    ...[8, 16, 256].map((maxFirstWords) => ({ maxFirstWords })),
    ...[8, 16, 64].map((maxTemplatesPerCluster) => ({ maxTemplatesPerCluster })),
  ];
  for (const change of beside) {
    const qualities = over.flatMap((log) => {
      const miner = createByteMiner(DEFAULT_MINER_LIMITS, { ...MINER_TUNING, ...change });
      return qualityOf(log, groupsOf(log, miner).groups) ?? [];
    });
    const { ga, fga } = meanOf(qualities);
    const each = qualities.map((quality) => `${quality.ga.toFixed(2)}/${quality.fga.toFixed(2)}`).join(" ");
    console.log(`GA ${ga.toFixed(3)} FGA ${fga.toFixed(3)}  ${JSON.stringify(change).padEnd(30)} ${each}`);
  }
}
