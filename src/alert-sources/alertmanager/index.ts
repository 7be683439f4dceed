import { checkedBy, defineAlertSource } from "../define.ts";
import { secretListSetting, splitSecrets } from "../secret-list.ts";
import { refusedBearer, verifyBearer } from "../verify-bearer.ts";
import { NotificationPayload } from "./payload.ts";
import { toAlerts } from "./to-alerts.ts";

export const alertmanager = defineAlertSource({
  env: {
    ALERTMANAGER_WEBHOOK_TOKENS: secretListSetting(
      "Bearer tokens that Alertmanager sends, separated by commas while one is rotated.",
    ),
  },
  secrets: (env) => splitSecrets(env.ALERTMANAGER_WEBHOOK_TOKENS),
  howToConfigure:
    "Set ALERTMANAGER_WEBHOOK_TOKENS to a long random text, and in Alertmanager add a webhook_configs receiver with url <your URL>/hooks/alertmanager and http_config.authorization.credentials set to the same text.",
  // Alertmanager sends whole groups and never repeats what was refused, so the bound is generous.
  maxBodyBytes: 4_194_304,
  checks: checkedBy({
    refusedByHead: (headers, tokens) => refusedBearer(headers["authorization"], tokens),
    verify: ({ headers }, tokens) => verifyBearer(headers["authorization"], tokens),
  }),
  // It sends no delivery id; the same bytes say the same thing, because start times are inside.
  dedupKey: () => null,
  payload: NotificationPayload,
  toAlerts: (notification) => toAlerts(notification),
});
