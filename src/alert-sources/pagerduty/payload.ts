import { z } from "zod";

const Time = z.iso.datetime({ offset: true });
const Reference = z.object({
  id: z.string().nullish(),
  summary: z.string().nullish(),
  type: z.string().nullish(),
});

// Only the fields we use: every extra field is one more way for a vendor's change to break us.
export const WebhookPayload = z.object({
  event: z.object({
    id: z.string().min(1),
    event_type: z.string().min(1),
    occurred_at: Time,
    agent: Reference.nullish(),
    /** Its shape depends on `event_type`; only incidents are read, see `IncidentData`. */
    data: z.unknown(),
  }),
});

export const IncidentData = z.object({
  id: z.string().min(1),
  title: z.string().nullish(),
  status: z.string().nullish(),
  urgency: z.string().nullish(),
  html_url: z.string().nullish(),
  created_at: Time.nullish(),
  service: Reference.nullish(),
  priority: Reference.nullish(),
  assignees: z.array(Reference).nullish(),
});

export const NoteData = z.object({
  id: z.string().min(1),
  content: z.string().nullish(),
  incident: z.object({ id: z.string().min(1) }),
});

export type WebhookEvent = z.infer<typeof WebhookPayload>["event"];
export type Incident = z.infer<typeof IncidentData>;
