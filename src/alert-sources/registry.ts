import { alertmanager } from "./alertmanager/index.ts";
import { cloudwatch } from "./cloudwatch/index.ts";
import type { RegisteredAlertSource } from "./define.ts";
import { generic } from "./generic/index.ts";
import { pagerduty } from "./pagerduty/index.ts";

/** Who can wake us. The key is the address, `/hooks/<key>`, and the stored name. */
export const alertSources = {
  alertmanager,
  cloudwatch,
  generic,
  pagerduty,
} satisfies Record<string, RegisteredAlertSource>;

export type AlertSourceName = keyof typeof alertSources;
