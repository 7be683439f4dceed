import type { IncidentAnswer } from "../../../app/verbs.ts";
import { cutSafe, ownWords, safe } from "../../../core/safe.ts";
import { recorded } from "../acts/recorded.ts";
import type { Desk } from "../desk.ts";
import { actions, button } from "../drawing/blocks.ts";
import type { Drawing } from "../drawing/message.ts";
import { valueOf } from "../drawing/values.ts";
import type { Performed } from "./asked.ts";
import { say } from "./replies.ts";
import { changeStatus } from "./status.ts";

const TITLE = 90;

/** Acknowledges where the alert came from, as the person who asked. */
export async function ackIncident(desk: Desk, { actor }: Performed, answer: IncidentAnswer): Promise<Drawing> {
  return changeStatus(desk, { actor, answer, status: "acknowledged" });
}

/** Asks once more before everybody feels it; the button of the answer does it, as the person who presses. */
export async function resolveIncident(_: Desk, __: Performed, { incident, view }: IncidentAnswer): Promise<Drawing> {
  const id = ownWords(incident.id);
  if (incident.status === "resolved") return say(safe`${id} is already resolved.`);
  const title = cutSafe(incident.title, TITLE);
  const question = say(safe`Resolve ${id} (${title})? This resolves it where the alert came from, for everybody.`);
  const yes = button({
    action: "pd.resolve",
    text: safe`Resolve ${id}`,
    label: safe`Resolve ${id} for everybody`,
    primary: true,
    value: valueOf(view),
  });
  return { ...question, blocks: [...question.blocks, ...actions("confirm", [yes])] };
}

/** A number votes for that cause of the list; words name a cause of the person's own. */
export async function nameCause(desk: Desk, asked: Performed, answer: IncidentAnswer): Promise<Drawing> {
  const rank = /^#?(?<rank>\d{1,2})\.?$/u.exec(asked.rest)?.groups?.["rank"];
  return rank === undefined ? stateCause(desk, asked, answer) : voteFor(desk, asked, { answer, rank: Number(rank) });
}

async function voteFor(
  desk: Desk,
  { actor }: Performed,
  { answer, rank }: { readonly answer: IncidentAnswer; readonly rank: number },
): Promise<Drawing> {
  const { view } = answer;
  const id = ownWords(view.incidentId);
  const cause = view.causes[rank - 1];
  if (cause === undefined) {
    return say(
      view.causes.length === 0
        ? safe`${id} has no list of causes yet. Name it in your own words: ${desk.command} cause ${id} bad disk on db-3`
        : safe`${id} has ${view.causes.length} causes in its list, so there is no number ${rank}. "${desk.command} why ${id}" shows them.`,
    );
  }
  const outcome = await desk.verbs.recordFeedback(actor, {
    incidentId: view.incidentId,
    hypothesisId: cause.id,
    verdict: "yes",
  });
  if (outcome.kind === "unknown-incident") return say(safe`This incident is not known here any more.`);
  if (outcome.kind === "outdated") return say(outcome.because);
  const said = say(safe`Recorded for ${id}: "This was it", ${cutSafe(cause.summary, TITLE)}. Change it any time.`);
  const undo = button({
    action: "hyp.feedback.undo",
    text: safe`Undo`,
    label: safe`Undo your vote on hypothesis ${cause.rank}`,
    value: valueOf(view, { cause, answer: "undo" }),
  });
  return { ...said, blocks: [...said.blocks, ...actions("undo", [undo])] };
}

async function stateCause(desk: Desk, { actor, rest }: Performed, { incident }: IncidentAnswer): Promise<Drawing> {
  const text = desk.redactor.text(rest);
  const outcome = await desk.verbs.correct(actor, {
    incidentId: incident.id,
    correction: { kind: "cause-stated", stated: "not-known", text, hypothesisId: null, isCause: true },
  });
  return recorded(outcome, {
    id: incident.id,
    done: safe`the card names this as the cause, in your name.`,
    what: safe`naming the cause`,
  });
}
