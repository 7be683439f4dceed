import { z } from "zod";
import { priorityOf } from "../../core/presentation/words.ts";
import { isoTime } from "../../core/time.ts";
import { defineTool, READS_ONLY } from "./define.ts";
import { UNTRUSTED_NOTICE, untrusted } from "./untrusted.ts";

const MAX_LISTED = 50;

const Listed = z.object({
  id: z.string(),
  title: z.string(),
  service: z.string().nullable(),
  priority: z.string().describe("P1 (worst) to P4"),
  status: z.enum(["triggered", "acknowledged", "resolved"]),
  startedAt: z.string().describe("ISO 8601, UTC"),
  alertCount: z.int(),
});

/** Which incidents there are, newest first. */
export const listIncidents = defineTool({
  title: "List incidents",
  description:
    "Lists incidents, newest first: id, title, service, priority, status and start. Begin here to find an id.",
  hints: READS_ONLY,
  input: z.object({
    status: z.enum(["open", "triggered", "acknowledged", "resolved"]).optional().describe("open = not resolved"),
    service: z.string().min(1).max(200).optional(),
    limit: z.int().min(1).max(MAX_LISTED).default(20),
  }),
  output: z.object({ notice: z.string(), incidents: z.array(Listed) }),
  run: async ({ verbs }, actor, { status, service, limit }) => {
    const filter = { limit, ...(status && { status }), ...(service && { service }) };
    const found = await verbs.listIncidents(actor, filter);
    const incidents = found.map(({ id, title, service: named, severity, status: now, startedAtMs, alertCount }) => ({
      id,
      title,
      service: named,
      priority: priorityOf(severity),
      status: now,
      startedAt: isoTime(startedAtMs),
      alertCount,
    }));
    const lines = incidents.map(
      (one) => `${one.id} ${one.priority} ${one.status} since ${one.startedAt}: ${one.title}`,
    );
    const text = lines.length === 0 ? "No incident matches." : untrusted(lines.join("\n"));
    return { kind: "answer", structured: { notice: UNTRUSTED_NOTICE, incidents }, text };
  },
});
