import { z } from "zod";
import type { ArgumentView, CauseView, IncidentView } from "../../core/presentation/view.ts";
import { defineTool, READS_ONLY } from "./define.ts";
import { incidentInput } from "./incident-input.ts";
import { UNTRUSTED_NOTICE, untrusted } from "./untrusted.ts";

const Argument = z.object({
  points: z.int().describe("Hundredths of a nat; all points of a cause add up to its score"),
  because: z.string(),
  evidenceIds: z.array(z.string()),
});

const Output = z.object({
  notice: z.string(),
  id: z.string(),
  state: z.string().describe("investigating, likely-cause, several-candidates, no-likely-cause, recovered or resolved"),
  priority: z.string(),
  title: z.string(),
  service: z.string().nullable(),
  answer: z.string().describe("The answer in one sentence"),
  why: z.string().nullable(),
  against: z.string().nullable(),
  impact: z.string().nullable(),
  nextStep: z.string().nullable(),
  notChecked: z.string().nullable().describe("Sources that could not be read: not the same as found nothing"),
  causes: z.array(
    z.object({
      id: z.string(),
      rank: z.int(),
      summary: z.string(),
      kind: z.string(),
      confidence: z.number(),
      confidenceWord: z.enum(["high", "medium", "low"]),
      score: z.int(),
      supporting: z.array(Argument),
      against: z.array(Argument),
      toBeSure: z.array(z.string()),
      votes: z.object({ yes: z.int(), no: z.int() }),
    }),
  ),
  page: z.string().nullable(),
});

/** What broke and why, with the arithmetic. */
export const getIncident = defineTool({
  title: "Get an incident's answer",
  description:
    "What broke and why: the answer in one sentence, ranked causes with their arithmetic for and against, and what could not be checked.",
  hints: READS_ONLY,
  input: incidentInput,
  output: Output,
  run: async ({ verbs }, actor, { id }) => {
    const found = await verbs.getIncident(actor, id);
    if (found === null) return { kind: "error", error: "not-found" };
    const { view } = found;
    return { kind: "answer", structured: structured(view), text: inShort(view) };
  },
});

function structured(view: IncidentView): z.infer<typeof Output> {
  const { why, against, impact, nextStep, notChecked } = view.card;
  const { state, priority, title, service, notification, pageUrl } = view;
  return {
    notice: UNTRUSTED_NOTICE,
    id: view.incidentId,
    state,
    priority,
    title,
    service,
    answer: notification,
    why,
    against,
    impact,
    nextStep,
    notChecked,
    page: pageUrl,
    causes: view.causes.map(causeOf),
  };
}

function causeOf(cause: CauseView): z.infer<typeof Output>["causes"][number] {
  const { changeUrl: _url, suggestedActions: _actions, supporting, against, toBeSure, votes, ...rest } = cause;
  return {
    ...rest,
    supporting: supporting.map(argumentOf),
    against: against.map(argumentOf),
    toBeSure: [...toBeSure],
    votes: { yes: votes.yes.length, no: votes.no.length },
  };
}

function argumentOf({ points, because, evidenceIds }: ArgumentView): z.infer<typeof Argument> {
  return { points, because, evidenceIds: [...evidenceIds] };
}

function inShort(view: IncidentView): string {
  const { why, against, nextStep, notChecked } = view.card;
  const lines = [
    view.notification,
    ...(why ? [`Why: ${why}`] : []),
    ...(against ? [`Against: ${against}`] : []),
    ...(nextStep ? [`Next step: ${nextStep}`] : []),
    ...(notChecked ? [`Gaps: ${notChecked}`] : []),
  ];
  return untrusted(lines.join("\n"));
}
