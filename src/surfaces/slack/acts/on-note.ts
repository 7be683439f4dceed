import { incidentId } from "../../../core/ids.ts";
import { ownWords, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { withUndo } from "../drawing/fix-value.ts";
import type { Drawing } from "../drawing/message.ts";
import { decodeValue } from "../drawing/values.ts";
import type { Ear } from "../listener.ts";
import { say } from "../words/replies.ts";
import { openModal } from "./modal-open.ts";
import { onSubmit, type Submission } from "./modal-submission.ts";
import { checkNote, NOTE_MODAL, noteIn, noteModal } from "./note-modal.ts";
import { PressBody, principalOf, valueIn } from "./pressed-body.ts";

const NOTE_ACTION = "inc.note";

/** The window in which a person writes on the timeline. */
export const notes: Ear = {
  actions: [NOTE_ACTION],
  views: [NOTE_MODAL],
  connect: (app, listener) => {
    app.action(NOTE_ACTION, async ({ ack, body }) => {
      await ack();
      const pressed = PressBody.safeParse(body);
      const value = pressed.success ? decodeValue(valueIn(pressed.data)) : null;
      if (!pressed.success || value === null || pressed.data.trigger_id === undefined) return;
      const { trigger_id: triggerId, channel, container } = pressed.data;
      const target = {
        incidentId: value.incidentId,
        channel: channel?.id ?? null,
        thread: container?.thread_ts ?? null,
      };
      const desk = listener.at(principalOf(pressed.data).team);
      await listener.inFlight.run(() => openModal(desk, triggerId, noteModal(target)));
    });
    onSubmit(app, listener, { view: NOTE_MODAL, check: checkNote, act: addNote });
  },
};

/** The window's own id makes a second sending a repeat, in whichever process it comes in. */
async function addNote(desk: Desk, submission: Submission): Promise<Drawing> {
  const { about, principal, viewId } = submission;
  const { text, atMs } = noteIn(submission);
  const actor = await desk.people.actor(principal);
  const id = incidentId(about.incident ?? "");
  const note = await desk.verbs.addNote(actor, {
    incidentId: id,
    text: desk.redactor.text(text),
    ...(atMs === null ? {} : { atMs }),
    externalKey: ["slack", principal.team, "window", viewId].join("/"),
  });
  const said = say(safe`Noted on the timeline of ${ownWords(id)}.`);
  return withUndo(said, safe`the note`, { incidentId: id, what: "note", id: note.id });
}
