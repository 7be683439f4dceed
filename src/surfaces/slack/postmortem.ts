import type { Actor } from "../../app/actor.ts";
import type { IncidentId } from "../../core/ids.ts";
import { ownWords, type Safe, safe, sliceSafe } from "../../core/safe.ts";
import { section } from "./blocks.ts";
import type { Desk } from "./desk.ts";
import { type Drawing, finish } from "./message.ts";
import { escaped } from "./mrkdwn.ts";
import { say } from "./replies.ts";
import { type CallFailure, classify } from "./slack-errors.ts";
import type { Place } from "./threads.ts";
import { postAnswer } from "./wire.ts";

const CHUNK = 2500;
const MAX_CHUNKS = 12;

/**
 * Puts the draft into the incident's thread as a Markdown file, or as text where files are not allowed, and says where it
 * is. Without a thread to put it in, it says so.
 */
export async function sharePostmortem(
  desk: Desk,
  ask: { readonly actor: Actor; readonly incidentId: IncidentId; readonly thread: Place | null },
): Promise<Drawing> {
  const { actor, incidentId } = ask;
  const markdown = await desk.verbs.draftPostmortem(actor, incidentId);
  if (markdown === null) return say(safe`There is nothing to draft from yet: the first look has not ended.`);
  const place = (await desk.threads.rootOf(actor, incidentId)) ?? ask.thread;
  if (place === null) return say(safe`This incident has no card in Slack, so there is no thread for the draft.`);
  const failure = await uploadFile(desk, { incidentId, markdown, place });
  if (failure === null) return say(safe`The draft of the postmortem of ${ownWords(incidentId)} is in its thread.`);
  desk.logger.warn({ incidentId, failure }, "slack took no file for a postmortem");
  if (failure.kind !== "permanent") {
    return say(
      safe`Slack gave no usable answer to the file. Look into the thread, and ask again if the draft is not there.`,
    );
  }
  const isWhole = await postAsText(desk, markdown, place);
  return say(
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
