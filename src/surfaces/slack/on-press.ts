import type { App } from "@slack/bolt";
import { safe } from "../../core/safe.ts";
import { answered } from "./answered.ts";
import type { Desk } from "./desk.ts";
import type { Ear, Listener } from "./listener.ts";
import type { Drawing } from "./message.ts";
import { type Pressed, pressPostmortem, pressStatus, pressVote } from "./press.ts";
import { answerPress, PressBody, principalOf, valueIn } from "./pressed-body.ts";
import { say } from "./replies.ts";
import { decodeValue } from "./values.ts";

/** The buttons that only open an address. Slack reports the press all the same and wants it acknowledged. */
const LINK_ACTIONS = /^(?:inc\.open|gh\.compare)$/u;
/** Both forms of the vote, and taking it back. */
const VOTE_ACTIONS = /^hyp\.feedback/u;

/** Buttons with something to do, besides votes. */
const PRESS_ACTIONS: Readonly<Record<string, (desk: Desk, pressed: Pressed) => Promise<Drawing>>> = {
  "pd.ack": (desk, pressed) => pressStatus(desk, pressed, "acknowledged"),
  "pd.resolve": (desk, pressed) => pressStatus(desk, pressed, "resolved"),
  "pm.draft": pressPostmortem,
};

/** Buttons of cards and threads. Each is acknowledged first and worked on afterwards. */
export const presses: Ear = {
  actions: [LINK_ACTIONS, VOTE_ACTIONS, ...Object.keys(PRESS_ACTIONS)],
  connect: (app, listener) => {
    app.action(LINK_ACTIONS, async ({ ack }) => ack());
    onPress(app, listener, { action: VOTE_ACTIONS, act: pressVote });
    for (const [action, act] of Object.entries(PRESS_ACTIONS)) onPress(app, listener, { action, act });
  },
};

/** Connects one kind of button: acknowledged at once, its answer shown to whoever pressed. */
export function onPress(
  app: App,
  listener: Listener,
  button: { action: string | RegExp; act: (desk: Desk, pressed: Pressed) => Promise<Drawing> },
): void {
  app.action(button.action, async ({ ack, body, respond }) => {
    await ack();
    await listener.inFlight.run(async () => {
      const pressed = PressBody.safeParse(body);
      if (!pressed.success) return listener.logger.warn({}, "a slack press came in an unknown shape");
      const desk = listener.at(principalOf(pressed.data).team);
      const drawing = await answered(desk, () => press(desk, pressed.data, button.act));
      await answerPress(desk, { body: pressed.data, respond, drawing });
    });
  });
}

async function press(
  desk: Desk,
  body: PressBody,
  act: (desk: Desk, pressed: Pressed) => Promise<Drawing>,
): Promise<Drawing> {
  const value = decodeValue(valueIn(body));
  if (value === null) return say(safe`This button is not one that TraceOps knows.`);
  return act(desk, {
    principal: principalOf(body),
    value,
    triggerId: body.trigger_id ?? null,
    channel: body.channel?.id ?? null,
  });
}
