import type { VoteVerdict } from "../../app/ports.ts";
import { safe } from "../../core/safe.ts";
import type { Desk } from "./desk.ts";
import type { Drawing } from "./message.ts";
import type { Principal } from "./people.ts";
import { sharePostmortem } from "./postmortem.ts";
import { say, voteReply, withCurrentState } from "./replies.ts";
import { changeStatus } from "./status.ts";
import type { ButtonValue } from "./values.ts";

export interface Pressed {
  readonly principal: Principal;
  readonly value: ButtonValue;
  /** Opens a window within three seconds; null when Slack gave none. */
  readonly triggerId: string | null;
  /** Where the button stands. */
  readonly channel: string | null;
}

/** A vote on a cause, or taking it back. One vote per person and cause, changeable. */
export async function pressVote(desk: Desk, { principal, value }: Pressed): Promise<Drawing> {
  const verdict = verdictOf(value);
  if (verdict === null || value.hypothesisId === null) return say(safe`This button is not one that TraceOps knows.`);
  const actor = await desk.people.actor(principal);
  const { incidentId, hypothesisId } = value;
  const outcome = await desk.verbs.recordFeedback(actor, { incidentId, hypothesisId, verdict });
  const answer = await desk.verbs.getIncident(actor, incidentId);
  if (answer === null) return say(safe`This incident is not known here any more.`);
  const { view } = answer;
  const cause = view.causes.find(({ id }) => id === hypothesisId) ?? null;
  const reply = voteReply(outcome, { view, cause });
  const isOld = value.revision < view.revision && outcome.kind === "recorded";
  return isOld ? withCurrentState(reply, view) : reply;
}

function verdictOf(value: ButtonValue): VoteVerdict | null {
  return value.answer === "undo" ? "withdrawn" : value.answer;
}

/** Acknowledge or resolve; a press on an older drawing also says what is true now. */
export async function pressStatus(desk: Desk, pressed: Pressed, status: "acknowledged" | "resolved"): Promise<Drawing> {
  const { principal, value } = pressed;
  const actor = await desk.people.actor(principal);
  const answer = await desk.verbs.getIncident(actor, value.incidentId);
  if (answer === null) return say(safe`This incident is not known here any more.`);
  const reply = await changeStatus(desk, { actor, answer, status });
  return value.revision < answer.view.revision ? withCurrentState(reply, answer.view) : reply;
}

/** The draft goes into the thread. */
export async function pressPostmortem(desk: Desk, { principal, value }: Pressed): Promise<Drawing> {
  const actor = await desk.people.actor(principal);
  return sharePostmortem(desk, { actor, incidentId: value.incidentId, thread: null });
}
