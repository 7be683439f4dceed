import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import type { Analysis, Hypothesis } from "../../src/core/analysis.ts";
import type { AnalysisInput } from "../../src/core/analyze.ts";
import type { AlertEvent, MetricEvent } from "../../src/core/event.ts";
import { epochMs, eventId } from "../../src/core/ids.ts";
import { msToNs } from "../../src/core/time.ts";
import { anIncident, asEvidence, redactor, refsOf, timelineOf } from "./shared.ts";
import type { Suite } from "./suite.ts";

const SOURCE = "metrics";
/** The rows are five minutes apart. */
const STEP_MS = 300_000;
const HEADER_LINES = 4;
const Case = z.object({
  target: z.object({ node: z.string(), metric: z.string(), agg: z.string(), timestamp: z.number() }),
  scenario: z.string(),
});
const Table = z.array(z.array(z.string()));
type Target = z.infer<typeof Case>["target"];

/** Latency, availability and requests of every node of a call graph, with a normal recording of the same nodes. */
export const metrics: Suite = {
  cases: (inputs) => readdirSync(inputs).toSorted(),
  read(inputs, id) {
    const { target, scenario } = Case.parse(JSON.parse(readFileSync(join(inputs, id, "case.json"), "utf8")));
    const beside = join("..", "..", "baseline", scenario);
    const input = recordedInput({
      target,
      now: readTable(join(inputs, id, "metrics.csv")),
      before: readTable(join(inputs, id, beside, "normal.csv")),
      beforeRef: join(beside, "normal.csv"),
      calls: readCalls(join(inputs, id, beside, "graph.csv")),
    });
    return { id, input };
  },
  predict: (analysis) => ({
    hypotheses: analysis.verdict.startsWith("no") || analysis.verdict === "recovered" ? [] : predicted(analysis),
    // Rows of the moved recording have another time than their file says.
    timeline: timelineOf(analysis, (ref) => !ref.startsWith("..")),
  }),
};

/** What was recorded around one alert, and the normal recording beside it. */
export interface Recorded {
  readonly target: Target;
  readonly now: Told;
  readonly before: Told;
  readonly beforeRef: string;
  readonly calls: readonly (readonly [string, string])[];
}

/** The engine's input; the normal recording, made at another time, is moved so that it ends one row before the window. */
export function recordedInput({ target, now, before, beforeRef, calls }: Recorded): AnalysisInput {
  const window = { fromMs: epochMs(now.fromMs), toMs: epochMs(Math.max(now.toMs, target.timestamp * 1000)) };
  const moveMs = window.fromMs - STEP_MS - before.toMs;
  const events = [
    toAlert(target),
    ...toEvents(now, { ref: "metrics.csv", moveMs: 0, target }),
    ...toEvents(before, { ref: beforeRef, moveMs, target }),
  ];
  const baseline = { fromMs: epochMs(before.fromMs + moveMs), toMs: window.fromMs };
  const incident = anIncident({ atMs: target.timestamp * 1000, service: target.node });
  nodes.clear();
  for (const { node } of [...now.columns, ...before.columns]) nodes.set(redactor.text(node), node);
  const evidence = [asEvidence(SOURCE, events, calls)];
  return { incident, window, baseline, evidence, weights: { version: 0, learned: [] }, elapsedMs: 0 };
}

/** Redaction may shorten a node's name; the answer is given back in the file's own words. */
const nodes = new Map<string, string>();

function predicted(analysis: Analysis) {
  return analysis.hypotheses.map((hypothesis: Hypothesis) => ({
    service: nodes.get(hypothesis.cause.service ?? "") ?? hypothesis.cause.service ?? "",
    cause: hypothesis.cause.kind,
    evidence: refsOf(analysis, hypothesis),
  }));
}

/** What one column holds. */
export interface Column {
  readonly node: string;
  readonly metric: string;
  readonly statistic: string;
}

/** A table of the suite: one row every five minutes. */
export interface Told {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** Reads a table with its four header lines. */
export function readTable(file: string): Told {
  const lines = Table.parse(parse(readFileSync(file)));
  const [names = [], measured = [], statistics = []] = lines;
  const columns = names.slice(1).map((node, index) => ({
    node,
    metric: measured[index + 1] ?? "",
    statistic: statistics[index + 1] ?? "",
  }));
  const rows = lines.slice(HEADER_LINES);
  const stamps = rows.map(([stamp]) => Number(stamp) * 1000);
  return { columns, rows, fromMs: Math.min(...stamps), toMs: Math.max(...stamps) };
}

const UNITS: Readonly<Record<string, string>> = { latency: "s", availability: "%", requests: "{request}" };

/** Means and totals of every node, and whatever the alert was on: mean times requests is time spent, which no percentile tells. */
function isRead({ metric, statistic }: Column, target: Target): boolean {
  return statistic === "Average" || statistic === "Sum" || (metric === target.metric && statistic === target.agg);
}

function toEvents(
  { columns, rows }: Told,
  place: { readonly ref: string; readonly moveMs: number; readonly target: Target },
): readonly MetricEvent<string>[] {
  return rows.flatMap((cells, row) => {
    const ref = `${place.ref}#L${row + HEADER_LINES + 1}`;
    const atNs = msToNs(Number(cells[0]) * 1000 + place.moveMs);
    return columns.flatMap((column, index) => {
      const cell = cells[index + 1] ?? "";
      if (cell === "" || !isRead(column, place.target)) return [];
      const { node, metric, statistic } = column;
      return [
        {
          id: eventId(SOURCE, `${ref}/${index}`),
          kind: "metric" as const,
          atNs,
          observedNs: null,
          service: node,
          host: null,
          source: SOURCE,
          ref,
          traceId: null,
          spanId: null,
          requestId: null,
          name: metric,
          unit: UNITS[metric] ?? "",
          value: Number(cell),
          attributes: { statistic },
        },
      ];
    });
  });
}

function toAlert({ node, metric, agg, timestamp }: Target): AlertEvent<string> {
  return {
    id: eventId(SOURCE, "case.json#/target/timestamp"),
    kind: "alert",
    atNs: msToNs(timestamp * 1000),
    observedNs: null,
    service: node,
    host: null,
    source: SOURCE,
    ref: "case.json#/target/timestamp",
    traceId: null,
    spanId: null,
    requestId: null,
    title: `${metric} of ${node}`,
    status: "firing",
    url: null,
    attributes: { metric, statistic: agg },
  };
}

/** Reads the calls of a graph: a row calls the columns that are not zero. */
export function readCalls(file: string): readonly (readonly [string, string])[] {
  const [head = [], ...rows] = Table.parse(parse(readFileSync(file)));
  return rows.flatMap(([caller = "", ...cells]) =>
    cells.flatMap((cell, index) => (Number(cell) === 0 ? [] : [[caller, head[index + 1] ?? ""] as const])),
  );
}
