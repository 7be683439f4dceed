import type { Labels } from "../../app/metrics-port.ts";
import { METRICS } from "./catalog.ts";

/** Longer values are cut: they are names of sources, rules and routes. */
const MAX_LABEL = 80;

/** A series as Prometheus' text format writes it, labels in order and escaped: `name{a="b"}`. */
export function seriesOf(name: string, labels: Labels): string {
  const pairs = Object.entries(labels)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([label, value]) => `${label}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  const short = value
    .slice(0, MAX_LABEL)
    .toWellFormed()
    .replaceAll(/(?!\n)\p{Cc}/gu, "?");
  return short.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function escapeHelp(help: string): string {
  return help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

/**
 * Samples in the text format 0.0.4 of Prometheus: each metric's lines together below its help and type. Series of metrics
 * that are not in the catalogue are left out.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function exposition(samples: ReadonlyMap<string, number>): string {
  const byMetric = Map.groupBy(samples, ([series]) => metricOf(series));
  const parts = Object.entries(METRICS).flatMap(([name, { type, help }]) => {
    const found = byMetric.get(name);
    if (found === undefined) return [];
    const lines = found.map(([series, value]) => `${series} ${formatValue(value)}`);
    return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...lines];
  });
  return `${parts.join("\n")}\n`;
}

/** A histogram's series carry endings of their own. */
function metricOf(series: string): string {
  const name = series.split("{", 1)[0] ?? "";
  const base = name.replace(/_(?:bucket|sum|count)$/u, "");
  return METRICS[base]?.type === "histogram" ? base : name;
}

function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}
