import type { Actor } from "../../../app/actor.ts";
import type { IncidentId } from "../../../core/ids.ts";
import { assertNever } from "../../../core/never.ts";
import { ownWords, type Safe, safe, sliceSafe } from "../../../core/safe.ts";
import { duration } from "../../../core/time.ts";
import { type CallFailure, classify } from "../delivery/slack-errors.ts";
import { postAnswer } from "../delivery/wire.ts";
import type { Desk } from "../desk.ts";
import { context, section } from "../drawing/blocks.ts";
import { type Drawing, finish } from "../drawing/message.ts";
import { escaped, linkMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import type { Place } from "../threads.ts";
import { say } from "../words/replies.ts";
import { type Canvas, canvasUrl } from "./canvases.ts";
import { type OnCanvas, putOnCanvas } from "./postmortem-canvas.ts";

const CHUNK = 2500;
const MAX_CHUNKS = 12;

interface Ask {
  readonly actor: Actor;
  readonly incidentId: IncidentId;
  readonly thread: Place | null;
}

/**
 * Puts the document onto the incident's canvas; where the workspace has none for us, into the thread as a Markdown file,
 * or as text where files are not allowed either. Says where it is and where it can be edited.
 */
export async function sharePostmortem(desk: Desk, ask: Ask): Promise<Drawing> {
  const { actor, incidentId } = ask;
  await desk.access.expect(actor, "postmortem.write", { incident: incidentId });
  const document = await desk.verbs.draftPostmortem(actor, incidentId);
  if (document === null) return say(safe`There is nothing to draft from yet: the first look has not ended.`);
  const root = await desk.threads.rootOf(actor, incidentId);
  const place = root !== null && (root.team ?? null) === desk.team ? root : ask.thread;
  if (place === null) return told(desk, incidentId, escaped(root === null ? NO_CARD : CARD_ELSEWHERE));
  const onCanvas = await putOnCanvas(desk, { actor, document, place });
  if (onCanvas.kind === "refused") return shareFile(desk, { incidentId, markdown: document.text, place });
  const words = await canvasWords(desk, { incidentId, onCanvas });
  if (onCanvas.kind === "created") await announce(desk, { incidentId, words, place });
  return told(desk, incidentId, words);
}

const NO_CARD = safe`This incident has no card in Slack, so there is no thread for the draft.`;
const CARD_ELSEWHERE = safe`The card of this incident is in another workspace. Ask in a thread here, or open the page.`;

type Put = Exclude<OnCanvas, { readonly kind: "refused" }>;

async function canvasWords(
  desk: Desk,
  { incidentId, onCanvas }: { readonly incidentId: IncidentId; readonly onCanvas: Put },
): Promise<Mrkdwn> {
  switch (onCanvas.kind) {
    case "busy":
      return escaped(safe`Somebody asked a moment ago and the canvas is being written. Look into the thread.`);
    case "unclear":
      return escaped(
        safe`Slack gave no usable answer to the canvas. Look into the thread, and ask again if it is not there.`,
      );
    case "later":
      return escaped(safe`Slack takes nothing more right now. Ask again in ${duration(onCanvas.waitMs)}.`);
    case "created":
    case "there":
    case "not-added":
      return standing(onCanvas, await canvasLink(desk, incidentId, onCanvas.canvas));
    default:
      return assertNever(onCanvas);
  }
}

async function canvasLink(desk: Desk, incidentId: IncidentId, canvas: Canvas): Promise<Mrkdwn> {
  const name = escaped(safe`canvas of the postmortem of ${ownWords(incidentId)}`);
  return linkMd(await canvasUrl(desk, canvas), name);
}

function standing(onCanvas: Extract<Put, { readonly canvas: object }>, link: Mrkdwn): Mrkdwn {
  if (onCanvas.kind === "not-added") {
    return md`The ${link} is there, but Slack let nothing be added to it. What is new stands on the incident page.`;
  }
  if (onCanvas.kind === "there") {
    return onCanvas.added
      ? md`What is new stands at the end of the ${link}. What people wrote in it is as it was.`
      : md`The ${link} is there, and nothing new was found since.`;
  }
  return onCanvas.isShared
    ? md`Here is the ${link}. Everybody in this channel can write in it.`
    : md`Here is the ${link}. Slack did not open it to this channel: whoever is asked for access can share it.`;
}

/** The thread shows where the canvas is. A lost message is no reason to make another canvas. */
async function announce(
  desk: Desk,
  { incidentId, words, place }: { readonly incidentId: IncidentId; readonly words: Mrkdwn; readonly place: Place },
): Promise<void> {
  const message = finish(told(desk, incidentId, words), 0);
  const failure = await postAnswer(desk.client, { ...place, message });
  if (failure !== null) desk.logger.warn({ incidentId, failure }, "slack took no link to a canvas");
}

/** The words, and below them the page where the document is edited and exported. */
function told(desk: Desk, incidentId: IncidentId, words: Mrkdwn): Drawing {
  const address = safe`/i/${ownWords(incidentId)}/postmortem`;
  const page = desk.links(safe`${desk.redactor.text(desk.publicUrl)}${address}`);
  const links = page === null ? [] : [context("page", linkMd(page, md`Edit or export the postmortem on its page`))];
  return { text: words, blocks: [section("reply", words), ...links] };
}

async function shareFile(
  desk: Desk,
  file: { readonly incidentId: IncidentId; readonly markdown: Safe; readonly place: Place },
): Promise<Drawing> {
  const { incidentId, markdown, place } = file;
  const failure = await uploadFile(desk, file);
  const reply = (text: Safe) => told(desk, incidentId, escaped(text));
  if (failure === null) return reply(safe`The draft of the postmortem of ${ownWords(incidentId)} is in its thread.`);
  desk.logger.warn({ incidentId, failure }, "slack took no file for a postmortem");
  if (failure.kind !== "permanent") {
    return reply(
      safe`Slack gave no usable answer to the file. Look into the thread, and ask again if the draft is not there.`,
    );
  }
  const isWhole = await postAsText(desk, markdown, place);
  return reply(
    isWhole
      ? safe`The draft of the postmortem of ${ownWords(incidentId)} is in its thread, as text: this workspace took no file.`
      : safe`Slack took neither a file nor the whole text of the draft. The incident page has it; an administrator can allow files:write.`,
  );
}

async function uploadFile(
  desk: Desk,
  { incidentId, markdown, place }: { incidentId: IncidentId; markdown: Safe; place: Place },
): Promise<CallFailure | null> {
  try {
    await desk.client.filesUploadV2({
      channel_id: place.channel,
      thread_ts: place.threadTs,
      filename: `postmortem-${incidentId}.md`,
      title: `Postmortem of ${incidentId}, draft`,
      content: markdown,
    });
    return null;
  } catch (error) {
    return classify(error);
  }
}

/** In pieces that Slack takes, cut at line ends, letter by letter as drafted. */
async function postAsText(desk: Desk, markdown: Safe, place: Place): Promise<boolean> {
  const pieces = piecesOf(markdown);
  for (const [index, piece] of pieces.slice(0, MAX_CHUNKS).entries()) {
    const lines = piece.split("\n").length;
    const text = escaped(safe`Postmortem draft, part ${index + 1} of ${pieces.length}, ${lines} lines`);
    const message = finish({ text, blocks: [preformatted(piece)] }, index);
    if ((await postAnswer(desk.client, { ...place, message })) !== null) return false;
  }
  return pieces.length <= MAX_CHUNKS;
}

function preformatted(piece: Safe) {
  return section("draft", { mrkdwn: linesOf(piece).join("\n") });
}

function linesOf(piece: Safe): readonly string[] {
  const ends = [...piece.matchAll(/\n/gu)].map(({ index }) => index);
  const starts = [0, ...ends.map((end) => end + 1)];
  return starts.map((start, index) => escaped(sliceSafe(piece, start, ends[index])).mrkdwn);
}

function piecesOf(markdown: Safe): readonly Safe[] {
  const pieces: Safe[] = [];
  let start = 0;
  while (start < markdown.length && pieces.length <= MAX_CHUNKS) {
    const limit = Math.min(start + CHUNK, markdown.length);
    const lineEnd = markdown.lastIndexOf("\n", limit);
    const end = limit < markdown.length && lineEnd > start ? lineEnd + 1 : limit;
    pieces.push(sliceSafe(markdown, start, end));
    start = end;
  }
  return pieces;
}
