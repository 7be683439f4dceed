import { z } from "zod";
import { IncidentData } from "./payload.ts";

const Time = z.iso.datetime({ offset: true });

export const ListedIncidents = z.array(
  IncidentData.extend({ updated_at: Time.nullish(), last_status_change_at: Time.nullish() }),
);

export const LogEntryList = z.array(
  z.object({
    id: z.string().min(1),
    type: z.string().min(1),
    created_at: Time,
    agent: z.object({ summary: z.string().nullish(), type: z.string().nullish() }).nullish(),
  }),
);

/** Where polling stands: the last round, the incidents that are followed, and whether there were more open ones than fit. */
export const Mark = z.object({
  seenMs: z.number().int(),
  open: z.array(z.string()),
  isFull: z.boolean().optional(),
});

export type ListedIncident = z.infer<typeof ListedIncidents>[number];
export type LogEntry = z.infer<typeof LogEntryList>[number];
export type PollMark = z.infer<typeof Mark>;
