import type { App } from "@slack/bolt";
import type { Actor } from "../../../app/actor.ts";
import { ownWords, safe } from "../../../core/safe.ts";
import { answered } from "../answered.ts";
import type { Desk } from "../desk.ts";
import { decodeFix, type Fix, UNDO_ACTION, withUndo } from "../drawing/fix-value.ts";
import type { Drawing } from "../drawing/message.ts";
import type { Ear, Listener } from "../listener.ts";
import { SCOPES } from "../routing.ts";
import { say, withCurrentState } from "../words/replies.ts";
import { record, UNKNOWN } from "./corrected.ts";
import { refill } from "./modal-open.ts";
import { readAbout } from "./modal-parts.ts";
import { EDIT_TITLE } from "./modal-timeline.ts";
import { windowFor } from "./on-edit.ts";
import { answerPress, PressBody, principalOf, valueIn } from "./pressed-body.ts";
import { Repeats } from "./repeats.ts";

/** "Undo" under an answer and in the list of corrections. */
export const undos: Ear = {
  actions: [UNDO_ACTION],
  connect: (app, listener) => onUndo(app, listener, new Repeats(listener.clock)),
};

function onUndo(app: App, listener: Listener, repeats: Repeats): void {
  app.action(UNDO_ACTION, async ({ ack, body, respond }) => {
    await ack();
    const parsed = PressBody.safeParse(body);
    if (!parsed.success) return listener.logger.warn({}, "a slack press came in an unknown shape");
    const principal = principalOf(parsed.data);
    const value = valueIn(parsed.data);
    if (repeats.isRepeat([principal.team, principal.user, value].join("\n"))) return;
    const desk = listener.at(principal.team);
    await listener.inFlight.run(async () => {
      const drawing = await answered(desk, async () =>
        takeBack(desk, await desk.people.actor(principal), decodeFix(value)),
      );
      const { view } = parsed.data;
      const about = view == null ? null : readAbout(view.private_metadata);
      if (view == null || about === null) return answerPress(desk, { body: parsed.data, respond, drawing });
      await refill(desk, { viewId: view.id, title: EDIT_TITLE, build: () => windowFor(desk, { principal, about }) });
    });
  });
}

async function takeBack(desk: Desk, actor: Actor, fix: Fix | null): Promise<Drawing> {
  if (fix === null) return say(safe`This button is not one that TraceOps knows.`);
  switch (fix.what) {
    case "correction":
      return undoCorrection(desk, actor, fix);
    case "note":
      return removeNote(desk, actor, fix);
    case "mute":
      await desk.access.require(actor, "service.route", { services: [fix.id] });
      await desk.preferences.remove(actor.tenant, SCOPES.mute, fix.id);
      return say(safe`Cards about ${desk.redactor.text(fix.id)} come again.`);
    default:
      return fix.what satisfies never;
  }
}

async function undoCorrection(desk: Desk, actor: Actor, { incidentId, id }: Fix): Promise<Drawing> {
  const outcome = await desk.verbs.correct(actor, { incidentId, correction: { kind: "undo", of: id } });
  if (outcome.kind === "unknown-incident") return say(UNKNOWN);
  if (outcome.kind === "recorded")
    return say(safe`Taken back for ${ownWords(incidentId)}. The ranking is being done again without it.`);
  const answer = await desk.verbs.getIncident(actor, incidentId);
  const reply = say(safe`Nothing was changed: ${outcome.because}.`);
  return answer === null ? reply : withCurrentState(reply, answer.view);
}

async function removeNote(desk: Desk, actor: Actor, { incidentId, id }: Fix): Promise<Drawing> {
  const answer = await desk.verbs.getIncident(actor, incidentId);
  const note = answer?.notes.find((each) => each.id === id);
  if (answer === null) return say(UNKNOWN);
  if (note === undefined) return withCurrentState(say(safe`This note is not on the timeline any more.`), answer.view);
  const correction = { kind: "note-removed" as const, noteId: note.id, text: note.text };
  const recorded = await record(desk, actor, { incidentId, correction });
  if (recorded.status === "refused") return say(recorded.because);
  return withUndo(say(safe`The note is removed from the timeline.`), safe`removing the note`, recorded.fix);
}
