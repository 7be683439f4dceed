import { z } from "zod";
import { safe } from "../../core/safe.ts";
import { answered } from "./answered.ts";
import type { Ear, Listener } from "./listener.ts";
import { finish } from "./message.ts";
import { NOTE_MODAL, noteModal, readNote } from "./note-modal.ts";
import { PressBody, principalOf, quietly, valueIn } from "./pressed-body.ts";
import { say } from "./replies.ts";
import { decodeValue } from "./values.ts";
import { whisper } from "./wire.ts";

const NOTE_ACTION = "inc.note";

const Submission = z.object({
  team: z.object({ id: z.string().min(1) }).nullish(),
  user: z.object({ id: z.string().min(1), team_id: z.string().optional() }),
  view: z.unknown(),
});

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
      const target = { incidentId: value.incidentId, channel: pressed.data.channel?.id ?? null };
      const { trigger_id } = pressed.data;
      const desk = listener.at(principalOf(pressed.data).team);
      await quietly(desk, () => desk.client.views.open({ trigger_id, view: noteModal(target) }));
    });
    app.view(NOTE_MODAL, async ({ ack, body }) => {
      await ack();
      await listener.inFlight.run(() => addNote(listener, body));
    });
  },
};

async function addNote(listener: Listener, body: unknown): Promise<void> {
  const submitted = Submission.safeParse(body);
  const note = submitted.success ? readNote(submitted.data.view) : null;
  if (!submitted.success || note === null || note.text === "") return;
  const principal = principalOf(submitted.data);
  const desk = listener.at(principal.team);
  const drawing = await answered(desk, async () => {
    const actor = await desk.people.actor(principal);
    const text = desk.redactor.text(note.text);
    await desk.verbs.addNote(actor, { incidentId: note.target.incidentId, text });
    return say(safe`Noted on the timeline.`);
  });
  const channel = note.target.channel ?? desk.channel;
  await whisper(desk.client, { channel, user: principal.user, message: finish(drawing, 0) });
}
