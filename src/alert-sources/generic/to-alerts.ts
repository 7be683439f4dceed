import type { Alert } from "../../core/alert.ts";
import { alertFingerprint, type EpochMs, epochMs, stableHash } from "../../core/ids.ts";
import { webLink } from "../links.ts";
import type { GenericAlert } from "./payload.ts";

/** The one alert of a generic webhook. Times that the sender leaves out are the time of receipt. */
export function toAlerts(payload: GenericAlert, receivedAtMs: EpochMs): readonly Alert<string>[] {
  const { service, title, status, severity } = payload;
  const fingerprint = payload.fingerprint ?? stableHash(`${service}\u0000${title}`);
  const occurredAtMs = occurredAt(payload, receivedAtMs);
  return [
    {
      source: "generic",
      eventId: payload.id ?? `${fingerprint}+${status}+${occurredAtMs}`,
      fingerprint: alertFingerprint(fingerprint),
      groupKey: payload.group ?? fingerprint,
      externalId: null,
      status,
      severity,
      title,
      service,
      startedAtMs: payload.startedAt === undefined ? occurredAtMs : epochMs(Date.parse(payload.startedAt)),
      occurredAtMs,
      url: webLink(payload.url),
      by: null,
      ...(payload.labels === undefined ? {} : { labels: payload.labels }),
    },
  ];
}

/** A firing alert without a time of its own happened when its condition began; a resolution did not. */
function occurredAt({ at, startedAt, status }: GenericAlert, receivedAtMs: EpochMs): EpochMs {
  if (at !== undefined) return epochMs(Date.parse(at));
  return status === "firing" && startedAt !== undefined ? epochMs(Date.parse(startedAt)) : receivedAtMs;
}
