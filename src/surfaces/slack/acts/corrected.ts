import type { Actor } from "../../../app/actor.ts";
import { correctionWords } from "../../../core/corrections/apply.ts";
import type { Correction } from "../../../core/corrections/correction.ts";
import type { IncidentId } from "../../../core/ids.ts";
import { withStop } from "../../../core/presentation/words.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { type Fix, withUndo } from "../drawing/fix-value.ts";
import type { Drawing } from "../drawing/message.ts";
import { inUtc } from "../drawing/mrkdwn.ts";
import { say } from "../words/replies.ts";

const MAX_SAID = 400;

/** What became of one correction: recorded with a way back, or why it was not. */
export type Recorded =
  | { readonly status: "recorded"; readonly words: Safe; readonly fix: Fix }
  | { readonly status: "refused"; readonly because: Safe };

/** Adds one correction in this person's name. Throws what the verb throws. */
export async function record(
  desk: Desk,
  actor: Actor,
  request: { readonly incidentId: IncidentId; readonly correction: Correction },
): Promise<Recorded> {
  const outcome = await desk.verbs.correct(actor, request);
  switch (outcome.kind) {
    case "recorded": {
      const words = safe`${actor.name} ${cutSafe(correctionWords(outcome.fact), MAX_SAID)}`;
      const fix: Fix = { incidentId: request.incidentId, what: "correction", id: outcome.fact.id };
      return { status: "recorded", words, fix };
    }
    case "unknown-incident":
      return { status: "refused", because: UNKNOWN };
    case "outdated":
      return { status: "refused", because: safe`Nothing was changed: ${outcome.because}.` };
    default:
      return outcome satisfies never;
  }
}

export const UNKNOWN = safe`This incident is not known here any more.`;

/** The answer to somebody who corrected something. */
export function correctedReply(recorded: Recorded, id: IncidentId): Drawing {
  if (recorded.status === "refused") return say(recorded.because);
  const said = say(
    safe`Recorded for ${ownWords(id)}: ${withStop(inUtc(recorded.words))} The ranking is being done again with it. Change it any time.`,
  );
  return withUndo(said, recorded.words, recorded.fix);
}
