import { parseBoundedJson } from "../../app/bounded-json.ts";
import type { Alert } from "../../core/alert.ts";
import { alertFingerprint, epochMs } from "../../core/ids.ts";
import { Alarm } from "./alarm.ts";
import type { Envelope } from "./envelope.ts";

const MAX_LABELS = 64;
/** Dimensions that name what runs, best first. */
const SERVICE_DIMENSIONS = ["Service", "ServiceName", "FunctionName", "ApiName", "QueueName", "DBInstanceIdentifier"];

/** The alert of a CloudWatch alarm; none for confirmations and for an alarm that has no data. Throws `ZodError` on other messages. */
export function toAlerts(envelope: Envelope): readonly Alert<string>[] {
  if (envelope.Type !== "Notification") return [];
  const alarm = Alarm.parse(messageOf(envelope));
  return alarm.NewStateValue === "INSUFFICIENT_DATA" ? [] : [toAlert(alarm)];
}

function toAlert(alarm: Alarm): Alert<string> {
  const { AlarmName, AlarmArn, NewStateValue, StateChangeTime } = alarm;
  const dimensions = (alarm.Trigger?.Dimensions ?? []).slice(0, MAX_LABELS);
  const changedAtMs = epochMs(Date.parse(StateChangeTime));
  return {
    source: "cloudwatch",
    eventId: `${AlarmArn}+${StateChangeTime}+${NewStateValue}`,
    fingerprint: alertFingerprint(AlarmArn),
    groupKey: AlarmArn,
    externalId: null,
    status: NewStateValue === "ALARM" ? "firing" : "resolved",
    // CloudWatch knows no severities.
    severity: "error",
    title: AlarmName,
    service:
      SERVICE_DIMENSIONS.map((wanted) => dimensions.find(({ name }) => name === wanted)?.value).find(Boolean) ?? null,
    startedAtMs: changedAtMs,
    occurredAtMs: changedAtMs,
    url: consoleUrl(alarm),
    by: null,
    labels: { ...Object.fromEntries(dimensions.map(({ name, value }) => [name, value])), alertname: AlarmName },
  };
}

function consoleUrl({ AlarmArn, AlarmName }: Alarm): string | null {
  const region = /^arn:aws:cloudwatch:([a-z0-9-]+):/u.exec(AlarmArn)?.[1];
  if (region === undefined) return null;
  return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(AlarmName)}`;
}

/** The message is JSON in a text of JSON: what was made harmless outside can hold anything inside. */
function messageOf({ Message }: Envelope): unknown {
  const json = parseBoundedJson(new TextEncoder().encode(Message));
  return json.status === "parsed" ? json.value : null;
}
