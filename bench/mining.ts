// How fast lines are sorted into templates, on one core, in lines per CPU-second of this process; beside it how well.
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { CORPUS_NAMES } from "./corpora/corpora.ts";
import { measureMining, measureQuality } from "./measure/mining.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: CORPUS_NAMES.join(",") },
    inputs: { type: "string" },
    json: { type: "string" },
  },
});
const wanted = values.only.split(",");
const options = {
  lines: Number(values.lines),
  rounds: Number(values.rounds),
  corpora: CORPUS_NAMES.filter((name) => wanted.includes(name)),
};
const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model ?? "", loadBefore: loadavg() };
console.log(
  `node ${machine.node}, ${machine.cpus} × ${machine.model}, load ${machine.loadBefore.map((load) => load.toFixed(1)).join(" ")}`,
);
console.log(`${JSON.stringify(options)}; million lines per CPU-second, median (lowest–highest), warm-up apart`);

const quality = measureQuality(values.inputs);
if (quality === null) console.log("GA and FGA: not measured, give --inputs <folder of labelled logs>");
for (const { arm, ga, fga, logs } of quality ?? []) {
  console.log(`${arm.padEnd(22)} GA ${ga.toFixed(3)}  FGA ${fga.toFixed(3)}  over ${logs.length} logs, one setting`);
}
const speed = measureMining(options);
for (const { corpus, about, bytesPerLine, arms } of speed) {
  console.log(`\n${corpus}: ${about}; ${bytesPerLine} bytes a line`);
  for (const { arm, lines, warmUp, median, lowest, highest, clusters } of arms) {
    const ratio = median / (arms.at(-1)?.median ?? median);
    const range = `${median.toFixed(3)} (${lowest.toFixed(3)}–${highest.toFixed(3)})`;
    console.log(
      `  ${arm.padEnd(22)} ${range.padEnd(24)} warm-up ${warmUp.toFixed(3)}  ${clusters} clusters in ${lines} lines  ${ratio.toFixed(1)} × the last arm`,
    );
  }
}
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(
  `\nload ${loadavg()
    .map((load) => load.toFixed(1))
    .join(" ")} afterwards, peak memory ${peakMb} MB with the corpora`,
);
if (values.json) {
  const document = { options, machine: { ...machine, loadAfter: loadavg() }, quality, speed, peakMb };
  writeFileSync(values.json, `${JSON.stringify(document, null, 2)}\n`);
}
