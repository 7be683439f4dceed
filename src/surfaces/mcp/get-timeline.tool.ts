import { z } from "zod";
import type { TimelineRowView } from "../../core/presentation/view.ts";
import { isoTime } from "../../core/time.ts";
import { defineTool, READS_ONLY } from "./define.ts";
import { incidentInput } from "./incident-input.ts";
import { UNTRUSTED_NOTICE, untrusted } from "./untrusted.ts";

const Row = z.object({
  at: z.string().describe("ISO 8601, UTC, corrected where a clock was wrong"),
  lastAt: z.string(),
  role: z.enum(["change", "first-symptom", "spread", "alert", "recovery", "person", "context"]),
  service: z.string().nullable(),
  text: z.string(),
  count: z.int().describe("How many records this row folds"),
  source: z.string(),
  evidenceIds: z.array(z.string()),
});

/** What happened in which order. */
export const getTimeline = defineTool({
  title: "Get an incident's timeline",
  description:
    "What happened, in order, at most 15 rows: changes, first symptom, spread, alerts, recovery, each with its evidence ids.",
  hints: READS_ONLY,
  input: incidentInput,
  output: z.object({ notice: z.string(), rows: z.array(Row), hiddenRows: z.int() }),
  run: async ({ verbs }, actor, { id }) => {
    const found = await verbs.getIncident(actor, id);
    if (found === null) return { kind: "error", error: "not-found" };
    if (found.analysis === null) return { kind: "error", error: "not-analysed-yet" };
    const { timeline, hiddenRows } = found.view;
    const rows = timeline.map(rowOf);
    const lines = rows.map(
      ({ at, role, service, text, count }) => `${at} ${role} ${service ?? "-"}: ${text} (${count})`,
    );
    return {
      kind: "answer",
      structured: { notice: UNTRUSTED_NOTICE, rows, hiddenRows },
      text: rows.length === 0 ? "The timeline is empty." : untrusted(lines.join("\n")),
    };
  },
});

function rowOf(row: TimelineRowView): z.infer<typeof Row> {
  const { role, service, text, count, source } = row;
  return {
    role,
    service,
    text,
    count,
    source,
    at: isoTime(row.atMs),
    lastAt: isoTime(row.lastAtMs),
    evidenceIds: [...row.evidenceIds],
  };
}
