import { z } from "zod";

const Time = z.iso.datetime({ offset: true });

/**
 * Our own webhook, for everything that can send JSON:
 * `{id?, service, title, status?, severity?, startedAt?, at?, fingerprint?, group?, url?, labels?}`; times are ISO 8601 with a zone.
 */
export const GenericPayload = z.object({
  /** Names this event: sending it twice with the same id is one event. */
  id: z.string().min(1).max(200).optional(),
  service: z.string().min(1).max(200),
  title: z.string().min(1).max(1_000),
  status: z.enum(["firing", "acknowledged", "resolved"]).default("firing"),
  severity: z.enum(["critical", "error", "warning", "info"]).default("error"),
  /** When the condition began; when it is missing, the time of this event. */
  startedAt: Time.optional(),
  /** When this event happened; when it is missing, the time it was received. */
  at: Time.optional(),
  /** Names the alert from firing to resolved; when it is missing, service and title do. */
  fingerprint: z.string().min(1).max(500).optional(),
  /** Alerts with the same group belong to one incident. */
  group: z.string().min(1).max(500).optional(),
  url: z.string().max(2_000).optional(),
  /** What alerted and where, as Alertmanager's labels: `{"alertname": "...", "pod": "...", "node": "..."}`. */
  labels: z
    .record(z.string().min(1).max(200), z.string().max(1_000))
    .refine((labels) => Object.keys(labels).length <= 64, "at most 64 labels")
    .optional(),
});

export type GenericAlert = z.infer<typeof GenericPayload>;
