// How often the engine accuses somebody where nothing is wrong, and whether it finds faults that are planted there.
// Reads only the fault-free recordings of the metrics suite: pretended alerts first, then a planted fault at each node in turn.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { analyze } from "../src/core/analyze.ts";
import { lookAround } from "../src/core/detectors/metric-graph/suspects.ts";
import { observe } from "../src/core/timeline/observe.ts";
import { metrics, type Recorded, readCalls, readTable, recordedInput, type Told } from "./suites/metrics.ts";

const { values } = parseArgs({
  options: {
    baseline: { type: "string" },
    alerts: { type: "string", default: "60" },
    faults: { type: "string", default: "1" },
  },
});
if (!values.baseline) {
  console.error("usage: node bench/calibration.ts --baseline <folder of recordings> [--alerts n] [--faults n a node]");
  process.exit(2);
}

const ROWS = 5;
/** The rows in which a planted fault lasts. */
const FAULTY = new Set([2, 3]);
type Metric = "latency" | "availability";
type Cell = (node: string, metric: string) => number;

/** Numbers between 0 and 1 that look random and are the same in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

for (const [index, scenario] of readdirSync(values.baseline).toSorted().entries()) {
  const name = `recording ${index + 1}`;
  const table = readTable(join(values.baseline, scenario, "normal.csv"));
  const calls = readCalls(join(values.baseline, scenario, "graph.csv"));
  pretend(name, { table, calls });
  for (const metric of ["latency", "availability"] as const) plant(name, { table, calls, metric });
}

interface World {
  readonly table: Told;
  readonly calls: readonly (readonly [string, string])[];
}

/** Alerts at random places and times of a recording in which nothing was wrong. */
function pretend(scenario: string, { table, calls }: World): void {
  const roll = dice(1);
  const callers = [...new Set(calls.map(([caller]) => caller))].toSorted();
  const chances: number[] = [];
  let [alerts, accused, moved] = [0, 0, 0];
  for (let index = 0; index < Number(values.alerts); index++) {
    const node = callers[Math.floor(roll() * callers.length)] ?? "";
    const metric: Metric = index % 2 === 0 ? "latency" : "availability";
    const start = Math.floor(roll() * (table.rows.length - ROWS));
    const input = recordedInput(stretchOf({ table, calls }, { start, node, metric }));
    const analysis = analyze(input);
    const look = lookAround(observe(input), input.incident);
    if (look === null) continue;
    alerts++;
    if (analysis.hypotheses.length > 0) accused++;
    if (look.p <= 0.05) moved++;
    chances.push(
      ...look.suspects.filter((each) => each.service !== input.incident.service).map(({ answer }) => answer.p),
    );
  }
  const below = (p: number) => (chances.filter((each) => each <= p).length / chances.length).toFixed(3);
  console.log(`${scenario}: ${alerts} pretended alerts, ${accused} accusations, ${moved} alerted series odd at 0.05`);
  console.log(`  p of ${chances.length} series: ${[0.01, 0.05, 0.1, 0.5].map((p) => `≤${p}: ${below(p)}`).join("  ")}`);
}

function stretchOf({ table, calls }: World, at: { start: number; node: string; metric: Metric }): Recorded {
  const { start, node, metric } = at;
  const cut = (rows: Told["rows"]): Told => {
    const stamps = rows.map(([stamp]) => Number(stamp) * 1000);
    return { columns: table.columns, rows, fromMs: Math.min(...stamps), toMs: Math.max(...stamps) };
  };
  const now = cut(table.rows.slice(start, start + ROWS));
  const before = cut(table.rows.filter((_, row) => row < start - ROWS || row >= start + 2 * ROWS));
  const target = { node, metric, agg: "Average", timestamp: now.fromMs / 1000 + 550 };
  return { target, now, before, beforeRef: "normal.csv", calls };
}

/** A fault at each node in turn: its callers get their part of it, by how many requests each has. */
function plant(scenario: string, { table, calls, metric }: World & { metric: Metric }): void {
  const roll = dice(2);
  const names = [...new Set(table.columns.map(({ node }) => node))].toSorted();
  const ranks: number[] = [];
  const missed: string[] = [];
  for (const fault of names.flatMap((name) => Array.from({ length: Number(values.faults) }, () => name))) {
    const start = Math.floor(roll() * (table.rows.length - ROWS));
    const planted = plantAt({ table, calls }, { start, fault, metric });
    if (planted === null) continue;
    const { hypotheses } = metrics.predict(analyze(recordedInput(planted)));
    const rank = [...new Set(hypotheses.map(({ service }) => service))].indexOf(fault) + 1;
    ranks.push(rank === 0 ? Infinity : rank);
    if (rank !== 1)
      missed.push(
        `${fault} (alert on ${planted.target.node}): ${rank} of ${hypotheses.map(({ service }) => service).join(" | ")}`,
      );
  }
  const within = (k: number) => (ranks.filter((rank) => rank <= k).length / ranks.length).toFixed(2);
  console.log(
    `${scenario} ${metric}: ${ranks.length} planted faults, first ${within(1)}, among three ${within(3)}, among five ${within(5)}`,
  );
  for (const each of missed) console.error(`  ${each}`);
}

function plantAt(world: World, at: { start: number; fault: string; metric: Metric }): Recorded | null {
  const { start, fault, metric } = at;
  const quiet = stretchOf(world, { start, node: fault, metric });
  const read: Cell = (node, wanted) => meanOf(quiet.now, node, wanted);
  const parts = spread(fault, { calls: world.calls, read });
  const called = new Set(world.calls.map(([, callee]) => callee));
  // The alert is on whoever nobody calls.
  const tops = [...parts].filter(([node]) => node !== fault && read(node, "requests") > 0 && !called.has(node));
  const [top] = tops.toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (top === undefined || read(fault, "requests") < 1) return null;
  const [node, arriving] = top;
  // Enough to be seen from outside: the alerted service becomes half as slow again, or fails 3 in 100 more.
  const perRequest = metric === "latency" ? 0.5 * read(node, "latency") : 3;
  const amount = (perRequest * read(node, "requests")) / arriving;
  if (metric === "availability" && amount / read(fault, "requests") > 100) return null;
  const added = new Map(
    [...parts].map(([name, part]) => [name, (amount * part) / Math.max(1, read(name, "requests"))]),
  );
  return { ...quiet, target: { ...quiet.target, node }, now: withAdded(quiet.now, { added, metric }) };
}

function meanOf({ columns, rows }: Told, node: string, metric: string): number {
  const statistic = metric === "requests" ? "Sum" : "Average";
  const column = columns.findIndex(
    (each) => each.node === node && each.metric === metric && each.statistic === statistic,
  );
  const cells = column < 0 ? [] : rows.map((row) => row[column + 1] ?? "").filter((cell) => cell !== "");
  return cells.length === 0 ? 0 : cells.reduce((sum, cell) => sum + Number(cell), 0) / cells.length;
}

function withAdded(now: Told, { added, metric }: { added: ReadonlyMap<string, number>; metric: Metric }): Told {
  const rows = now.rows.map((row, index) =>
    FAULTY.has(index)
      ? row.map((cell, position) => {
          const column = now.columns[position - 1];
          const more = column === undefined || column.metric !== metric ? 0 : (added.get(column.node) ?? 0);
          if (cell === "" || more === 0) return cell;
          return String(metric === "latency" ? Number(cell) + more : Math.max(0, Number(cell) - more));
        })
      : row,
  );
  return { ...now, rows };
}

/** How much of one unit of trouble at the fault arrives at each service that calls it, directly or not. */
function spread(fault: string, { calls, read }: { calls: World["calls"]; read: Cell }): ReadonlyMap<string, number> {
  const parts = new Map([[fault, 1]]);
  let front = new Map(parts);
  for (let depth = 0; depth < 8 && front.size > 0; depth++) {
    const next = new Map<string, number>();
    for (const [callee, part] of front) {
      const callers = calls.filter(([caller, called]) => called === callee && read(caller, "requests") > 0);
      const total = callers.reduce((sum, [caller]) => sum + read(caller, "requests"), 0);
      for (const [caller] of callers)
        next.set(caller, (next.get(caller) ?? 0) + (part * read(caller, "requests")) / total);
    }
    for (const [node, part] of next) parts.set(node, (parts.get(node) ?? 0) + part);
    front = next;
  }
  return parts;
}
