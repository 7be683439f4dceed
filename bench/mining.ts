// How fast messages are sorted into templates, on one core, in lines per CPU-second of this process; beside it how well.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { CORPUS_NAMES } from "./corpora/corpora.ts";
import { type BenchFigure, publish, reportOf } from "./measure/arms.ts";
import { type MiningFigures, measureMining, measureQuality } from "./measure/mining.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
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
      rounds: values.rounds,
    },
    groups: speed.map(({ corpus, about, bytesPerLine, arms }) => ({
      title: `${corpus}: ${about}, ${bytesPerLine} bytes a line`,
      unit: "lines",
      arms: arms.map(({ arm, median, lowest, highest, clusters }) => ({
        name: arm,
        note: `${clusters} templates`,
        rates: [],
        median: median * 1e6,
        low: lowest * 1e6,
        high: highest * 1e6,
        checks: [],
      })),
    })),
    figures: [...speed.flatMap(speedFigures), ...qualityFigures()],
    notes: [
      "The plain Drain is a straightforward one in the same language: six masks by regular expression on each line, strings, a tree as the paper describes it, settings as published.",
      "Quality is in-sample: people looked at the eight labelled logs while they wrote the rules.",
      `Peak memory of the process with all corpora: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB.`,
    ],
  }),
  values.json,
);

/** The best shipped implementation counts: the fastest arm that is not the plain Drain. */
function speedFigures({ corpus, arms }: MiningFigures): readonly BenchFigure[] {
  const drain = arms.at(-1);
  const best = arms.slice(0, -1).toSorted((a, b) => b.median - a.median)[0];
  const goal = GOALS[corpus];
  if (best === undefined || drain === undefined || goal === undefined) return [];
  return [
    {
      name: `mining, ${corpus}, best implementation, lowest round`,
      value: best.lowest * 1e6,
      unit: "lines per CPU-second",
      atLeast: goal,
    },
    {
      name: `mining, ${corpus}, of a plain Drain (medians)`,
      value: best.median / drain.median,
      unit: "×",
      ...(corpus === "repeated" ? { atLeast: DRAIN_GOAL } : {}),
    },
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
