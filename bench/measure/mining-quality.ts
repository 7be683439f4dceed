import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TemplateMiner } from "../../src/core/log-templates/template-miner.ts";

/** One labelled log: its messages, and the label of each when there are labels. */
export interface LabelledLog {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where each message starts and ends in `bytes`. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  readonly labels: readonly string[] | null;
}

export interface Quality {
  readonly log: string;
  /** Share of lines whose group holds exactly the lines of their true group. */
  readonly ga: number;
  /** F1 over groups that are exactly right. */
  readonly fga: number;
  readonly trueGroups: number;
  readonly foundGroups: number;
}

/** The logs under `inputs`, one folder each with a `content.txt`; null when the folder is not there. */
export function readLogs(inputs: string): readonly LabelledLog[] | null {
  if (!existsSync(inputs)) return null;
  const names = readdirSync(inputs, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map(({ name }) => name)
    .toSorted()
    .map((name) => readLog(inputs, name));
}

function readLog(inputs: string, name: string): LabelledLog {
  const bytes = readFileSync(join(inputs, name, "content.txt"));
  const labels = join(inputs, "..", "labels", name, "templates.csv");
  return {
    name,
    bytes,
    ranges: linesOf(bytes),
    labels: existsSync(labels) ? labelsOf(readFileSync(labels, "utf8")) : null,
  };
}

/** Lines between newlines; what follows the last newline counts when it is not empty. */
export function linesOf(bytes: Uint8Array): readonly { readonly from: number; readonly to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  let from = 0;
  while (from < bytes.length) {
    const newline = bytes.indexOf(10, from);
    const to = newline === -1 ? bytes.length : newline;
    ranges.push({ from, to });
    from = to + 1;
  }
  return ranges;
}

/** The last column of a CSV file with quoted fields, in the order of its first. */
function labelsOf(csv: string): readonly string[] {
  const rows: { line: number; label: string }[] = [];
  for (const row of csv.split(/\r?\n/u).slice(1)) {
    const [line = "", , ...rest] = row.split(",");
    if (line !== "") rows.push({ line: Number(line), label: rest.join(",") });
  }
  return rows.toSorted((a, b) => a.line - b.line).map(({ label }) => label);
}

/** The final template of every message of a log, and what mining took. */
export function groupsOf(log: LabelledLog, miner: TemplateMiner): { groups: number[]; elapsedMs: number } {
  const startedAt = performance.now();
  const templates = log.ranges.map(({ from, to }) => miner.add(0, log.bytes, from, to));
  const groups = templates.map((template) => miner.finalOf(template));
  return { groups, elapsedMs: performance.now() - startedAt };
}

/** Grouping accuracy and F1 over groups, as the scorer beside the cases computes them; null without labels. */
export function qualityOf(log: LabelledLog, groups: readonly number[]): Quality | null {
  if (log.labels === null) return null;
  const truly = linesByGroup(log.labels);
  const found = linesByGroup(groups.map(String));
  const right = [...truly].filter((lines) => found.has(lines));
  const precision = right.length / found.size;
  const recall = right.length / truly.size;
  const lines = right.reduce((sum, group) => sum + group.split(",").length, 0);
  return {
    log: log.name,
    ga: lines / log.labels.length,
    fga: right.length === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    trueGroups: truly.size,
    foundGroups: found.size,
  };
}

function linesByGroup(keys: readonly string[]): Set<string> {
  const groups = new Map<string, number[]>();
  for (const [line, key] of keys.entries()) {
    const lines = groups.get(key);
    if (lines === undefined) groups.set(key, [line]);
    else lines.push(line);
  }
  return new Set([...groups.values()].map((lines) => lines.join(",")));
}

export function meanOf(qualities: readonly Quality[]): { ga: number; fga: number } {
  const mean = (pick: (quality: Quality) => number) =>
    qualities.reduce((sum, quality) => sum + pick(quality), 0) / Math.max(1, qualities.length);
  return { ga: mean(({ ga }) => ga), fga: mean(({ fga }) => fga) };
}
