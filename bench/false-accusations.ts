// How often a cause is named when nothing is wrong: many generated quiet days through the whole product, one line a kind.
import { parseArgs } from "node:util";
import type { Analysis } from "../src/core/analysis.ts";
import { type HarmlessKind, harmlessKinds, harmlessScenario } from "../src/demo/harmless.ts";
import { analyzeScenario } from "../test/scenarios/analyze-scenario.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    kinds: { type: "string", default: harmlessKinds.join(",") },
  },
});
/** The share that the engine promises to stay below. */
const TARGET = 0.02;
const kinds = harmlessKinds.filter((kind) => values.kinds.split(",").includes(kind));
const [first, count] = [Number(values.from), Number(values.seeds)];
if (kinds.length === 0 || !Number.isInteger(first) || !Number.isInteger(count) || count < 1) {
  console.error(`usage: node bench/false-accusations.ts [--seeds 200] [--from 1] [--kinds ${harmlessKinds.join(",")}]`);
  process.exit(2);
}

const tally = new Map<HarmlessKind, { asked: number; accused: number }>();
for (let seed = first; seed < first + count; seed++) {
  // Each seed plays one kind, in turn: the seeds are the sample.
  const kind = kinds[seed % kinds.length] ?? "noise";
  const { analysis } = await analyzeScenario(harmlessScenario(kind, seed));
  const so = tally.get(kind) ?? { asked: 0, accused: 0 };
  tally.set(kind, { asked: so.asked + 1, accused: so.accused + (accuses(analysis) ? 1 : 0) });
  if (accuses(analysis)) console.error(`${kind} seed ${seed}: ${analysis.verdict}: ${analysis.hypotheses[0]?.summary}`);
}
for (const [kind, { asked, accused }] of tally) console.log(row(kind, asked, accused));
const all = [...tally.values()].reduce((sum, so) => sum + so.asked, 0);
const wrong = [...tally.values()].reduce((sum, so) => sum + so.accused, 0);
console.log(row("all", all, wrong));
process.exitCode = wrong / all > TARGET ? 1 : 0;

function accuses({ verdict }: Analysis): boolean {
  return verdict === "likely-cause" || verdict === "several-candidates";
}

function row(name: string, asked: number, accused: number): string {
  const [low, high] = interval(accused, asked).map((share) => share.toFixed(3));
  return `${name.padEnd(16)} accused ${accused} of ${asked} = ${(accused / asked).toFixed(3)}  95% [${low}, ${high}]`;
}

/** Wilson's interval: honest also where nothing was counted. */
function interval(hits: number, of: number): readonly [number, number] {
  const z = 1.96;
  const [share, spread] = [hits / of, (z * z) / of];
  const middle = (share + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((share * (1 - share)) / of + spread / (4 * of));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
