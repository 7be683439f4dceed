import type { ModalView } from "@slack/types";
import type { Correction, StatedKind } from "../../../core/corrections/correction.ts";
import { hypothesisId, type IncidentId } from "../../../core/ids.ts";
import type { CauseView } from "../../../core/presentation/view.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { section } from "../drawing/blocks.ts";
import { escaped, md } from "../drawing/mrkdwn.ts";
import { type About, type Choice, menuField, modal, oneLine, radioField, textField } from "./modal-parts.ts";
import type { Errors, Submission } from "./modal-submission.ts";

export const NOT_IT_MODAL = "cause.what";
export const CAUSE_MODAL = "cause.named";
export const DISMISS_MODAL = "inc.dismiss";

const KIND = "kind";
const TEXT = "text";
const INCIDENT = "incident";
const CAUSE = "cause";
const MAX_TEXT = 1000;
/** The entry of the causes that stands for "none of these". */
const OTHER = "other";

const KINDS: Readonly<Record<StatedKind, Safe>> = {
  change: safe`A change: deploy, migration, rollout`,
  dependency: safe`A dependency: another service or a third party`,
  infrastructure: safe`Infrastructure: node, network, disk, cluster`,
  configuration: safe`Configuration or a flag`,
  load: safe`Load: more work than it can take`,
  "not-an-incident": safe`Not an incident`,
  "not-known": safe`Not known yet`,
};
const STATED: readonly StatedKind[] = [
  "change",
  "dependency",
  "infrastructure",
  "configuration",
  "load",
  "not-an-incident",
  "not-known",
];
const CHOICES: readonly Choice[] = STATED.map((value) => ({ value, text: KINDS[value] }));

/** "What was it?": asked at once after somebody said "Not it". The vote stands whatever becomes of this window. */
export function notItModal(about: About): ModalView {
  return modal({
    callback: NOT_IT_MODAL,
    title: safe`What was it?`,
    submit: safe`Send`,
    close: safe`Close`,
    about,
    blocks: [
      section("recorded", md`Your "Not it" is recorded. What you say here changes the ranking; closing this does not.`),
      radioField({ block: KIND, label: safe`What was it instead?`, options: CHOICES }),
      textField({
        block: TEXT,
        label: safe`Name it, when you can`,
        hint: safe`A service, a version, a link. Named services and versions move up most.`,
        max: MAX_TEXT,
        optional: true,
      }),
    ],
  });
}

/** What the person suspects instead. */
export function suspectedIn(desk: Desk, { about, fields }: Submission): Correction | null {
  const stated = STATED.find((kind) => kind === fields.chosen(KIND));
  if (stated === undefined) return null;
  return { kind: "cause-stated", stated, text: textIn(desk, fields.text(TEXT)), isCause: false, ...instead(about) };
}

function instead({ hypothesis }: About) {
  return { hypothesisId: hypothesis === undefined ? null : hypothesisId(hypothesis) };
}

function textIn(desk: Desk, typed: string): Safe | null {
  return typed === "" ? null : desk.redactor.text(typed);
}

/** Naming a cause from a message: the incident it belongs to, the words, and what kind of thing it is. */
export function namedCauseModal(given: {
  readonly about: About;
  readonly text: Safe;
  readonly incidents: readonly Choice[];
  readonly initial: IncidentId | null;
  /** Causes that the ranking knows already, when the message is one of ours. */
  readonly causes: readonly CauseView[];
}): ModalView {
  const { about, text, incidents, initial, causes } = given;
  const known = causes.map(({ id, summary }) => ({ value: id, text: oneLine(summary) }));
  const own: readonly Choice[] = known.length === 0 ? [] : [...known, { value: OTHER, text: safe`Something else` }];
  return modal({
    callback: CAUSE_MODAL,
    title: safe`This is the cause`,
    submit: safe`Name the cause`,
    close: safe`Cancel`,
    about,
    blocks: [
      menuField({
        block: INCIDENT,
        label: safe`Incident`,
        options: incidents,
        ...(initial === null ? {} : { initial }),
      }),
      ...(own.length === 0
        ? []
        : [
            radioField({
              block: CAUSE,
              label: safe`Which of the causes that TraceOps ranked?`,
              options: own,
              initial: own[0]?.value ?? OTHER,
            }),
          ]),
      textField({
        block: TEXT,
        label: safe`The cause in your words`,
        hint: safe`Everybody sees this with your name. It counts when it is none of the ranked causes.`,
        initial: text,
        max: MAX_TEXT,
        optional: own.length > 0,
      }),
      menuField({ block: KIND, label: safe`What kind of thing is it?`, options: CHOICES, initial: "not-known" }),
    ],
  });
}

/** What is missing before a cause can be named. */
export function checkNamedCause({ fields }: Submission): Errors {
  const isRanked = (fields.chosen(CAUSE) ?? OTHER) !== OTHER;
  return {
    ...(fields.chosen(INCIDENT) === null ? { [INCIDENT]: safe`Choose the incident that this caused.` } : {}),
    ...(!isRanked && fields.text(TEXT) === "" ? { [TEXT]: safe`Say in some words what the cause is.` } : {}),
  };
}

/** The cause as it was named: one of the ranking, or people's own words. */
export function namedCauseIn(desk: Desk, { fields }: Submission) {
  const ranked = fields.chosen(CAUSE) ?? OTHER;
  return {
    incident: fields.chosen(INCIDENT) ?? "",
    hypothesis: ranked === OTHER ? null : hypothesisId(ranked),
    text: textIn(desk, fields.text(TEXT)),
    stated: STATED.find((kind) => kind === fields.chosen(KIND)) ?? "not-known",
  };
}

/** The question before an incident is called none. */
export function dismissModal(about: About, id: IncidentId): ModalView {
  return modal({
    callback: DISMISS_MODAL,
    title: safe`Not an incident?`,
    submit: safe`Not an incident`,
    close: safe`Cancel`,
    about,
    blocks: [
      section(
        "what",
        md`Everybody will see on the card of ${escaped(ownWords(id))} that you say it is no incident. It stays open where the alert came from. You can undo this.`,
      ),
      textField({
        block: TEXT,
        label: safe`Why?`,
        hint: safe`One sentence for those who look later.`,
        max: MAX_TEXT,
        optional: true,
      }),
    ],
  });
}

/** "No incident", with the reason when one was given. */
export function dismissalIn(desk: Desk, { fields }: Submission): Correction {
  const why = textIn(desk, fields.text(TEXT));
  const text = why === null ? safe`no incident` : cutSafe(safe`no incident: ${why}`, MAX_TEXT);
  return { kind: "cause-stated", stated: "not-an-incident", text, hypothesisId: null, isCause: true };
}
