import type { ModalView } from "@slack/types";
import type { Actor } from "../../../app/actor.ts";
import { type EpochMs, epochMs, type IncidentId, incidentId } from "../../../core/ids.ts";
import type { CauseView } from "../../../core/presentation/view.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { section } from "../drawing/blocks.ts";
import { withUndo } from "../drawing/fix-value.ts";
import type { Drawing } from "../drawing/message.ts";
import { escaped } from "../drawing/mrkdwn.ts";
import type { Ear } from "../listener.ts";
import { say, voteReply } from "../words/replies.ts";
import { correctedReply, record } from "./corrected.ts";
import { currentIncidents, incidentChoices, likelyIncident } from "./incident-choices.ts";
import { addMessageNote } from "./message-note.ts";
import { CAUSE_MODAL, checkNamedCause, namedCauseIn, namedCauseModal } from "./modal-cause.ts";
import {
  ADD_TITLE,
  checkMessageNote,
  MESSAGE_NOTE_MODAL,
  messageNoteIn,
  messageNoteModal,
} from "./modal-message-note.ts";
import { openThenFill, wordsModal } from "./modal-open.ts";
import { onSubmit, type Submission } from "./modal-submission.ts";
import { type ChosenMessage, onShortcut, type Shortcut } from "./shortcut.ts";

const CAUSE_TITLE = safe`This is the cause`;

/** What people do with a message: put it on a timeline, or name it as the cause. */
export const messageShortcuts: Ear = {
  shortcuts: ["tl.add", "cause.this"],
  views: [MESSAGE_NOTE_MODAL, CAUSE_MODAL],
  connect: (app, listener) => {
    onShortcut(app, listener, { id: "tl.add", act: (desk, shortcut) => ask(desk, shortcut, ADD) });
    onShortcut(app, listener, { id: "cause.this", act: (desk, shortcut) => ask(desk, shortcut, CAUSE) });
    onSubmit(app, listener, { view: MESSAGE_NOTE_MODAL, check: checkMessageNote, act: addToTimeline });
    onSubmit(app, listener, { view: CAUSE_MODAL, check: checkNamedCause, act: nameCause });
  },
};

interface Question {
  readonly title: Safe;
  readonly build: (desk: Desk, about: Asked) => Promise<ModalView>;
}

interface Asked {
  readonly actor: Actor;
  readonly message: ChosenMessage;
  readonly incidents: Awaited<ReturnType<typeof currentIncidents>>;
  readonly ofThread: IncidentId | null;
}

/** Opens the window at once; the incidents come after that. */
async function ask(desk: Desk, { message, principal, triggerId }: Shortcut, { title, build }: Question): Promise<void> {
  if (message === null) return;
  await openThenFill(desk, {
    triggerId,
    title,
    build: async () => {
      const actor = await desk.people.actor(principal);
      const [incidents, ofThread] = await Promise.all([
        currentIncidents(desk, actor),
        desk.threads.incidentAt(actor, { channel: message.channel, threadTs: message.thread ?? message.ts }),
      ]);
      if (incidents.length === 0) return wordsModal(title, { blocks: [section("none", escaped(NO_INCIDENT))] });
      return build(desk, { actor, message, incidents, ofThread });
    },
  });
}

const NO_INCIDENT = safe`There is no open incident, and none was resolved within the last 24 h. "Start incident" in the same menu begins one.`;

const ADD: Question = {
  title: ADD_TITLE,
  build: async (_, { message, incidents, ofThread }) =>
    messageNoteModal({
      about: message.about,
      text: message.text,
      atMs: message.atMs,
      incidents: incidentChoices(incidents),
      initial: likelyIncident(incidents, ofThread),
    }),
};

const CAUSE: Question = {
  title: CAUSE_TITLE,
  build: async (desk, asked) => {
    const { message, incidents, ofThread } = asked;
    return namedCauseModal({
      about: message.about,
      text: message.text,
      incidents: incidentChoices(incidents),
      initial: likelyIncident(incidents, ofThread),
      causes: await causesIn(desk, asked),
    });
  },
};

const MAX_CAUSES = 9;

/** The ranked causes that the message shows or quotes: those are voted for, not written again. */
async function causesIn(desk: Desk, { actor, message, ofThread }: Asked): Promise<readonly CauseView[]> {
  const { channel, thread, ts } = message;
  const own = await desk.threads.messageAt(actor, { channel, threadTs: thread, ts });
  const id = own?.key.incidentId ?? ofThread;
  const answer = id === null ? null : await desk.verbs.getIncident(actor, id);
  if (answer === null) return [];
  const isOurs = own !== null && OURS.has(own.key.kind);
  return answer.view.causes.filter((cause) => isOurs || quotes(message.text, cause)).slice(0, MAX_CAUSES);
}

/** Messages of ours that show causes. */
const OURS: ReadonlySet<string> = new Set(["root", "hypotheses", "change"]);

function quotes(text: string, { summary }: CauseView): boolean {
  return plain(text).includes(plain(summary));
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/gu, " ").trim();
}

async function addToTimeline(desk: Desk, submission: Submission): Promise<Drawing> {
  const { about, principal, viewId } = submission;
  const actor = await desk.people.actor(principal);
  const { incidentId: id, text, atMs } = messageNoteIn(submission);
  const note = await addMessageNote(desk, actor, {
    incidentId: id,
    text: desk.redactor.text(text),
    atMs: atMs ?? nowOf(desk),
    key: about.key ?? `slack/view/${viewId}`,
    request: viewId,
  });
  const said = say(safe`Added to the timeline of ${ownWords(id)}. The ranking is being done again with it.`);
  return withUndo(said, safe`the note`, { incidentId: id, what: "note", id: note.id });
}

function nowOf(desk: Desk): EpochMs {
  return epochMs(desk.clock.nowMs());
}

async function nameCause(desk: Desk, submission: Submission): Promise<Drawing> {
  const actor = await desk.people.actor(submission.principal);
  const { incident, hypothesis, text, stated } = namedCauseIn(desk, submission);
  const id = incidentId(incident);
  const answer = await desk.verbs.getIncident(actor, id);
  const causes = answer?.view.causes ?? [];
  const meant = causes.find((cause) => cause.id === hypothesis || (text !== null && quotes(text, cause)));
  if (answer !== null && meant !== undefined) {
    const vote = { incidentId: id, hypothesisId: meant.id, verdict: "yes" as const };
    const outcome = await desk.verbs.recordFeedback(actor, vote);
    return voteReply(outcome, { view: answer.view, cause: meant });
  }
  if (text === null)
    return say(safe`This cause is not in the answer of ${ownWords(id)} any more. Nothing was changed.`);
  const correction = {
    kind: "cause-stated" as const,
    stated,
    text: cutSafe(text, 1000),
    hypothesisId: null,
    isCause: true,
  };
  return correctedReply(await record(desk, actor, { incidentId: id, correction }), id);
}
