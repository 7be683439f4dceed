import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { type IncidentId, incidentId } from "../../../core/ids.ts";
import { safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { section } from "../drawing/blocks.ts";
import type { Drawing } from "../drawing/message.ts";
import { escaped } from "../drawing/mrkdwn.ts";
import { decodeValue } from "../drawing/values.ts";
import type { Ear, Listener } from "../listener.ts";
import type { Principal } from "../people.ts";
import { say } from "../words/replies.ts";
import { correctedReply, record, UNKNOWN } from "./corrected.ts";
import { editableRows } from "./edit-rows.ts";
import { lookedAt, openThenFill, refill, wordsModal } from "./modal-open.ts";
import { type About, readAbout } from "./modal-parts.ts";
import { onSubmit, type Submission } from "./modal-submission.ts";
import { checkEdit, correctionsIn, EDIT_MODAL, EDIT_TITLE, ROW_ACTION, timelineModal } from "./modal-timeline.ts";
import { PressBody, principalOf, valueIn } from "./pressed-body.ts";

const EDIT_ACTION = "tl.edit";

/** The window in which people correct the timeline. */
export const edits: Ear = {
  actions: [EDIT_ACTION, ROW_ACTION],
  views: [EDIT_MODAL],
  connect: (app, listener) => {
    onEdit(app, listener);
    onRow(app, listener);
    onSubmit(app, listener, { view: EDIT_MODAL, check: checkEdit, act: saveRow });
  },
};

function onEdit(app: App, listener: Listener): void {
  app.action(EDIT_ACTION, async ({ ack, body }) => {
    await ack();
    const parsed = PressBody.safeParse(body);
    const value = parsed.success ? decodeValue(valueIn(parsed.data)) : null;
    if (!parsed.success || value === null || parsed.data.trigger_id === undefined) return;
    const { trigger_id: triggerId, channel, container } = parsed.data;
    const principal = principalOf(parsed.data);
    const desk = listener.at(principal.team);
    const about = { incident: value.incidentId, ...lookedAt(channel?.id ?? null, container?.thread_ts ?? null) };
    await listener.inFlight.run(() =>
      openThenFill(desk, { triggerId, title: EDIT_TITLE, build: () => windowFor(desk, { principal, about }) }),
    );
  });
}

function onRow(app: App, listener: Listener): void {
  app.action(ROW_ACTION, async ({ ack, body }) => {
    await ack();
    const parsed = PressBody.safeParse(body);
    const about = parsed.success ? readAbout(parsed.data.view?.private_metadata ?? "") : null;
    const row = parsed.success ? valueIn(parsed.data) : undefined;
    if (!parsed.success || parsed.data.view == null || about === null || row === undefined) return;
    const principal = principalOf(parsed.data);
    const desk = listener.at(principal.team);
    const viewId = parsed.data.view.id;
    await listener.inFlight.run(() =>
      refill(desk, {
        viewId,
        title: EDIT_TITLE,
        build: () => windowFor(desk, { principal, about: { ...about, row } }),
      }),
    );
  });
}

/** The window as it should stand now, with the row of `about` chosen. */
export async function windowFor(
  desk: Desk,
  { principal, about }: { readonly principal: Principal; readonly about: About },
): Promise<ModalView> {
  const actor = await desk.people.actor(principal);
  const answer = await desk.verbs.getIncident(actor, idOf(about));
  if (answer === null) return wordsModal(EDIT_TITLE, { blocks: [section("gone", escaped(UNKNOWN))] });
  const rows = editableRows(answer);
  const chosen = rows.find(({ key }) => key === about.row) ?? null;
  return timelineModal({ answer, rows, chosen, about: lookedAt(about.channel ?? null, about.thread ?? null) });
}

async function saveRow(desk: Desk, submission: Submission): Promise<Drawing> {
  const { about, principal } = submission;
  const id = idOf(about);
  const actor = await desk.people.actor(principal);
  const answer = await desk.verbs.getIncident(actor, id);
  if (answer === null) return say(UNKNOWN);
  const row = editableRows(answer).find(({ key }) => key === about.row);
  if (row === undefined) return say(safe`This row is not on the timeline any more. Please open "Edit timeline" again.`);
  const replies: Drawing[] = [];
  for (const correction of correctionsIn(desk, submission, row)) {
    replies.push(correctedReply(await record(desk, actor, { incidentId: id, correction }), id));
  }
  const [first] = replies;
  return first === undefined
    ? say(safe`Nothing was changed.`)
    : {
        text: first.text,
        blocks: replies.flatMap(({ blocks }, index) => blocks.map((block) => numbered(block, index))),
      };
}

/** Two answers in one message: their blocks may not share an id. */
function numbered<Block extends { readonly block_id?: string }>(block: Block, index: number): Block {
  return { ...block, block_id: `${block.block_id ?? "part"}-${index}` };
}

function idOf(about: About): IncidentId {
  return incidentId(about.incident ?? "");
}
