import type { Alert, Severity } from "../../core/alert.ts";
import { alertFingerprint, epochMs } from "../../core/ids.ts";
import { webLink } from "../links.ts";
import type { Notification, NotificationAlert } from "./payload.ts";

/** Far more than any rule sets. */
const MAX_LABELS = 64;
/** Labels that name the service, best first. */
const SERVICE_LABELS = ["service", "service_name", "app", "app_kubernetes_io_name", "job"];

const SEVERITY_OF_LABEL: ReadonlyMap<string, Severity> = new Map([
  ["critical", "critical"],
  ["page", "critical"],
  ["error", "error"],
  ["high", "error"],
  ["major", "error"],
  ["warning", "warning"],
  ["warn", "warning"],
  ["minor", "warning"],
  ["info", "info"],
  ["low", "info"],
]);

/** Each alert of a notification by itself; what is marked severity "none" (heartbeats, inhibitors) is no problem and gives none. */
export function toAlerts(notification: Notification): readonly Alert<string>[] {
  return notification.alerts
    .filter(({ labels }) => labels["severity"]?.toLowerCase() !== "none")
    .map((alert) => toAlert(alert, groupOf(notification, alert)));
}

/**
 * A route without `group_by` puts everything there is into one group. Taken as one case, a small alert that fires for
 * weeks would swallow all others, so there each alert is its own group and is placed by service and time.
 */
function groupOf({ groupKey, groupLabels }: Notification, { fingerprint }: NotificationAlert): string {
  const isEverything = groupLabels !== undefined && Object.keys(groupLabels).length === 0;
  return isEverything ? `${groupKey}/${fingerprint}` : groupKey;
}

function toAlert(alert: NotificationAlert, groupKey: string): Alert<string> {
  const { status, fingerprint, startsAt, endsAt, labels, annotations } = alert;
  return {
    source: "alertmanager",
    // Sent again after every repeat interval: start and state tell whether it is news.
    eventId: `${fingerprint}+${startsAt}+${status}`,
    fingerprint: alertFingerprint(fingerprint),
    groupKey,
    externalId: null,
    status,
    severity: SEVERITY_OF_LABEL.get((labels["severity"] ?? "").toLowerCase()) ?? "warning",
    title: annotations["summary"] || annotations["title"] || labels["alertname"] || "Unnamed Alertmanager alert",
    service: SERVICE_LABELS.map((label) => labels[label]).find(Boolean) ?? null,
    startedAtMs: epochMs(Date.parse(startsAt)),
    // `endsAt` holds no meaning while the alert fires: it is the year 1, or a guess.
    occurredAtMs: epochMs(Date.parse(status === "resolved" ? endsAt : startsAt)),
    url: webLink(alert.generatorURL),
    by: null,
    labels: Object.fromEntries(Object.entries(labels).slice(0, MAX_LABELS)),
  };
}
