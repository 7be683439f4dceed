// How fast messages are sorted into templates, on one core, in lines per CPU-second of this process; beside it how well.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { CORPUS_NAMES } from "./corpora/corpora.ts";
import { type BenchFigure, publish, reportOf } from "./measure/arms.ts";
import { type MiningFigures, measureMining, measureQuality } from "./measure/mining.ts";
import { PLAIN_DRAIN, REFERENCE_DRAIN } from "./measure/mining-arms.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "7" },
    only: { type: "string", default: CORPUS_NAMES.join(",") },
    inputs: { type: "string" },
    json: { type: "string" },
  },
});
/** What each corpus must reach, by the lowest round. */
const GOALS: Readonly<Record<string, number>> = { repeated: 2.5e6, adversarial: 1.8e6 };
const GA_GOAL = 0.88;
const FGA_GOAL = 0.84;
const DRAIN_GOAL = 40;

const wanted = values.only.split(",");
const loadBefore = loadavg().map((load) => Math.round(load * 100) / 100);
const quality = measureQuality(values.inputs) ?? [];
const speed = measureMining({
  lines: Number(values.lines),
  rounds: Number(values.rounds),
  corpora: CORPUS_NAMES.filter((name) => wanted.includes(name)),
});
publish(
  reportOf("bench:mining", {
    loadBefore,
    settings: {
      lines: values.lines,
      "lines of the corpus long": `${Number(values.lines) / 10}`,
      rounds: `${values.rounds} after one to warm up, arms in turns of a twentieth of the lines`,
    },
    groups: speed.map(({ corpus, about, bytesPerLine, arms }) => ({
      title: `${corpus}: ${about}, ${bytesPerLine} bytes a line`,
      unit: "lines",
      arms: arms.map(({ arm, median, lowest, highest, rates, clusters }) => ({
        name: arm,
        note: `${clusters} templates`,
        rates: rates.map((rate) => rate * 1e6),
        median: median * 1e6,
        low: lowest * 1e6,
        high: highest * 1e6,
        checks: [],
      })),
    })),
    figures: [...speed.flatMap(speedFigures), ...qualityFigures()],
    notes: [
      "The plain Drain is a straightforward one in the same language: six masks by regular expression on each line, strings, a tree as the paper describes it, settings as published.",
      "Drain3 in TypeScript does for each line what the Python reference does, with the masks of its example configuration and no parameter extraction.",
      "Quality is in-sample: people looked at the eight labelled logs while they wrote the rules.",
      `Peak memory of the process with all corpora: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB.`,
    ],
  }),
  values.json,
);

/** The fastest shipped implementation counts. */
function speedFigures({ corpus, arms }: MiningFigures): readonly BenchFigure[] {
  const [best] = arms.filter(({ isShipped }) => isShipped).toSorted((a, b) => b.median - a.median);
  const goal = GOALS[corpus];
  if (best === undefined || goal === undefined) return [];
  const of = (name: string) => best.median / (arms.find(({ arm }) => arm === name)?.median ?? Number.NaN);
  return [
    {
      name: `mining, ${corpus}, best implementation, lowest round`,
      value: best.lowest * 1e6,
      unit: "lines per CPU-second",
      atLeast: goal,
    },
    {
      name: `mining, ${corpus}, of a plain Drain (medians)`,
      value: of(PLAIN_DRAIN),
      unit: "×",
      ...(corpus === "repeated" ? { atLeast: DRAIN_GOAL } : {}),
    },
    { name: `mining, ${corpus}, of ${REFERENCE_DRAIN} (medians)`, value: of(REFERENCE_DRAIN), unit: "×" },
  ];
}

function qualityFigures(): readonly BenchFigure[] {
  return quality.flatMap(({ arm, ga, fga, logs }, index) => [
    {
      name: `GA of ${arm}, mean of ${logs.length} logs`,
      value: ga,
      unit: "",
      ...(index === 0 ? { atLeast: GA_GOAL } : {}),
    },
    {
      name: `FGA of ${arm}, mean of ${logs.length} logs`,
      value: fga,
      unit: "",
      ...(index === 0 ? { atLeast: FGA_GOAL } : {}),
    },
  ]);
}
