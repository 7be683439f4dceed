import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { type IncidentTruth, writeIncident } from "./corpora/incident.ts";
import { type BenchFigure, publish, reportOf, spreadOf } from "./measure/arms.ts";

// How long the real `traceops analyze` takes over the logs of a made-up incident, from the start of its process to its
// end, what it needs, and whether its answer is right.
//   node bench/analyze.ts [--lines 1000000,10000000] [--rounds 5] [--json FILE]

const COMMAND = resolve(import.meta.dirname, "../src/cli/traceops.ts");
/** Said by the measured process itself as it ends: its parent cannot ask for it afterwards. */
const REPORT = `data:text/javascript,${encodeURIComponent(
  'import { writeSync } from "node:fs"; import { isMainThread } from "node:worker_threads"; if (isMainThread) process.on("exit", () => writeSync(3, JSON.stringify(process.resourceUsage())));',
)}`;
const DEADLINE_MS = 300_000;
/** Where `npx traceops` keeps compiled code between calls (scripts/run.mjs). */
const COMPILE_CACHE = process.env["NODE_COMPILE_CACHE"] ?? resolve(import.meta.dirname, "../.traceops/compile-cache");
/** Limits of wall time and memory, for the sizes that have some. */
const GOALS: Readonly<Record<string, { readonly wallMs: number; readonly peakMb: number }>> = {
  "1": { wallMs: 1_500, peakMb: 300 },
  "10": { wallMs: 15_000, peakMb: 600 },
};

interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly answer: Answer;
}

/** What the answer says of what is known. */
interface Answer {
  readonly verdict: string;
  readonly service: string;
  readonly changeRef: string;
  readonly onset: string;
  readonly failures: number;
  readonly lines: number;
  readonly wrong: readonly string[];
}

interface Measured {
  readonly lines: number;
  readonly bytes: number;
  readonly runs: readonly Run[];
  /** Just before, over one minute; each core counts 1. */
  readonly load: number;
}

const { values: given } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000,10000000" },
    rounds: { type: "string", default: "5" },
    json: { type: "string" },
  },
});
const measured: Measured[] = [];
for (const lines of given.lines.split(",").map(Number)) measured.push(await measure(lines, Number(given.rounds)));
publish(
  reportOf("bench:analyze", {
    loadBefore: measured.slice(0, 1).map(({ load }) => Math.round(load * 100) / 100),
    settings: { runs: given.rounds, cores: availableParallelism() },
    groups: [],
    figures: measured.flatMap(figuresOf),
    notes: [
      "Wall time and memory of the whole command in a process of its own, from its start to its end. Slowest of the runs for what has a goal.",
      "Right: verdict, service and version of the first cause, the second of the onset and the exact number of failing lines.",
    ],
  }),
  given.json,
);
process.exitCode = measured.every(({ runs }) => runs.every(({ answer }) => answer.wrong.length === 0)) ? 0 : 1;

async function measure(lines: number, rounds: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "traceops-analyze-"));
  try {
    const truth = writeIncident(folder, lines);
    const load = loadavg()[0] ?? 0;
    const runs: Run[] = [];
    for (let round = 0; round < rounds; round++) runs.push(await run(folder, truth));
    const result = { lines: truth.lines, bytes: truth.bytes, runs, load };
    print(result);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(folder: string, truth: IncidentTruth): Promise<Run> {
  const { promise, resolve: done, reject } = Promise.withResolvers<Run>();
  const args = ["--disable-warning=ExperimentalWarning", "--import", REPORT, COMMAND, "analyze", folder, "--json"];
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    timeout: DEADLINE_MS,
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  const texts = [1, 2, 3].map((index) => collect(child.stdio[index]));
  child.on("error", reject);
  child.on("close", (code) => {
    const wallMs = performance.now() - startedAt;
    const [out = "", err = "", report = ""] = texts.map((text) => text());
    if (code !== 0) reject(new Error(`analyze ended with code ${code}: ${err}`));
    else done({ wallMs, ...usageOf(report), answer: readAnswer(out, truth) });
  });
  return promise;
}

function collect(stream: unknown): () => string {
  const chunks: Buffer[] = [];
  if (typeof stream === "object" && stream !== null && "on" in stream && typeof stream.on === "function")
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

function usageOf(report: string): { cpuMs: number; peakMb: number } {
  const usage: unknown = JSON.parse(report);
  return {
    cpuMs: (numberAt(usage, ["userCPUTime"]) + numberAt(usage, ["systemCPUTime"])) / 1000,
    peakMb: numberAt(usage, ["maxRSS"]) / 1024,
  };
}

/** Compares an answer with what is known of the incident. */
function readAnswer(out: string, truth: IncidentTruth): Answer {
  const analysis: unknown = JSON.parse(out);
  const changeId = textAt(analysis, ["hypotheses", "0", "cause", "changeId"]);
  const change = find(analysis, "evidence", ({ id }) => id === changeId);
  const onset = find(analysis, "timeline", ({ role }) => role === "first-symptom");
  const row = find(analysis, "timeline", ({ role, service }) => role === "spread" && service === truth.service);
  const answer = {
    verdict: textAt(analysis, ["verdict"]),
    service: textAt(analysis, ["hypotheses", "0", "cause", "service"]),
    changeRef: textAt(change, ["quote"]).includes(truth.changeRef) ? truth.changeRef : textAt(change, ["quote"]),
    onset: textAt(onset, ["at"]),
    // The first failing line has a row of its own.
    failures: numberAt(row, ["count"]) + 1,
    lines: numberAt(analysis, ["stats", "lines"]),
  };
  const expected = { verdict: "likely-cause", service: truth.service, changeRef: truth.changeRef };
  const wrong = Object.entries(expected).flatMap(([name, value]) =>
    Reflect.get(answer, name) === value ? [] : [`${name} should be ${value}`],
  );
  const isOnTime = Math.floor(Date.parse(answer.onset) / 1000) === Math.floor(truth.onsetMs / 1000);
  if (answer.failures !== truth.failures) wrong.push(`${truth.failures} payments failed`);
  if (!isOnTime) wrong.push(`the onset should be ${new Date(truth.onsetMs).toISOString()}`);
  return { ...answer, wrong };
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function textAt(value: unknown, path: readonly string[]): string {
  const found = valueAt(value, path);
  return typeof found === "string" ? found : "";
}

function numberAt(value: unknown, path: readonly string[]): number {
  const found = valueAt(value, path);
  return typeof found === "number" ? found : Number.NaN;
}

function find(analysis: unknown, list: string, isWanted: (item: Record<string, unknown>) => boolean): unknown {
  const items = valueAt(analysis, [list]);
  return Array.isArray(items) ? items.find(isWanted) : undefined;
}

function print({ lines, bytes, runs, load }: Measured): void {
  const told = (name: string, unit: string, value: (run: Run) => number) => {
    const values = runs.map(value).toSorted((a, b) => a - b);
    const shown = [values[0], values[values.length >> 1], values.at(-1)].map((each) =>
      (each ?? 0).toFixed(unit === "s" ? 2 : 0),
    );
    return `  ${name.padEnd(9)} ${shown[1]} ${unit} (${shown[0]} to ${shown[2]})`;
  };
  const [answer] = runs.map((each) => each.answer);
  const text = [
    `${lines.toLocaleString("en")} lines, ${(bytes / 1e6).toFixed(0)} MB, ${Math.round(bytes / lines)} bytes a line; ${runs.length} runs, load ${load.toFixed(1)} on ${availableParallelism()} cores`,
    told("wall", "s", ({ wallMs }) => wallMs / 1000),
    told("CPU", "s", ({ cpuMs }) => cpuMs / 1000),
    told("peak RSS", "MB", ({ peakMb }) => peakMb),
    `  answer    ${answer?.verdict}: ${answer?.changeRef} of ${answer?.service}, since ${answer?.onset}, ${answer?.failures} failures, ${answer?.lines} lines read`,
    `  right     ${runs.flatMap((each) => each.answer.wrong).join("; ") || "yes"}`,
  ];
  process.stdout.write(`${text.join("\n")}\n`);
}

function figuresOf({ lines, runs }: Measured): readonly BenchFigure[] {
  const size = `${Math.round(lines / 1e6)}`;
  const goal = GOALS[size];
  const spread = (value: (run: Run) => number) => spreadOf(runs.map((each) => Math.round(value(each))));
  const wall = spread(({ wallMs }) => wallMs);
  const peak = spread(({ peakMb }) => peakMb);
  const right = runs.filter(({ answer }) => answer.wrong.length === 0).length / runs.length;
  const what = `analyze over ${size} M lines`;
  return [
    { name: `${what}, slowest run`, value: wall.high, unit: "ms", ...(goal ? { atMost: goal.wallMs } : {}) },
    { name: `${what}, median run`, value: wall.median, unit: "ms" },
    { name: `${what}, CPU time, median`, value: spread(({ cpuMs }) => cpuMs).median, unit: "ms" },
    { name: `${what}, most memory`, value: peak.high, unit: "MB", ...(goal ? { atMost: goal.peakMb } : {}) },
    { name: `${what}, right answers, share`, value: right, unit: "", atLeast: 1 },
  ];
}
