import { z } from "zod";

/** Only the fields that are used; anything may be missing or null. */
const Reference = z
  .object({
    id: z.string().nullish(),
    type: z.string().nullish(),
    summary: z.string().nullish(),
    html_url: z.string().nullish(),
  })
  .nullish();

export const IncidentBody = z.object({ incident: z.object({ service: Reference }) });

export const LogEntry = z.object({
  id: z.string(),
  type: z.string(),
  summary: z.string().nullish(),
  created_at: z.string(),
  html_url: z.string().nullish(),
  agent: Reference,
  service: Reference,
  channel: z.object({ type: z.string().nullish(), summary: z.string().nullish() }).nullish(),
});
export type LogEntry = z.infer<typeof LogEntry>;

export const ChangeRecord = z.object({
  id: z.string(),
  summary: z.string().nullish(),
  timestamp: z.string(),
  source: z.string().nullish(),
  services: z.array(Reference).nullish(),
  links: z.array(z.object({ href: z.string().nullish() })).nullish(),
  custom_details: z.record(z.string(), z.unknown()).nullish(),
});
export type ChangeRecord = z.infer<typeof ChangeRecord>;
