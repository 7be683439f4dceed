import { bundle } from "./bundle/index.ts";
import { cloudwatchLogs } from "./cloudwatch-logs/index.ts";
import type { RegisteredEvidenceSource } from "./define.ts";
import { gitCheckout } from "./git-checkout/index.ts";
import { github } from "./github/index.ts";
import { pagerduty } from "./pagerduty/index.ts";
import { pushedEvents } from "./pushed-events/index.ts";

/** Every place to look. A new one is a folder and a line here. */
export const evidenceSources = {
  bundle,
  "cloudwatch-logs": cloudwatchLogs,
  "git-checkout": gitCheckout,
  github,
  pagerduty,
  "pushed-events": pushedEvents,
} satisfies Record<string, RegisteredEvidenceSource>;
