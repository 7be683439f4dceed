import type { ModalView } from "@slack/types";
import { type EpochMs, epochMs } from "../../../core/ids.ts";
import { type Safe, safe } from "../../../core/safe.ts";
import { utcClock } from "../drawing/mrkdwn.ts";
import { checkInstant } from "./modal-message-note.ts";
import { type About, channelField, menuField, modal, textField, timeFields } from "./modal-parts.ts";
import { type Errors, instantIn, type Submission } from "./modal-submission.ts";

export const START_MODAL = "inc.start.service";
const SERVICE = "service";
const OTHER = "other";
const WHAT = "what";
const MINUTE = "minute";
const SECOND = "second";
const CHANNEL = "channel";
const MAX_NAME = 200;
const MAX_WHAT = 3000;

/** Looking into a service: which, since when, and with a message what happened. */
export function startModal(given: {
  readonly about: About;
  readonly title: Safe;
  readonly services: readonly Safe[];
  readonly atMs: EpochMs;
  /** What happened, as the message says; null when there is no message. */
  readonly what: Safe | null;
}): ModalView {
  const { about, title, services, atMs, what } = given;
  const known = services.map((service) => ({ value: service.slice(0, 150), text: service }));
  return modal({
    callback: START_MODAL,
    title,
    submit: safe`Investigate`,
    close: safe`Cancel`,
    about,
    blocks: [
      ...(known.length === 0
        ? []
        : [menuField({ block: SERVICE, label: safe`Service`, options: known, optional: true })]),
      textField({
        block: OTHER,
        label: known.length === 0 ? safe`Service` : safe`Or another service`,
        hint: safe`Its name as in your logs and deployments.`,
        lines: "one",
        max: MAX_NAME,
        optional: known.length > 0,
      }),
      ...(what === null
        ? []
        : [textField({ block: WHAT, label: safe`What happened?`, initial: what, max: MAX_WHAT, optional: true })]),
      ...timeFields({
        block: MINUTE,
        label: safe`Since when is something wrong? Day and minute, in your own time zone`,
        hint: safe`Filled in: ${utcClock(atMs)}.`,
        secondsBlock: SECOND,
        secondsLabel: safe`Second of that minute, 0 to 59`,
        atMs,
      }),
      ...(what === null
        ? [
            channelField({
              block: CHANNEL,
              label: safe`Channel for the card`,
              hint: safe`Left empty: the incident channel. TraceOps must be a member of the channel.`,
              optional: true,
            }),
          ]
        : []),
    ],
  });
}

/** What is missing before the look can begin. */
export function checkStart({ fields }: Submission, nowMs: number): Errors {
  const chosen = fields.chosen(SERVICE);
  const typed = fields.text(OTHER);
  const at = instantIn(fields, MINUTE, SECOND);
  return {
    ...(chosen === null && typed === "" ? { [OTHER]: safe`Choose a service or type the name of one.` } : {}),
    ...(chosen !== null && typed !== "" && chosen !== typed
      ? { [OTHER]: safe`Two services are named. Empty this field, or the menu above.` }
      : {}),
    ...checkInstant({ at, hasMinute: fields.minute(MINUTE) !== null }, nowMs),
  };
}

/** What the person filled in. */
export function startIn({ fields, about }: Submission, nowMs: number) {
  return {
    service: fields.chosen(SERVICE) ?? fields.text(OTHER),
    what: fields.text(WHAT),
    sinceMs: instantIn(fields, MINUTE, SECOND) ?? epochMs(nowMs),
    channel: fields.chosen(CHANNEL) ?? about.channel ?? null,
  };
}
