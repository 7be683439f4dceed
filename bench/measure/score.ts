import { execFileSync } from "node:child_process";

/** One printed figure of the scorer with its 95 % interval. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** One row of the scorer's table by kind of fault. */
export interface KindRow {
  readonly kind: string;
  readonly n: number;
  readonly values: Readonly<Record<string, number>>;
}

export interface Scores {
  readonly figures: readonly Figure[];
  readonly by: string | null;
  readonly kinds: readonly KindRow[];
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  /** References that resolve, of all; and cases that break a rule about evidence or timeline. */
  readonly evidence: string;
  readonly broken: number;
  /** One line per case, as the scorer prints it. */
  readonly cases: readonly CaseLine[];
}

export interface CaseLine {
  readonly id: string;
  /** Null when the right answer is not among the first five, or a healthy case was accused. */
  readonly rank: number | null;
  readonly text: string;
}

const DEADLINE_MS = 120_000;
const FIGURE = /^(\S.*?)\s{2,}(\d\.\d{3})\s+95% \[(\d\.\d{3}), (\d\.\d{3})\]\s+n=(\d+)$/u;
const CASE = /^(\S+)\s+rank\s+(\d+|-) (.*)$/u;
const ELAPSED = /^elapsed_ms p50 (\d+)\s+p95 (\d+)\s+max (\d+)/u;
const EVIDENCE = /^evidence: (.*?);.*; (\d+) cases break a rule$/u;

/** Runs the reference scorer and reads what it prints. */
export function score(files: {
  readonly scorer: string;
  readonly predictions: string;
  readonly labels: string;
  readonly inputs: string;
}): Scores {
  const args = [files.scorer, files.predictions, files.labels, "--inputs", files.inputs, "--cases"];
  const printed = execFileSync("python3", args, { encoding: "utf8", timeout: DEADLINE_MS, maxBuffer: 64 << 20 });
  return readScores(printed.split("\n"));
}

/** Reads the scorer's output; what it does not print is absent, never zero. */
export function readScores(lines: readonly string[]): Scores {
  const elapsed = lines.flatMap((line) => ELAPSED.exec(line) ?? []).slice(1, 4);
  const evidence = lines.flatMap((line) => {
    const found = EVIDENCE.exec(line);
    return found ? [{ text: found[1] ?? "", broken: Number(found[2]) }] : [];
  });
  const table = tableOf(lines);
  return {
    figures: lines.flatMap((line) => figureOf(line) ?? []),
    by: table?.by ?? null,
    kinds: table?.kinds ?? [],
    p50Ms: Number(elapsed[0]),
    p95Ms: Number(elapsed[1]),
    maxMs: Number(elapsed[2]),
    evidence: evidence[0]?.text ?? "not checked",
    broken: evidence[0]?.broken ?? 0,
    cases: lines.flatMap((line) => {
      const found = CASE.exec(line);
      return found
        ? [{ id: found[1] ?? "", rank: found[2] === "-" ? null : Number(found[2]), text: found[3] ?? "" }]
        : [];
    }),
  };
}

function figureOf(line: string): Figure | null {
  const found = FIGURE.exec(line);
  if (!found) return null;
  const [, name = "", value, low, high, n] = found;
  return { name, value: Number(value), low: Number(low), high: Number(high), n: Number(n) };
}

function tableOf(lines: readonly string[]): { readonly by: string; readonly kinds: readonly KindRow[] } | null {
  const start = lines.findIndex((line) => /^\S+\s+n\s+AC@1|^\S+\s+n\s+.*right$/u.test(line));
  if (start < 0) return null;
  const [by = "", , ...columns] = (lines[start] ?? "").trim().split(/\s+/u);
  const rows = lines.slice(start + 1);
  const end = rows.findIndex((line) => line.trim() === "");
  const kinds = rows.slice(0, end < 0 ? rows.length : end).map((line) => {
    const cells = line.trim().split(/\s{1,}/u);
    const numbers = cells.slice(-columns.length - 1).map(Number);
    const kind = cells.slice(0, -columns.length - 1).join(" ");
    const values = Object.fromEntries(columns.map((column, index) => [column, numbers[index + 1] ?? 0]));
    return { kind, n: numbers[0] ?? 0, values };
  });
  return { by, kinds };
}
