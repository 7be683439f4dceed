import { alertStorms } from "./alert-storms.ts";
import { changes } from "./changes.ts";
import { cluster } from "./cluster.ts";
import { controls } from "./controls.ts";
import { metrics } from "./metrics.ts";
import type { Suite } from "./suite.ts";
import { telemetry } from "./telemetry.ts";

/** Every suite that can be measured, by the name of its folder. */
export const suites: Readonly<Record<string, Suite>> = {
  "alert-storms": alertStorms,
  changes,
  cluster,
  controls,
  metrics,
  telemetry,
};
