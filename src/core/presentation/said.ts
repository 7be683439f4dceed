import { correctionWords, statedKindWords } from "../corrections/apply.ts";
import type { CorrectionFact } from "../corrections/correction.ts";
import type { IncidentView, SaidView, StatedCauseView } from "./view.ts";

/** What people said and corrected, for every surface. The latest of a kind counts; all of them are listed. */
export function saidBy(
  corrections: readonly CorrectionFact[],
): Pick<IncidentView, "statedCause" | "latestUpdate" | "links" | "corrections"> {
  return {
    statedCause: corrections.flatMap(causeOf).at(-1) ?? null,
    latestUpdate: corrections.flatMap(updateOf).at(-1) ?? null,
    links: corrections.flatMap(({ correction, who }) =>
      correction.kind === "link" ? [{ url: correction.url, title: correction.title, by: who }] : [],
    ),
    corrections: corrections.map((fact) => ({
      id: fact.id,
      kind: fact.correction.kind,
      by: fact.who,
      byId: fact.actorId,
      atMs: fact.atMs,
      text: correctionWords(fact),
    })),
  };
}

/** Only words that stand for themselves: a suspect that somebody confirmed is shown as confirmed by its vote. */
function causeOf({ id, who, atMs, correction }: CorrectionFact): readonly StatedCauseView[] {
  if (correction.kind !== "cause-stated" || !correction.isCause || correction.hypothesisId !== null) return [];
  const said = { correctionId: id, by: who, atMs, text: correction.text ?? statedKindWords(correction.stated) };
  return [correction.stated === "not-an-incident" ? { ...said, isNoIncident: true } : said];
}

function updateOf({ id, who, atMs, correction }: CorrectionFact): readonly SaidView[] {
  return correction.kind === "status-update" ? [{ correctionId: id, by: who, atMs, text: correction.text }] : [];
}
