import type { Alert, Severity } from "../../core/alert.ts";
import { alertFingerprint, epochMs } from "../../core/ids.ts";
import { webLink } from "../links.ts";
import type { Notification, NotificationAlert } from "./payload.ts";

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
export function toAlerts({ alerts, groupKey }: Notification): readonly Alert<string>[] {
  return alerts
    .filter(({ labels }) => labels["severity"]?.toLowerCase() !== "none")
    .map((alert) => toAlert(alert, groupKey));
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
  };
}
