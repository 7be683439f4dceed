import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

/** One way to do the work that is compared. `run` does it once over the whole corpus and returns a check of what it did. */
export interface Arm {
  readonly name: string;
  /** Lines or events of one run. */
  readonly units: number;
  /** What this arm does more or less than the others, in one sentence. */
  readonly note?: string;
  run(): Promise<string> | string;
}

export interface ArmFigures {
  readonly name: string;
  readonly note: string | null;
  /** Units per CPU-second of this process, one per round. */
  readonly rates: readonly number[];
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** What the runs returned; one value when all agree. */
  readonly checks: readonly string[];
}

export interface BenchReport {
  readonly bench: string;
  readonly at: string;
  readonly node: string;
  readonly processor: string;
  readonly loadBefore: readonly number[];
  readonly loadAfter: readonly number[];
  readonly settings: Readonly<Record<string, string | number>>;
  readonly groups: readonly ArmGroup[];
  /** Single figures: quality, memory, latencies. */
  readonly figures?: readonly BenchFigure[];
  readonly notes: readonly string[];
}

/** One measured figure, with what it should be when there is a goal for it. */
export interface BenchFigure {
  readonly name: string;
  readonly value: number;
  /** "lines per CPU-second", "ms", "MB", "×"; empty for a plain share. */
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Arms that share a corpus; only these may be compared with each other. */
export interface ArmGroup {
  readonly title: string;
  readonly unit: string;
  readonly arms: readonly ArmFigures[];
}

/** All arms in turn, round after round (A B C A B C …), after one round of warm-up that is not counted. CPU time of this process, user and system. */
export async function runArms(
  arms: readonly Arm[],
  { rounds, onRound = () => undefined }: { readonly rounds: number; readonly onRound?: (round: number) => void },
): Promise<readonly ArmFigures[]> {
  const rates = new Map<string, number[]>(arms.map(({ name }) => [name, []]));
  const checks = new Map<string, Set<string>>(arms.map(({ name }) => [name, new Set()]));
  for (let round = 0; round <= rounds; round++) {
    onRound(round);
    for (const arm of arms) {
      const before = process.cpuUsage();
      const check = await arm.run();
      const { user, system } = process.cpuUsage(before);
      checks.get(arm.name)?.add(check);
      if (round > 0) rates.get(arm.name)?.push(arm.units / ((user + system) / 1e6));
    }
  }
  return arms.map(({ name, note = null }) => ({
    name,
    note,
    ...spreadOf(rates.get(name) ?? []),
    checks: [...(checks.get(name) ?? [])],
  }));
}

/** Median and range of repeated measurements. */
export function spreadOf(values: readonly number[]): {
  readonly rates: readonly number[];
  readonly median: number;
  readonly low: number;
  readonly high: number;
} {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    rates: values,
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    low: sorted[0] ?? 0,
    high: sorted.at(-1) ?? 0,
  };
}

/** The head of a report: what ran where, and how busy the machine was. */
export function reportOf(
  bench: string,
  given: Pick<BenchReport, "settings" | "groups" | "figures" | "notes" | "loadBefore">,
): BenchReport {
  return {
    bench,
    at: new Date().toISOString(),
    node: process.version,
    processor: cpus()[0]?.model ?? "unknown",
    loadAfter: loadavg().map((load) => Math.round(load * 100) / 100),
    ...given,
  };
}

/** Prints a report for people; the same figures as JSON when a file is named. */
export function publish(report: BenchReport, jsonFile: string | undefined): void {
  console.log(
    `${report.bench}: node ${report.node}, ${report.processor}, load ${report.loadBefore.join(" ")} → ${report.loadAfter.join(" ")}`,
  );
  for (const [name, value] of Object.entries(report.settings)) console.log(`  ${name}: ${value}`);
  for (const { title, unit, arms } of report.groups) {
    console.log(`\n${title}, ${unit} per CPU-second (median, range)`);
    const width = Math.max(...arms.map(({ name }) => name.length));
    for (const { name, median, low, high } of arms) {
      console.log(`  ${name.padEnd(width)}  ${shown(median).padStart(9)}  ${shown(low)} – ${shown(high)}`);
    }
  }
  for (const figure of report.figures ?? []) console.log(`  ${figure.name}: ${figureWords(figure)}`);
  for (const note of report.notes) console.log(`\n${note}`);
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(report, null, 1)}\n`);
}

/** "2.61 M lines per CPU-second (at least 2.5 M: met)". */
export function figureWords({ value, unit, atLeast, atMost }: BenchFigure): string {
  const words = `${shown(value)}${unit === "" ? "" : ` ${unit}`}`;
  if (atLeast !== undefined) return `${words} (at least ${shown(atLeast)}: ${value >= atLeast ? "met" : "missed"})`;
  if (atMost !== undefined) return `${words} (at most ${shown(atMost)}: ${value <= atMost ? "met" : "missed"})`;
  return words;
}

/** A figure as people read it: "2.61 M", "495 k", "0.88". */
export function shown(rate: number): string {
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(2)} M`;
  if (rate >= 1e4) return `${(rate / 1e3).toFixed(rate >= 1e5 ? 0 : 1)} k`;
  return String(rate >= 100 ? Math.round(rate) : Math.round(rate * 1000) / 1000);
}
