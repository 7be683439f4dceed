import type { App, RespondFn } from "@slack/bolt";
import { z } from "zod";
import { safe } from "../../core/safe.ts";
import { answered } from "./answered.ts";
import type { Desk } from "./desk.ts";
import type { InFlight } from "./in-flight.ts";
import { type Drawing, finish } from "./message.ts";
import { NOTE_MODAL, noteModal, readNote } from "./note-modal.ts";
import { perform } from "./perform.ts";
import { type Pressed, pressPostmortem, pressStatus, pressVote } from "./press.ts";
import { say } from "./replies.ts";
import type { Seen } from "./seen.ts";
import { decodeValue } from "./values.ts";
import { postAnswer, whisper } from "./wire.ts";
import { withoutMention } from "./words.ts";

export interface Listener extends Desk {
  readonly inFlight: InFlight;
  readonly seen: Seen;
}

/** The buttons that only open an address. Slack reports the press all the same and wants it acknowledged. */
export const LINK_ACTIONS = /^(?:inc\.open|gh\.compare)$/u;
/** Both forms of the vote, and taking it back. */
export const VOTE_ACTIONS = /^hyp\.feedback/u;

/** Buttons with something to do, besides votes. */
export const PRESS_ACTIONS: Readonly<Record<string, (desk: Desk, pressed: Pressed) => Promise<Drawing>>> = {
  "pd.ack": (desk, pressed) => pressStatus(desk, pressed, "acknowledged"),
  "pd.resolve": (desk, pressed) => pressStatus(desk, pressed, "resolved"),
  "pm.draft": pressPostmortem,
};

export const NOTE_ACTION = "inc.note";

/** Connects everything people can press or type. Each handler acknowledges first and works afterwards. */
export function listen(app: App, listener: Listener): void {
  app.action(LINK_ACTIONS, async ({ ack }) => ack());
  onPress(app, listener, { action: VOTE_ACTIONS, act: pressVote });
  for (const [action, act] of Object.entries(PRESS_ACTIONS)) onPress(app, listener, { action, act });
  onNote(app, listener);
  onCommand(app, listener);
  onMention(app, listener);
}

const PressBody = z.object({
  team: z.object({ id: z.string().min(1) }).nullish(),
  user: z.object({ id: z.string().min(1), team_id: z.string().optional() }),
  channel: z.object({ id: z.string().min(1) }).optional(),
  container: z.object({ is_ephemeral: z.boolean().optional() }).optional(),
  actions: z.array(z.object({ value: z.string().optional() })).min(1),
});
type PressBody = z.infer<typeof PressBody>;

function onPress(
  app: App,
  listener: Listener,
  button: { action: string | RegExp; act: (desk: Desk, pressed: Pressed) => Promise<Drawing> },
): void {
  app.action(button.action, async ({ ack, body, respond }) => {
    await ack();
    await listener.inFlight.run(async () => {
      const pressed = PressBody.safeParse(body);
      if (!pressed.success) return listener.logger.warn({}, "a slack press came in an unknown shape");
      const drawing = await answered(listener, () => press(listener, pressed.data, button.act));
      await answerPress(listener, { body: pressed.data, respond, drawing });
    });
  });
}

async function press(
  listener: Listener,
  body: PressBody,
  act: (desk: Desk, pressed: Pressed) => Promise<Drawing>,
): Promise<Drawing> {
  const value = decodeValue(body.actions[0]?.value);
  if (value === null) return say(safe`This button is not one that TraceOps knows.`);
  return act(listener, { principal: principalOf(body), value });
}

/** The signed payload names the person; nothing in a button or a window ever does. */
function principalOf(body: Pick<PressBody, "team" | "user">) {
  return { team: body.user.team_id ?? body.team?.id ?? "", user: body.user.id };
}

async function answerPress(
  listener: Listener,
  { body, respond, drawing }: { body: PressBody; respond: RespondFn | undefined; drawing: Drawing },
): Promise<void> {
  const message = finish(drawing, 0);
  // An answer that only this person sees may take the place of an earlier one, never of the card.
  const replace = body.container?.is_ephemeral === true;
  if (respond !== undefined) {
    await quietly(listener, () => respond({ response_type: "ephemeral", replace_original: replace, ...message }));
  } else if (body.channel !== undefined) {
    await whisper(listener.client, { channel: body.channel.id, user: body.user.id, message });
  }
}

/** The answer to a press is a courtesy: what was asked for is done, and a lost answer must not undo it. */
async function quietly(listener: Listener, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    listener.logger.warn(
      { error: error instanceof Error ? error.name : "unknown" },
      "slack took no answer to a person",
    );
  }
}

const NotePress = PressBody.extend({ trigger_id: z.string().min(1) });
const Submission = z.object({
  team: z.object({ id: z.string().min(1) }).nullish(),
  user: z.object({ id: z.string().min(1), team_id: z.string().optional() }),
  view: z.unknown(),
});

function onNote(app: App, listener: Listener): void {
  app.action(NOTE_ACTION, async ({ ack, body }) => {
    await ack();
    const pressed = NotePress.safeParse(body);
    const value = pressed.success ? decodeValue(pressed.data.actions[0]?.value) : null;
    if (!pressed.success || value === null) return;
    const target = { incidentId: value.incidentId, channel: pressed.data.channel?.id ?? null };
    const { trigger_id } = pressed.data;
    await quietly(listener, () => listener.client.views.open({ trigger_id, view: noteModal(target) }));
  });
  app.view(NOTE_MODAL, async ({ ack, body }) => {
    await ack();
    await listener.inFlight.run(() => addNote(listener, body));
  });
}

async function addNote(listener: Listener, body: unknown): Promise<void> {
  const submitted = Submission.safeParse(body);
  const note = submitted.success ? readNote(submitted.data.view) : null;
  if (!submitted.success || note === null || note.text === "") return;
  const { user } = submitted.data;
  const drawing = await answered(listener, async () => {
    const actor = await listener.people.actor(principalOf(submitted.data));
    const text = listener.redactor.text(note.text);
    await listener.verbs.addNote(actor, { incidentId: note.target.incidentId, text });
    return say(safe`Noted on the timeline.`);
  });
  const channel = note.target.channel ?? listener.channel;
  await whisper(listener.client, { channel, user: user.id, message: finish(drawing, 0) });
}

const CommandBody = z.object({
  team_id: z.string().min(1),
  user_id: z.string().min(1),
  text: z.string().default(""),
});

function onCommand(app: App, listener: Listener): void {
  app.command(listener.command, async ({ ack, body, respond }) => {
    await ack();
    await listener.inFlight.run(async () => {
      const command = CommandBody.safeParse(body);
      if (!command.success) return listener.logger.warn({}, "a slack command came in an unknown shape");
      const { team_id: team, user_id: user, text } = command.data;
      const drawing = await answered(listener, async () =>
        perform(listener, { actor: await listener.people.actor({ team, user }), text, thread: null }),
      );
      await quietly(listener, () => respond({ response_type: "ephemeral", ...finish(drawing, 0) }));
    });
  });
}

const MentionBody = z.object({
  team_id: z.string().min(1),
  event_id: z.string().min(1),
  event: z.object({
    user: z.string().min(1),
    user_team: z.string().optional(),
    bot_id: z.string().optional(),
    text: z.string().default(""),
    channel: z.string().min(1),
    ts: z.string().min(1),
    thread_ts: z.string().optional(),
  }),
});

function onMention(app: App, listener: Listener): void {
  app.event("app_mention", async ({ body }) => {
    const mention = MentionBody.safeParse(body);
    // Bots do not ask; answering one could go on for ever.
    if (!mention.success || mention.data.event.bot_id !== undefined) return;
    if (!listener.seen.isNew(mention.data.event_id)) return;
    await listener.inFlight.run(() => answerMention(listener, mention.data));
  });
}

async function answerMention(listener: Listener, { team_id, event }: z.infer<typeof MentionBody>): Promise<void> {
  const { channel, ts, thread_ts: threadTs, user, user_team: userTeam } = event;
  const thread = threadTs === undefined ? null : { channel, threadTs };
  const drawing = await answered(listener, async () =>
    perform(listener, {
      actor: await listener.people.actor({ team: userTeam ?? team_id, user }),
      text: withoutMention(event.text),
      thread,
    }),
  );
  const message = finish(drawing, 0);
  const failure = await postAnswer(listener.client, { channel, threadTs: threadTs ?? ts, message });
  if (failure !== null) listener.logger.warn({ failure }, "slack took no answer to a mention");
}
