import type { VoteVerdict } from "../../../app/ports.ts";
import type { FeedbackOutcome } from "../../../app/verbs.ts";
import type { Correction, StatedKind } from "../../../core/corrections/correction.ts";
import type { CauseView, IncidentView } from "../../../core/presentation/view.ts";
import { safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { actions, button } from "../drawing/blocks.ts";
import type { Drawing } from "../drawing/message.ts";
import { type ButtonValue, isOutdated, valueOf } from "../drawing/values.ts";
import type { Principal } from "../people.ts";
import { sharePostmortem } from "../postmortems/postmortem.ts";
import { say, voteReply, withCurrentState } from "../words/replies.ts";
import { changeStatus } from "../words/status.ts";
import { correctedReply, record, UNKNOWN } from "./corrected.ts";

export interface Pressed {
  readonly principal: Principal;
  readonly value: ButtonValue;
  /** Opens a window within three seconds; null when Slack gave none. */
  readonly triggerId: string | null;
  /** Where the button stands. */
  readonly channel: string | null;
  /** The thread of the button, when it stands in one. */
  readonly thread: string | null;
}

/** A vote on a cause, or taking it back. One vote per person and cause, changeable. */
export async function pressVote(desk: Desk, { principal, value }: Pressed): Promise<Drawing> {
  const verdict = verdictOf(value);
  if (verdict === null || value.hypothesisId === null) return say(safe`This button is not one that TraceOps knows.`);
  const actor = await desk.people.actor(principal);
  const { incidentId, hypothesisId } = value;
  const before = await desk.verbs.getIncident(actor, incidentId);
  const outcome = await desk.verbs.recordFeedback(actor, { incidentId, hypothesisId, verdict });
  const answer = await desk.verbs.getIncident(actor, incidentId);
  if (answer === null) return say(safe`This incident is not known here any more.`);
  const { view } = answer;
  const cause = view.causes.find(({ id }) => id === hypothesisId) ?? null;
  const reply = withConfirmation(voteReply(outcome, { view, cause }), isYes(verdict, outcome) ? { view, cause } : null);
  // The vote itself may change what the card says: what counts is what it said before.
  return outcome.kind === "recorded" && isOutdated(value, before?.view ?? view) ? withCurrentState(reply, view) : reply;
}

function isYes(verdict: VoteVerdict, { kind }: FeedbackOutcome): boolean {
  return verdict === "yes" && kind === "recorded";
}

function verdictOf(value: ButtonValue): VoteVerdict | null {
  return value.answer === "undo" ? "withdrawn" : value.answer;
}

/** After "This was it": the way to name the cause for everybody. Whoever presses it stands by it with their name. */
function withConfirmation(
  reply: Drawing,
  vote: { readonly view: IncidentView; readonly cause: CauseView | null } | null,
): Drawing {
  if (vote === null || vote.cause === null) return reply;
  const { view, cause } = vote;
  const confirm = button({
    action: "cause.confirm",
    text: safe`Mark cause confirmed`,
    label: safe`Mark hypothesis ${cause.rank} as the confirmed cause`,
    value: valueOf(view, { cause }),
  });
  return { ...reply, blocks: [...reply.blocks, ...actions("confirm", [confirm])] };
}

/** States for everybody that this was the cause, as a correction with its author. */
export async function pressConfirm(desk: Desk, { principal, value }: Pressed): Promise<Drawing> {
  const actor = await desk.people.actor(principal);
  const answer = await desk.verbs.getIncident(actor, value.incidentId);
  if (answer === null) return say(UNKNOWN);
  const cause = answer.view.causes.find(({ id }) => id === value.hypothesisId);
  if (cause === undefined) return withCurrentState(say(safe`This cause is not in the answer any more.`), answer.view);
  const correction: Correction = {
    kind: "cause-stated",
    stated: STATED_AS[cause.kind] ?? "not-known",
    text: cause.summary,
    hypothesisId: cause.id,
    isCause: true,
  };
  const recorded = await record(desk, actor, { incidentId: value.incidentId, correction });
  return correctedReply(recorded, value.incidentId);
}

/** What people call a kind of cause; others are not asked about. */
const STATED_AS: Readonly<Partial<Record<CauseView["kind"], StatedKind>>> = {
  change: "change",
  "config-change": "configuration",
  configuration: "configuration",
  certificate: "configuration",
  "dependency-failure": "dependency",
  "third-party-outage": "dependency",
  infrastructure: "infrastructure",
  scheduling: "infrastructure",
  disk: "infrastructure",
  network: "infrastructure",
  "resource-exhaustion": "load",
};

/** Acknowledge or resolve; a press on an older drawing also says what is true now. */
export async function pressStatus(desk: Desk, pressed: Pressed, status: "acknowledged" | "resolved"): Promise<Drawing> {
  const { principal, value } = pressed;
  const actor = await desk.people.actor(principal);
  const answer = await desk.verbs.getIncident(actor, value.incidentId);
  if (answer === null) return say(safe`This incident is not known here any more.`);
  const reply = await changeStatus(desk, { actor, answer, status });
  return isOutdated(value, answer.view) ? withCurrentState(reply, answer.view) : reply;
}

/** The draft goes into the thread. */
export async function pressPostmortem(desk: Desk, { principal, value }: Pressed): Promise<Drawing> {
  const actor = await desk.people.actor(principal);
  return sharePostmortem(desk, { actor, incidentId: value.incidentId, thread: null });
}
