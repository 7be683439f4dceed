import type { Suite } from "./suite.ts";
import { telemetry } from "./telemetry.ts";

/** Every suite that can be measured, by the name of its folder. */
export const suites: Readonly<Record<string, Suite>> = { telemetry };
