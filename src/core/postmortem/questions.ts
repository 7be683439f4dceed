import type { CauseView, IncidentView } from "../presentation/view.ts";
import { verdictOfPeople } from "../presentation/votes.ts";
import { withoutStop } from "../presentation/words.ts";
import { joinSafe, type Safe, safe } from "../safe.ts";
import { duration } from "../time.ts";
import { plain } from "./markdown.ts";

/** What people have to decide, as questions: we know what the records show, not what should be done. */
export function questions(view: IncidentView): readonly Safe[] {
  const lead = view.causes[0];
  const unseen = view.gaps.filter(({ status }) => status !== "partial").map(({ source }) => source);
  return [
    ...aboutCause(lead),
    safe`- [ ] Could it have been noticed earlier than ${duration(view.detectedAtMs - view.startedAtMs)} after it began?`,
    ...(unseen.length === 0
      ? []
      : [safe`- [ ] What would these have shown, and should they be connected: ${plain(joinSafe(unseen, ", "))}?`]),
    safe`- [ ] Which change would make this impossible, and who owns it?`,
  ];
}

function aboutCause(lead: CauseView | undefined): readonly Safe[] {
  if (lead === undefined) return [safe`- [ ] What was the cause?`];
  const isOpen = verdictOfPeople(lead.votes) !== "confirmed";
  return [
    ...(isOpen ? [safe`- [ ] Was this the cause: ${plain(withoutStop(lead.summary))}?`] : []),
    ...lead.suggestedActions.map((action) => safe`- [ ] Is this done or still needed: ${plain(withoutStop(action))}?`),
    ...lead.toBeSure.map((check) => safe`- [ ] Was this checked: ${plain(withoutStop(check))}?`),
  ];
}
