import type { KnownBlock, ModalView } from "@slack/types";
import type { IncidentAnswer } from "../../../app/verbs.ts";
import type { Correction } from "../../../core/corrections/correction.ts";
import { type EpochMs, epochMs, stableHash } from "../../../core/ids.ts";
import type { CorrectionView } from "../../../core/presentation/view.ts";
import { cutWords } from "../../../core/presentation/words.ts";
import { cutSafe, type Safe, safe } from "../../../core/safe.ts";
import { isoToMs } from "../../../core/time.ts";
import type { Desk } from "../desk.ts";
import { button, context, plainText, section } from "../drawing/blocks.ts";
import { encodeFix, UNDO_ACTION } from "../drawing/fix-value.ts";
import { dateMd, escaped, inUtc, md, typable, utcClock } from "../drawing/mrkdwn.ts";
import { type Editable, isOneRecord, referenceTo } from "./edit-rows.ts";
import { type About, modal, option, textField, tickField, timeFields } from "./modal-parts.ts";
import { type Errors, instantIn, type Submission } from "./modal-submission.ts";

export const EDIT_MODAL = "tl.edit.row";
/** The menu inside the window that chooses the row. */
export const ROW_ACTION = "tl.row";
export const EDIT_TITLE = safe`Edit timeline`;

const TEXT = "text";
const MINUTE = "minute";
const SECOND = "second";
const GONE = "gone";
const MAX_TEXT = 2000;
const MAX_ROWS = 100;
/** The newest ones; the page has all. */
const MAX_LISTED = 20;

/** The window for one incident: a row to choose, its fields once one is chosen, and what was corrected so far. */
export function timelineModal(given: {
  readonly answer: IncidentAnswer;
  readonly rows: readonly Editable[];
  readonly chosen: Editable | null;
  readonly about: About;
}): ModalView {
  const { answer, rows, chosen, about } = given;
  const { corrections } = answer.view;
  return modal({
    callback: EDIT_MODAL,
    title: EDIT_TITLE,
    ...(chosen === null ? {} : { submit: safe`Save` }),
    close: safe`Close`,
    about: {
      ...about,
      incident: answer.incident.id,
      ...readSpan(answer, chosen),
      ...(chosen === null ? {} : was(chosen)),
    },
    blocks: [
      chooser(rows, chosen),
      ...(chosen === null ? [] : fieldsOf(chosen)),
      ...soFar(answer, corrections.slice(-MAX_LISTED).toReversed(), corrections.length),
    ],
  });
}

/** A record that is moved out of what was read could not be shown any more; what people said always is. */
function readSpan({ analysis }: IncidentAnswer, chosen: Editable | null): About {
  if (chosen?.row?.role === "person") return {};
  const fromMs = isoToMs(analysis?.window.baselineFrom ?? "");
  const untilMs = isoToMs(analysis?.window.to ?? "");
  return fromMs === null || untilMs === null ? {} : { fromMs, untilMs };
}

function was({ key, text, atMs }: Editable): About {
  return { row: key, wasText: stableHash(typable(text).trim()), wasSecond: Math.floor(atMs / 1000) };
}

function chooser(rows: readonly Editable[], chosen: Editable | null): KnownBlock {
  if (rows.length === 0) return section("rows", md`The timeline has no row yet.`);
  const options = rows
    .slice(-MAX_ROWS)
    .map(({ key, atMs, text }) => option({ value: key, text: safe`${utcClock(atMs)} ${text}` }));
  const initial = options.find(({ value }) => value === chosen?.key);
  return {
    ...section("rows", md`*Which row?* Times in this list are UTC.`),
    accessory: {
      type: "static_select",
      action_id: ROW_ACTION,
      placeholder: plainText(safe`Choose a row`, 75),
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    },
  };
}

/** Block ids carry the row: Slack keeps what was typed in a block, and that must not move on to another row. */
function fieldsOf(row: Editable): readonly KnownBlock[] {
  const id = stableHash(row.key);
  return [
    context(`now:${id}`, nowLine(row)),
    ...timeBlocks(row, id),
    ...(row.row === null
      ? []
      : [textField({ block: `${TEXT}:${id}`, label: safe`Text of the row`, initial: row.text, max: MAX_TEXT })]),
    tickField({
      block: `${GONE}:${id}`,
      label: row.note === null ? safe`Does it belong here?` : safe`Remove it?`,
      text: row.note === null ? safe`This has nothing to do with the incident` : safe`Remove this note`,
      hint: safe`Its records then count for nothing in the ranking. You can undo it.`,
    }),
  ];
}

function nowLine({ atMs, row }: Editable) {
  const edited = row?.editedBy ?? null;
  const by = edited === null ? md`` : md` · edited by ${escaped(edited)}`;
  return md`Now at ${dateMd(atMs, "{time_secs}")} in your time zone, ${escaped(utcClock(atMs))}${by}`;
}

function timeBlocks({ row, atMs }: Editable, id: string): readonly KnownBlock[] {
  if (row === null) return [];
  if (!isOneRecord(row)) {
    return [
      context(
        `fixed:${id}`,
        md`The time cannot be edited: this row folds ${row.count} records, and each has a time of its own.`,
      ),
    ];
  }
  return timeFields({
    block: `${MINUTE}:${id}`,
    label: safe`When it happened: day and minute, in your own time zone`,
    hint: safe`Your Slack shows this in your time zone. Before: ${utcClock(atMs)}.`,
    secondsBlock: `${SECOND}:${id}`,
    secondsLabel: safe`Second of that minute, 0 to 59`,
    atMs,
  });
}

function soFar({ incident }: IncidentAnswer, listed: readonly CorrectionView[], all: number): readonly KnownBlock[] {
  if (all === 0) return [context("none", md`No corrections so far.`)];
  const title =
    all > listed.length ? md`*Corrections so far*, the newest ${listed.length} of ${all}` : md`*Corrections so far*`;
  return [
    section("sofar", title),
    ...listed.map((correction) => ({
      ...section(`fix${correction.id}`, lineOf(correction)),
      accessory: button({
        action: UNDO_ACTION,
        text: safe`Undo`,
        label: cutSafe(safe`Undo: ${correction.by} ${correction.text}`, 75),
        value: encodeFix({ incidentId: incident.id, what: "correction", id: correction.id }),
      }),
    })),
  ];
}

function lineOf({ by, text, atMs }: CorrectionView) {
  return md`${dateMd(atMs, "{time}")} ${escaped(by)} ${escaped(cutWords(inUtc(text), 300))}`;
}

/** What is wrong with a saved row, as far as the window alone can tell. */
export function checkEdit(submission: Submission, nowMs: number): Errors {
  const { fields } = submission;
  if (fields.isTicked(GONE)) return {};
  const hasText = fields.idOf(TEXT) !== TEXT;
  if (!hasText) return { [GONE]: safe`Tick the box to remove this note.` };
  if (fields.text(TEXT) === "") return { [TEXT]: safe`The row needs some text. To take it away, tick the box below.` };
  const { isMoved, isReworded } = changesIn(submission);
  if (!isMoved && !isReworded)
    return { [TEXT]: safe`Nothing was changed. Change the time or the text, or tick the box below.` };
  return checkTime(submission, nowMs);
}

function checkTime(submission: Submission, nowMs: number): Errors {
  const { at, isMoved } = changesIn(submission);
  if (!isMoved) return {};
  if (at === null) return { [SECOND]: safe`Type a number from 0 to 59.` };
  return isOutside(at, submission, nowMs) ? { [MINUTE]: outsideWords(at, submission, nowMs) } : {};
}

function isOutside(at: EpochMs, { about }: Submission, nowMs: number): boolean {
  return at > Math.min(nowMs, about.untilMs ?? nowMs) || at < (about.fromMs ?? at);
}

function outsideWords(at: EpochMs, { about }: Submission, nowMs: number): Safe {
  if (at > nowMs) return safe`This is in the future: ${utcClock(at)}. Now it is ${utcClock(epochMs(nowMs))}.`;
  const from = utcClock(epochMs(about.fromMs ?? at));
  const until = utcClock(epochMs(about.untilMs ?? nowMs));
  return safe`The records were read from ${from} to ${until}; choose a time between. To take the row away, tick the box below.`;
}

function changesIn({ fields, about }: Submission) {
  const at = instantIn(fields, MINUTE, SECOND);
  return {
    at,
    isMoved: fields.minute(MINUTE) !== null && (at === null || at / 1000 !== about.wasSecond),
    isReworded: stableHash(fields.text(TEXT)) !== about.wasText,
  };
}

/** The corrections that a saved row asks for. A row that does not belong here needs no other one. */
export function correctionsIn(desk: Desk, submission: Submission, { row, note }: Editable): readonly Correction[] {
  const { fields } = submission;
  if (fields.isTicked(GONE)) {
    if (note !== null) return [{ kind: "note-removed", noteId: note.id, text: note.text }];
    return row === null ? [] : [{ kind: "row-irrelevant", row: referenceTo(row) }];
  }
  if (row === null) return [];
  const { at, isMoved, isReworded } = changesIn(submission);
  const reference = referenceTo(row);
  return [
    ...(isMoved && at !== null ? [{ kind: "row-time" as const, row: reference, toMs: at }] : []),
    ...(isReworded ? [{ kind: "row-text" as const, row: reference, text: desk.redactor.text(fields.text(TEXT)) }] : []),
  ];
}
