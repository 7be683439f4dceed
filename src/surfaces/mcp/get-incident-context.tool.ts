import { z } from "zod";
import { defineTool, READS_ONLY } from "./define.ts";
import { incidentInput } from "./incident-input.ts";
import { UNTRUSTED_NOTICE, untrusted } from "./untrusted.ts";

/** Quotes in the text form; the structured form has them all. */
const QUOTES_SHOWN = 8;

/** Everything the answer rests on, for an agent that is about to write a fix. */
export const getIncidentContext = defineTool({
  title: "Get an incident's full context",
  description:
    "The whole analysis as one document (traceops.analysis/v1): timeline, ranked causes with arithmetic, gaps, service graph and quoted evidence. Use it before proposing a fix.",
  hints: READS_ONLY,
  input: incidentInput,
  output: z.object({
    notice: z.string(),
    analysis: z.looseObject({ schema: z.literal("traceops.analysis/v1") }),
  }),
  run: async (verbs, actor, { id }) => {
    const found = await verbs.getIncident(actor, id);
    if (found === null) return { kind: "error", error: "not-found" };
    const { analysis, view } = found;
    if (analysis === null) return { kind: "error", error: "not-analysed-yet" };
    const quotes = analysis.evidence
      .slice(0, QUOTES_SHOWN)
      .map((record) => `${record.id} ${record.at}: ${record.quote}`);
    return {
      kind: "answer",
      structured: { notice: UNTRUSTED_NOTICE, analysis: { ...analysis } },
      text: untrusted([view.notification, ...quotes].join("\n")),
    };
  },
});
