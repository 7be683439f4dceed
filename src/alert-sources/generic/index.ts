import { checkedBy, defineAlertSource } from "../define.ts";
import { secretListSetting, splitSecrets } from "../secret-list.ts";
import { dedupKey } from "./dedup-key.ts";
import { GenericPayload } from "./payload.ts";
import { toAlerts } from "./to-alerts.ts";
import { refusedByHead, verify } from "./verify.ts";

export const generic = defineAlertSource({
  env: {
    GENERIC_WEBHOOK_SECRETS: secretListSetting(
      "Secrets of the generic JSON webhook, as bearer token or signing key, separated by commas while one is rotated.",
    ),
  },
  secrets: (env) => splitSecrets(env.GENERIC_WEBHOOK_SECRETS),
  howToConfigure:
    'Set GENERIC_WEBHOOK_SECRETS to a long random text and POST {"service": "...", "title": "..."} to <your URL>/hooks/generic with "Authorization: Bearer <text>", or with "X-TraceOps-Signature: v1=<hex HMAC-SHA256 of the body>".',
  maxBodyBytes: 262_144,
  checks: checkedBy({ refusedByHead, verify }),
  dedupKey,
  payload: GenericPayload,
  toAlerts,
});
