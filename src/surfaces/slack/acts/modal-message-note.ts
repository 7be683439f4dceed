import type { ModalView } from "@slack/types";
import { type EpochMs, type IncidentId, incidentId } from "../../../core/ids.ts";
import { type Safe, safe } from "../../../core/safe.ts";
import { utcClock } from "../drawing/mrkdwn.ts";
import { type About, type Choice, menuField, modal, textField, timeFields } from "./modal-parts.ts";
import { type Errors, instantIn, type Submission } from "./modal-submission.ts";

export const MESSAGE_NOTE_MODAL = "tl.add.note";
export const ADD_TITLE = safe`Add to timeline`;
const INCIDENT = "incident";
const TEXT = "text";
const MINUTE = "minute";
const SECOND = "second";
const MAX_TEXT = 3000;

/** A message before it goes on a timeline: its words, when it happened, and where it belongs. */
export function messageNoteModal(given: {
  readonly about: About;
  readonly text: Safe;
  readonly atMs: EpochMs;
  readonly incidents: readonly Choice[];
  readonly initial: IncidentId | null;
}): ModalView {
  const { about, text, atMs, incidents, initial } = given;
  return modal({
    callback: MESSAGE_NOTE_MODAL,
    title: ADD_TITLE,
    submit: safe`Add`,
    close: safe`Cancel`,
    about,
    blocks: [
      menuField({
        block: INCIDENT,
        label: safe`Incident`,
        options: incidents,
        ...(initial === null ? {} : { initial }),
      }),
      textField({ block: TEXT, label: safe`What should the timeline say?`, initial: text, max: MAX_TEXT }),
      ...timeFields({
        block: MINUTE,
        label: safe`When it happened: day and minute, in your own time zone`,
        hint: safe`The message was written at ${utcClock(atMs)}.`,
        secondsBlock: SECOND,
        secondsLabel: safe`Second of that minute, 0 to 59`,
        atMs,
      }),
    ],
  });
}

/** What is missing before the message can be added. */
export function checkMessageNote({ fields }: Submission, nowMs: number): Errors {
  const at = instantIn(fields, MINUTE, SECOND);
  return {
    ...(fields.chosen(INCIDENT) === null ? { [INCIDENT]: safe`Choose the incident that this belongs to.` } : {}),
    ...(fields.text(TEXT) === "" ? { [TEXT]: safe`Some words are needed.` } : {}),
    ...checkInstant({ at, hasMinute: fields.minute(MINUTE) !== null }, nowMs),
  };
}

/** Nobody can tell of what is still to come. */
export function checkInstant(
  given: { readonly at: EpochMs | null; readonly hasMinute: boolean },
  nowMs: number,
): Errors {
  if (!given.hasMinute) return { [MINUTE]: safe`Choose day and minute.` };
  if (given.at === null) return { [SECOND]: safe`Type a number from 0 to 59.` };
  return given.at > nowMs ? { [MINUTE]: safe`This is in the future: ${utcClock(given.at)}.` } : {};
}

/** What the person filled in. */
export function messageNoteIn({ fields }: Submission) {
  return {
    incidentId: incidentId(fields.chosen(INCIDENT) ?? ""),
    text: fields.text(TEXT),
    atMs: instantIn(fields, MINUTE, SECOND),
  };
}
