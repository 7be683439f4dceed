import type { Incident } from "../incident.ts";
import type { Observations } from "../timeline/observations.ts";
import { alertStorm } from "./alert-storm/index.ts";
import { canary } from "./canary/canary.ts";
import { cluster } from "./cluster/index.ts";
import { database } from "./database/index.ts";
import type { Detector, Finding } from "./finding.ts";
import { metricGraph } from "./metric-graph/metric-graph.ts";
import { resources } from "./resources/resources.ts";
import { runtimeState } from "./runtime-state/index.ts";
import { spans } from "./spans/spans.ts";

/** Every layer that has a detector of its own; what logs say is read by the signals. */
export const detectors = {
  "alert-storm": alertStorm,
  canary,
  cluster,
  database,
  "metric-graph": metricGraph,
  resources,
  "runtime-state": runtimeState,
  spans,
} satisfies Record<string, Detector>;

/** What all layers say, in the fixed order of the registry. */
export function detect(observations: Observations, incident: Incident): readonly Finding[] {
  return Object.values<Detector>(detectors).flatMap((detector) => detector(observations, incident));
}
