import type { CorrectionOutcome } from "../../../app/verbs.ts";
import type { IncidentId } from "../../../core/ids.ts";
import { ownWords, type Safe, safe } from "../../../core/safe.ts";
import { withUndo } from "../drawing/fix-value.ts";
import type { Drawing } from "../drawing/message.ts";
import { say } from "../words/replies.ts";

/** What became of a correction that was typed, with a way back. `what` names it for screen readers. */
export function recorded(
  outcome: CorrectionOutcome,
  { id, done, what }: { readonly id: IncidentId; readonly done: Safe; readonly what: Safe },
): Drawing {
  switch (outcome.kind) {
    case "recorded": {
      const fix = { incidentId: id, what: "correction" as const, id: outcome.fact.id };
      return withUndo(say(safe`${ownWords(id)}: ${done}`), what, fix);
    }
    case "outdated":
      return say(outcome.because);
    case "unknown-incident":
      return say(safe`This incident is not known here any more.`);
    default:
      return outcome satisfies never;
  }
}
