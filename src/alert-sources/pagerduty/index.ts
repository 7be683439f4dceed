import { checkedBy, defineAlertSource } from "../define.ts";
import { secretListSetting, splitSecrets } from "../secret-list.ts";
import { dedupKey } from "./dedup-key.ts";
import { WebhookPayload } from "./payload.ts";
import { toAlerts } from "./to-alerts.ts";
import { toNotes } from "./to-notes.ts";
import { refusedByHead, verify } from "./verify.ts";

export const pagerduty = defineAlertSource({
  env: {
    PAGERDUTY_WEBHOOK_SECRETS: secretListSetting(
      "Signing secrets of the PagerDuty v3 webhook subscription, separated by commas while one is rotated.",
    ),
  },
  secrets: (env) => splitSecrets(env.PAGERDUTY_WEBHOOK_SECRETS),
  howToConfigure:
    "In PagerDuty add a v3 webhook subscription for <your URL>/hooks/pagerduty and set PAGERDUTY_WEBHOOK_SECRETS to its secret. Without a public URL set an API key instead: incidents are then polled.",
  // Four times the largest body that PagerDuty sends: refusing three in a row would disable the subscription.
  maxBodyBytes: 1_048_576,
  checks: checkedBy({ refusedByHead, verify }),
  dedupKey,
  payload: WebhookPayload,
  toAlerts: ({ event }) => toAlerts(event),
  toNotes: ({ event }) => toNotes(event),
});
