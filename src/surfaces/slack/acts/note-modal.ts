import type { ModalView } from "@slack/types";
import { epochMs, type IncidentId } from "../../../core/ids.ts";
import { ownWords, safe } from "../../../core/safe.ts";
import { utcClock } from "../drawing/mrkdwn.ts";
import { lookedAt } from "./modal-open.ts";
import { minuteField, modal, textField } from "./modal-parts.ts";
import type { Errors, Submission } from "./modal-submission.ts";

export const NOTE_MODAL = "inc.note.text";
const TEXT = "note";
const WHEN = "when";
const MAX_NOTE = 2000;

/** Where a note belongs and where to confirm it. Who writes it is never in here: that is in the signed payload. */
export interface NoteTarget {
  readonly incidentId: IncidentId;
  readonly channel: string | null;
  readonly thread?: string | null;
}

/** The window in which a person types a note. */
export function noteModal({ incidentId, channel, thread }: NoteTarget): ModalView {
  return modal({
    callback: NOTE_MODAL,
    title: safe`Add a note`,
    submit: safe`Add`,
    close: safe`Cancel`,
    about: { incident: incidentId, ...lookedAt(channel, thread ?? null) },
    blocks: [
      textField({
        block: TEXT,
        label: safe`What should the timeline of ${ownWords(incidentId)} say?`,
        max: MAX_NOTE,
      }),
      minuteField({
        block: WHEN,
        label: safe`When did it happen? In your own time zone`,
        hint: safe`Left empty: now.`,
        optional: true,
      }),
    ],
  });
}

/** What is wrong with a note. */
export function checkNote({ fields }: Submission, nowMs: number): Errors {
  const minute = fields.minute(WHEN);
  return {
    ...(fields.text(TEXT) === "" ? { [TEXT]: safe`A note needs some words.` } : {}),
    ...(minute !== null && minute * 1000 > nowMs
      ? { [WHEN]: safe`This is in the future: ${utcClock(epochMs(minute * 1000))}.` }
      : {}),
  };
}

/** What was typed, and when it happened; null for now. */
export function noteIn({ fields }: Submission) {
  const minute = fields.minute(WHEN);
  return { text: fields.text(TEXT), atMs: minute === null ? null : epochMs(minute * 1000) };
}
