import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { Actor } from "../../../app/actor.ts";
import type { Correction } from "../../../core/corrections/correction.ts";
import { epochMs, type IncidentId, incidentId } from "../../../core/ids.ts";
import { ownWords, type Safe, safe } from "../../../core/safe.ts";
import { answered } from "../answered.ts";
import type { Desk } from "../desk.ts";
import { section } from "../drawing/blocks.ts";
import { withUndo } from "../drawing/fix-value.ts";
import type { Drawing } from "../drawing/message.ts";
import { dateMd, escaped, md, utcClock } from "../drawing/mrkdwn.ts";
import { decodeMenu, type MenuValue } from "../drawing/values.ts";
import type { Ear, Listener } from "../listener.ts";
import { SCOPES } from "../routing.ts";
import { say, withCurrentState } from "../words/replies.ts";
import { correctedReply, record, UNKNOWN } from "./corrected.ts";
import { DISMISS_MODAL, dismissalIn, dismissModal } from "./modal-cause.ts";
import { lookedAt, openModal } from "./modal-open.ts";
import { type About, modal, textField } from "./modal-parts.ts";
import { onSubmit, type Submission } from "./modal-submission.ts";
import { noteModal } from "./note-modal.ts";
import { answerPress, PressBody, principalOf, valueIn } from "./pressed-body.ts";

const MENU_ACTION = "inc.more";
const UPDATE_MODAL = "inc.update";
const TEXT = "text";
const MAX_UPDATE = 2000;
const MUTE_MS = 60 * 60_000;

/** The menu of a card: what opens a window, and what is done at once. */
export const menu: Ear = {
  actions: [MENU_ACTION],
  views: [UPDATE_MODAL, DISMISS_MODAL],
  connect: (app, listener) => {
    onMenu(app, listener);
    onSubmit(app, listener, {
      view: UPDATE_MODAL,
      check: ({ fields }) => (fields.text(TEXT) === "" ? { [TEXT]: safe`Some words are needed.` } : {}),
      act: (desk, submission) =>
        correct(desk, submission, { kind: "status-update", text: desk.redactor.text(submission.fields.text(TEXT)) }),
    });
    onSubmit(app, listener, {
      view: DISMISS_MODAL,
      act: (desk, submission) => correct(desk, submission, dismissalIn(desk, submission)),
    });
  },
};

function onMenu(app: App, listener: Listener): void {
  app.action(MENU_ACTION, async ({ ack, body, respond }) => {
    await ack();
    const parsed = PressBody.safeParse(body);
    if (!parsed.success) return listener.logger.warn({}, "a slack press came in an unknown shape");
    const principal = principalOf(parsed.data);
    const desk = listener.at(principal.team);
    const value = decodeMenu(valueIn(parsed.data));
    const view = value === null ? null : windowOf(value, parsed.data);
    await listener.inFlight.run(async () => {
      if (view !== null && parsed.data.trigger_id !== undefined) return openModal(desk, parsed.data.trigger_id, view);
      const drawing = await answered(desk, async () => mute(desk, await desk.people.actor(principal), value));
      await answerPress(desk, { body: parsed.data, respond, drawing });
    });
  });
}

/** The window of a menu entry; null for what needs none. */
function windowOf({ choice, incidentId: id }: MenuValue, body: PressBody): ModalView | null {
  const channel = body.channel?.id ?? null;
  const about = { incident: id, ...lookedAt(channel, body.container?.thread_ts ?? null) };
  switch (choice) {
    case "note":
      return noteModal({ incidentId: id, channel });
    case "update":
      return updateModal(about, id);
    case "dismiss":
      return dismissModal(about, id);
    case "mute":
      return null;
    default:
      return choice satisfies never;
  }
}

function updateModal(about: About, id: IncidentId): ModalView {
  return modal({
    callback: UPDATE_MODAL,
    title: safe`Post an update`,
    submit: safe`Post`,
    close: safe`Cancel`,
    about,
    blocks: [
      textField({
        block: TEXT,
        label: safe`News about ${ownWords(id)} for everybody who follows`,
        hint: safe`It stands on the card with your name and the time.`,
        max: MAX_UPDATE,
      }),
    ],
  });
}

async function correct(desk: Desk, { about, principal }: Submission, correction: Correction): Promise<Drawing> {
  const id = incidentId(about.incident ?? "");
  const actor = await desk.people.actor(principal);
  return correctedReply(await record(desk, actor, { incidentId: id, correction }), id);
}

/** New cards about the service of this incident stay away for an hour. */
async function mute(desk: Desk, actor: Actor, value: MenuValue | null): Promise<Drawing> {
  if (value === null) return say(safe`This entry is not one that TraceOps knows.`);
  const answer = await desk.verbs.getIncident(actor, value.incidentId);
  if (answer === null) return say(UNKNOWN);
  const { service } = answer.incident;
  if (service === null) {
    return say(
      safe`This incident names no service, so there is nothing to mute. Silence its alert where it comes from.`,
    );
  }
  await desk.access.require(actor, "service.route", { incident: answer.incident.id, services: [service] });
  const atMs = epochMs(desk.clock.nowMs());
  const untilMs = epochMs(atMs + MUTE_MS);
  await desk.preferences.set(actor.tenant, {
    scope: SCOPES.mute,
    name: service,
    value: { untilMs },
    by: actor.name,
    atMs,
  });
  const reply = withUndo(mutedReply(service, untilMs), safe`muting ${service}`, {
    incidentId: value.incidentId,
    what: "mute",
    id: service,
  });
  return value.revision < answer.view.revision ? withCurrentState(reply, answer.view) : reply;
}

function mutedReply(service: Safe, untilMs: ReturnType<typeof epochMs>): Drawing {
  const until = md`${dateMd(untilMs, "{time}")} in your time zone, ${escaped(utcClock(untilMs))}`;
  const text = md`Muted: no new card about ${escaped(service)} until ${until}. This card goes on, and so do pages.`;
  return { text, blocks: [section("reply", text)] };
}
