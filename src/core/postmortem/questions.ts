import type { CauseView, IncidentView } from "../presentation/view.ts";
import { verdictOfPeople } from "../presentation/votes.ts";
import { withoutStop } from "../presentation/words.ts";
import { joinSafe, type Safe, safe } from "../safe.ts";
import { duration } from "../time.ts";
import { plain } from "./markdown.ts";
import { type ResponseInput, type ResponseStep, responseSteps } from "./response.ts";

/** What people have to decide, as questions: we know what the records show, not what should be done. */
export function questions(view: IncidentView): readonly Safe[] {
  const lead = view.causes[0];
  const unseen = view.gaps.filter(({ status }) => status !== "partial").map(({ source }) => source);
  return [
    ...aboutCause(lead),
    ...(unseen.length === 0
      ? []
      : [safe`- [ ] What would these have shown, and should they be connected: ${plain(joinSafe(unseen, ", "))}?`]),
    safe`- [ ] Which change would make this impossible?`,
  ];
}

/** What helped and what did not, as questions with the times that the records show. */
export function lookingBack(input: ResponseInput): readonly Safe[] {
  const steps = responseSteps(input);
  const took = (name: ResponseStep["step"]) => {
    const ms = steps.find(({ step }) => step === name)?.tookMs ?? null;
    return ms === null ? null : duration(ms);
  };
  const [detected, acknowledged, mitigated] = [took("detected"), took("acknowledged"), took("mitigated")];
  return [
    safe`- [ ] Went well: what should we keep doing?`,
    detected === null
      ? safe`- [ ] When did it begin, and who noticed first?`
      : safe`- [ ] The alert came ${detected} after the first symptom: soon enough, and was it the right alert?`,
    acknowledged === null
      ? safe`- [ ] How did the alert reach somebody who could act?`
      : safe`- [ ] Somebody had it ${acknowledged} after the alert: what made that fast or slow?`,
    mitigated === null
      ? safe`- [ ] What ended the symptoms, and when?`
      : safe`- [ ] Symptoms lasted ${mitigated}: what would have ended them sooner?`,
    safe`- [ ] Went badly: what surprised us, or was missing?`,
  ];
}

/** What to do, each with an owner and a day to fill in. */
export function actionItems(view: IncidentView): readonly Safe[] {
  const lead = view.causes[0];
  const suggested = lead === undefined || verdictOfPeople(lead.votes) === "ruled-out" ? [] : lead.suggestedActions;
  const items = suggested.map((action) => safe`Done, or still needed: ${plain(withoutStop(action))}`);
  return [...items, safe`Prevent it`, safe`Detect it sooner`].map(
    (item) => safe`- [ ] ${item}. Owner: Unknown. Due: Unknown.`,
  );
}

function aboutCause(lead: CauseView | undefined): readonly Safe[] {
  if (lead === undefined) return [safe`- [ ] What was the cause?`];
  const isOpen = verdictOfPeople(lead.votes) !== "confirmed";
  return [
    ...(isOpen ? [safe`- [ ] Was this the cause: ${plain(withoutStop(lead.summary))}?`] : []),
    ...lead.toBeSure.map((check) => safe`- [ ] Was this checked: ${plain(withoutStop(check))}?`),
  ];
}
