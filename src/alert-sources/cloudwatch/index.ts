import { defineAlertSource } from "../define.ts";
import { dedupKey } from "./dedup-key.ts";
import { Envelope } from "./envelope.ts";
import { toAlerts } from "./to-alerts.ts";
import { splitTopics, topicListSetting } from "./topics.ts";
import { snsChecks } from "./verify.ts";

/** CloudWatch alarms, as Amazon SNS delivers them over HTTPS. */
export const cloudwatch = defineAlertSource({
  env: {
    CLOUDWATCH_SNS_TOPICS: topicListSetting(
      "ARNs of the SNS topics to which CloudWatch alarms publish, separated by commas; messages of other topics are refused.",
    ),
  },
  secrets: (env) => splitTopics(env.CLOUDWATCH_SNS_TOPICS),
  howToConfigure:
    "Set CLOUDWATCH_SNS_TOPICS to the ARN of the topic of your alarms, then subscribe <your URL>/hooks/cloudwatch to it with protocol HTTPS, raw message delivery off.",
  // A message has up to 256 KB, and each of its characters may take six in JSON. What is refused is never sent again.
  maxBodyBytes: 2_097_152,
  checks: snsChecks,
  dedupKey,
  payload: Envelope,
  toAlerts,
});
