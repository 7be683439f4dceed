import { z } from "zod";
import type { Analysis } from "../../core/analysis.ts";
import { showArithmetic } from "../../core/presentation/arithmetic.ts";
import type { ArgumentView, CauseView, IncidentView } from "../../core/presentation/view.ts";
import { confidenceNumber } from "../../core/presentation/words.ts";
import { defineTool, READS_ONLY } from "./define.ts";
import { incidentInput } from "./incident-input.ts";
import { UNTRUSTED_NOTICE, untrusted } from "./untrusted.ts";

/** Causes, quotes and ids of a line in the text form, which has little room; the structured form has them all. */
const CAUSES_SHOWN = 3;
const QUOTES_SHOWN = 8;
const IDS_SHOWN = 3;

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
  run: async ({ verbs }, actor, { id }) => {
    const found = await verbs.getIncident(actor, id);
    if (found === null) return { kind: "error", error: "not-found" };
    const { analysis, view } = found;
    if (analysis === null) return { kind: "error", error: "not-analysed-yet" };
    return {
      kind: "answer",
      structured: { notice: UNTRUSTED_NOTICE, analysis: { ...analysis } },
      text: untrusted(inShort(view, analysis).join("\n")),
    };
  },
});

/** The answer for a client that reads only text: verdict, causes for and against, checks, gaps, then the cited records. */
function inShort(view: IncidentView, analysis: Analysis): readonly string[] {
  const causes = view.causes.slice(0, CAUSES_SHOWN);
  const [lead] = causes;
  const cited = new Set(
    lead === undefined ? [] : [...lead.supporting, ...lead.against].flatMap((line) => line.evidenceIds),
  );
  const records = [
    ...analysis.evidence.filter(({ id }) => cited.has(id)),
    ...analysis.evidence.filter(({ id }) => !cited.has(id)),
  ];
  return [
    view.notification,
    `Verdict: ${analysis.verdict}, because ${analysis.verdictBecause}`,
    ...causes.flatMap(causeLines),
    ...(lead?.toBeSure ?? []).map((check) => `Check: ${check}`),
    `Gaps: ${view.card.notChecked ?? "none, every connected source answered"}`,
    ...records.slice(0, QUOTES_SHOWN).map(({ id, at, quote }) => `${id} ${at}: ${quote}`),
  ];
}

function causeLines(cause: CauseView): readonly string[] {
  const shown = showArithmetic(cause);
  return [
    `${cause.rank}. ${cause.summary} (confidence ${confidenceNumber(cause.confidence)}, score ${shown.score})`,
    // What speaks for the lower ones is in the structured form; the question about them is why they are not it.
    ...(cause.rank > 1 ? [] : argumentLines("for", cause.supporting, shown.supporting)),
    ...argumentLines("against", cause.against, shown.against),
  ];
}

function argumentLines(word: string, lines: readonly ArgumentView[], points: readonly string[]): readonly string[] {
  return lines.map(
    ({ because, evidenceIds }, index) =>
      `   ${word} ${points[index] ?? ""} ${because} [${evidenceIds.slice(0, IDS_SHOWN).join(", ")}]`,
  );
}
