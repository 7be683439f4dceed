import { printKubernetes, printObjects } from "./kubernetes.ts";
import { printMetrics } from "./metrics.ts";
import { printLogs } from "./print-logs.ts";
import { printSpans } from "./print-spans.ts";
import type { Stage } from "./stage.ts";

/** The files of an incident bundle, by path, in the layout that `analyze` reads. */
export function printStage(stage: Stage): Map<string, string> {
  const files = printLogs(stage);
  if (stage.spans.length > 0) files.set("traces/spans.jsonl", printSpans(stage));
  if (stage.metrics.length > 0) files.set("metrics/service-metrics.csv", printMetrics(stage.metrics));
  if (stage.changes.length > 0) files.set("changes.jsonl", toJsonLines(stage.changes));
  if (stage.kubernetes.length > 0) files.set("kubernetes/events.json", printKubernetes(stage.kubernetes));
  for (const [kind, objects] of Map.groupBy(stage.objects, (each) => each.kind))
    files.set(`kubernetes/${kind.toLowerCase()}.json`, printObjects(objects));
  if (stage.topology.length > 0) files.set("topology.json", `${JSON.stringify({ edges: stage.topology }, null, 2)}\n`);
  return files;
}

function toJsonLines(items: readonly object[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join("");
}
