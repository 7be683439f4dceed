import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { safe } from "../../../core/safe.ts";
import { answered } from "../answered.ts";
import type { Desk } from "../desk.ts";
import type { Drawing } from "../drawing/message.ts";
import { decodeValue } from "../drawing/values.ts";
import type { Ear, Listener } from "../listener.ts";
import { say } from "../words/replies.ts";
import { notItModal } from "./modal-cause.ts";
import { lookedAt, openModal } from "./modal-open.ts";
import { type Pressed, pressConfirm, pressPostmortem, pressStatus, pressVote } from "./press.ts";
import { pressWhy } from "./press-why.ts";
import { answerPress, PressBody, principalOf, valueIn } from "./pressed-body.ts";
import { Repeats } from "./repeats.ts";

/** The buttons that only open an address. Slack reports the press all the same and wants it acknowledged. */
const LINK_ACTIONS = /^(?:inc\.open|gh\.compare)$/u;
/** Both forms of the vote, and taking it back. */
const VOTE_ACTIONS = /^hyp\.feedback/u;

/** Buttons with something to do, besides votes. */
const PRESS_ACTIONS: Readonly<Record<string, (desk: Desk, pressed: Pressed) => Promise<Drawing>>> = {
  "pd.ack": (desk, pressed) => pressStatus(desk, pressed, "acknowledged"),
  "pd.resolve": (desk, pressed) => pressStatus(desk, pressed, "resolved"),
  "pm.draft": pressPostmortem,
  "hyp.why": pressWhy,
};

/** The button under a recorded vote that names the cause for everybody. */
export const CONFIRM_ACTION = "cause.confirm";

/** Buttons of cards and threads. Each is acknowledged first and worked on afterwards. */
export const presses: Ear = {
  actions: [LINK_ACTIONS, VOTE_ACTIONS, CONFIRM_ACTION, ...Object.keys(PRESS_ACTIONS)],
  connect: (app, listener) => {
    app.action(LINK_ACTIONS, async ({ ack }) => ack());
    const repeats = new Repeats(listener.clock);
    onPress(app, listener, { action: VOTE_ACTIONS, act: pressVote, asks: whatWasIt, repeats });
    onPress(app, listener, { action: CONFIRM_ACTION, act: pressConfirm, repeats });
    for (const [action, act] of Object.entries(PRESS_ACTIONS)) onPress(app, listener, { action, act });
  },
};

/** What a button does. */
export interface PressSpec {
  readonly action: string | RegExp;
  readonly act: (desk: Desk, pressed: Pressed) => Promise<Drawing>;
  /** A window that opens at once, while the press is worked on; null for none. */
  readonly asks?: (pressed: Pressed) => ModalView | null;
  /** Where a second press within a moment counts as the first one. */
  readonly repeats?: Repeats;
}

/** Connects one kind of button: acknowledged at once, its answer shown to whoever pressed. */
export function onPress(app: App, listener: Listener, spec: PressSpec): void {
  app.action(spec.action, async ({ ack, body, respond }) => {
    await ack();
    await listener.inFlight.run(async () => {
      const parsed = PressBody.safeParse(body);
      if (!parsed.success) return listener.logger.warn({}, "a slack press came in an unknown shape");
      if (isRepeat(spec, parsed.data)) return;
      const desk = listener.at(principalOf(parsed.data).team);
      const pressed = pressedIn(parsed.data);
      // The window first: what opens it lives three seconds.
      const [, drawing] = await Promise.all([
        ask(desk, spec, pressed),
        answered(desk, async () => (pressed === null ? say(NOT_OURS) : spec.act(desk, pressed))),
      ]);
      await answerPress(desk, { body: parsed.data, respond, drawing });
    });
  });
}

const NOT_OURS = safe`This button is not one that TraceOps knows.`;

function isRepeat({ repeats }: PressSpec, body: PressBody): boolean {
  const { team, user } = principalOf(body);
  return repeats?.isRepeat([team, user, body.actions[0]?.action_id, valueIn(body)].join("\n")) ?? false;
}

/** What a press means; null when its value is none of ours. */
function pressedIn(body: PressBody): Pressed | null {
  const value = decodeValue(valueIn(body));
  if (value === null) return null;
  return {
    principal: principalOf(body),
    value,
    triggerId: body.trigger_id ?? null,
    channel: body.channel?.id ?? null,
    thread: body.container?.thread_ts ?? null,
  };
}

async function ask(desk: Desk, { asks }: PressSpec, pressed: Pressed | null): Promise<void> {
  const view = pressed === null ? null : (asks?.(pressed) ?? null);
  if (view !== null && pressed?.triggerId != null) await openModal(desk, pressed.triggerId, view);
}

/** Whoever says "Not it" often knows what it was. */
function whatWasIt({ value, channel, thread }: Pressed): ModalView | null {
  if (value.answer !== "no" || value.hypothesisId === null) return null;
  return notItModal({ incident: value.incidentId, hypothesis: value.hypothesisId, ...lookedAt(channel, thread) });
}
