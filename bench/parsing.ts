// How fast log lines are read from bytes, beside JSON.parse on the same lines. Prints a table; --json FILE keeps the raw rounds.
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { publish, reportOf } from "./measure/arms.ts";
import { type Arm, armsFor, type Slice, slicesOf } from "./measure/parsing-arms.ts";
import { LINE_FORMS, linesOf } from "./measure/parsing-lines.ts";
import { inTurns } from "./measure/turns.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "100000" },
    rounds: { type: "string", default: "9" },
    forms: { type: "string", default: LINE_FORMS.map(({ name }) => name).join(",") },
    json: { type: "string" },
  },
});
const lines = Number(values.lines);
const rounds = Math.max(5, Number(values.rounds));
const WARM_UP = 2;

/** Seconds of CPU that the work takes in this process: user and system, all its threads. */
function cpuSeconds(work: () => number): { seconds: number; found: number } {
  const before = process.cpuUsage();
  const found = work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, found };
}

interface ArmFigures {
  readonly arm: string;
  readonly perCpuSecond: { readonly low: number; readonly median: number; readonly high: number };
  /** Speed beside JSON.parse in the same round. */
  readonly ofJsonParse: { readonly low: number; readonly median: number; readonly high: number };
  readonly rounds: readonly number[];
}

const rangeOf = (numbers: readonly number[]) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return { low: sorted[0] ?? 0, median: sorted[sorted.length >> 1] ?? 0, high: sorted.at(-1) ?? 0 };
};

function secondsOf(arm: Arm, slice: Slice): number {
  const { seconds, found } = cpuSeconds(() => arm.run(slice));
  if (found !== slice.lines)
    throw new Error(`${arm.name} found ${found} of ${slice.lines} lines: its speed would mean nothing`);
  return seconds;
}

function measure(bytes: Uint8Array): readonly ArmFigures[] {
  const arms = armsFor(bytes);
  const slices = slicesOf(bytes, lines);
  const speeds = new Map<string, number[]>(arms.map(({ name }) => [name, []]));
  for (let round = -WARM_UP; round < rounds; round++) {
    const spent = arms.map(() => 0);
    inTurns(arms.length, (index, at) => {
      const arm = arms[index];
      const slice = slices[at];
      if (arm !== undefined && slice !== undefined) spent[index] = (spent[index] ?? 0) + secondsOf(arm, slice);
    });
    if (round >= 0) for (const [index, { name }] of arms.entries()) speeds.get(name)?.push(lines / (spent[index] ?? 0));
  }
  const base = speeds.get("JSON.parse") ?? [];
  return [...speeds].map(([arm, each]) => ({
    arm,
    perCpuSecond: rangeOf(each),
    ofJsonParse: rangeOf(each.map((speed, round) => speed / (base[round] ?? speed))),
    rounds: each,
  }));
}

const millions = (perSecond: number) => (perSecond / 1e6).toFixed(2);
const machine = { node: process.version, v8: process.versions.v8, cpu: cpus()[0]?.model ?? "", cores: cpus().length };
const loadBefore = loadavg();
console.log(
  `Node ${machine.node}, V8 ${machine.v8}, ${machine.cores} × ${machine.cpu}; load ${loadBefore.map((l) => l.toFixed(2)).join(" ")}`,
);
console.log(
  `${lines} lines a form, ${rounds} rounds after ${WARM_UP} to warm up, arms in turns of a twentieth of the lines; million lines per CPU-second, median (low–high)`,
);
const wanted = values.forms.split(",");
const results = LINE_FORMS.filter(({ name }) => wanted.includes(name)).map((form) => {
  const bytes = linesOf(form, lines);
  const figures = measure(bytes);
  console.log(`\n${form.name}, ${(bytes.length / lines).toFixed(0)} bytes a line`);
  for (const { arm, perCpuSecond, ofJsonParse } of figures) {
    const speed = `${millions(perCpuSecond.median)} (${millions(perCpuSecond.low)}–${millions(perCpuSecond.high)})`;
    const ratio = `${ofJsonParse.median.toFixed(2)} (${ofJsonParse.low.toFixed(2)}–${ofJsonParse.high.toFixed(2)})`;
    console.log(`  ${arm.padEnd(34)} ${speed.padEnd(22)} ${ratio} × JSON.parse`);
  }
  return { form: form.name, bytesPerLine: bytes.length / lines, figures };
});
console.log(
  `\nload afterwards ${loadavg()
    .map((l) => l.toFixed(2))
    .join(" ")}`,
);
publish(
  reportOf("bench:parsing", {
    loadBefore: loadBefore.map((load) => Math.round(load * 100) / 100),
    settings: { "lines a form": lines, rounds },
    groups: results.map(({ form, bytesPerLine, figures }) => ({
      title: `${form}, ${Math.round(bytesPerLine)} bytes a line`,
      unit: "lines",
      arms: figures.map(({ arm, perCpuSecond, ofJsonParse, rounds: rates }) => ({
        name: arm,
        note: `${ofJsonParse.median.toFixed(2)} × JSON.parse in the same round (${ofJsonParse.low.toFixed(2)} – ${ofJsonParse.high.toFixed(2)})`,
        rates,
        ...perCpuSecond,
        checks: [],
      })),
    })),
    figures: results.slice(0, 1).flatMap(({ form, figures }) => {
      const [best] = figures
        .filter(({ arm }) => arm.includes("mine"))
        .toSorted((a, b) => b.ofJsonParse.median - a.ofJsonParse.median);
      if (best === undefined) return [];
      const name = `NDJSON (${form}) parsed, masked and clustered (${best.arm}), of JSON.parse alone, lowest round`;
      return [{ name, value: best.ofJsonParse.low, unit: "×", atLeast: 1.8 }];
    }),
    notes: ["Every arm finds the same number of lines; lines that are odd in any way go through JSON.parse."],
  }),
  values.json,
);
