import type { IncidentAnswer } from "../../../app/verbs.ts";
import { literal } from "../../../core/presentation/words.ts";
import { cutSafe, ownWords, safe } from "../../../core/safe.ts";
import { recorded } from "../acts/recorded.ts";
import { classify } from "../delivery/slack-errors.ts";
import type { Desk } from "../desk.ts";
import { withUndo } from "../drawing/fix-value.ts";
import type { Drawing } from "../drawing/message.ts";
import type { Performed } from "./asked.ts";
import { parseLink } from "./read-words.ts";
import { say } from "./replies.ts";

const SAID = 120;

/** What a person writes on the timeline. */
export async function note(desk: Desk, { actor, rest }: Performed, { incident }: IncidentAnswer): Promise<Drawing> {
  const { id } = await desk.verbs.addNote(actor, { incidentId: incident.id, text: desk.redactor.text(rest) });
  const said = say(safe`Noted on the timeline of ${ownWords(incident.id)}.`);
  return withUndo(said, safe`the note`, { incidentId: incident.id, what: "note", id });
}

/** News for everybody who follows. */
export async function update(desk: Desk, { actor, rest }: Performed, { incident }: IncidentAnswer): Promise<Drawing> {
  const correction = { kind: "status-update" as const, text: desk.redactor.text(rest) };
  const outcome = await desk.verbs.correct(actor, { incidentId: incident.id, correction });
  return recorded(outcome, {
    id: incident.id,
    done: safe`the card shows your update to everybody.`,
    what: safe`your update`,
  });
}

/** A page that belongs to the incident. Only web addresses: anything else could run something when it is pressed. */
export async function attachLink(
  desk: Desk,
  { actor, rest }: Performed,
  { incident }: IncidentAnswer,
): Promise<Drawing> {
  const link = parseLink(rest);
  if (link === null) {
    return say(
      safe`That is not a web address that can be attached. It has to begin with https:// or http://, without a user name in it: ${desk.command} link https://wiki.example.com/runbook Runbook`,
    );
  }
  const url = desk.redactor.text(link.url);
  const title = link.title === "" ? url : desk.redactor.text(link.title);
  const outcome = await desk.verbs.correct(actor, {
    incidentId: incident.id,
    correction: { kind: "link", url, title },
  });
  return recorded(outcome, {
    id: incident.id,
    done: safe`"${cutSafe(title, SAID)}" is attached.`,
    what: safe`the link`,
  });
}

/** Takes the person's own last word back, never somebody else's. */
export async function takeBack(desk: Desk, { actor }: Performed, answer: IncidentAnswer): Promise<Drawing> {
  const { incident, view } = answer;
  const id = ownWords(incident.id);
  const last = view.corrections.findLast(({ byId }) => byId === actor.id);
  if (last === undefined) return say(safe`There is nothing of yours to take back on ${id}.`);
  const outcome = await desk.verbs.correct(actor, {
    incidentId: incident.id,
    correction: { kind: "undo", of: last.id },
  });
  switch (outcome.kind) {
    case "recorded":
      return say(safe`Taken back on ${id}: ${cutSafe(last.text, SAID)}`);
    case "outdated":
      return say(outcome.because);
    case "unknown-incident":
      return say(safe`This incident is not known here any more.`);
    default:
      return outcome satisfies never;
  }
}

/** The whole answer as a file in the incident's thread, for an agent or a script. */
export async function exportAnswer(desk: Desk, asked: Performed, answer: IncidentAnswer): Promise<Drawing> {
  const { analysis, view, incident } = answer;
  const id = ownWords(incident.id);
  await desk.access.require(asked.actor, "incident.export", { incident: incident.id });
  if (analysis === null) return say(safe`There is nothing to export from ${id} yet: the first look has not ended.`);
  const root = await desk.threads.rootOf(asked.actor, incident.id);
  const place = root ?? (asked.threadTs === null ? null : { channel: asked.channel, threadTs: asked.threadTs });
  const page = view.pageUrl === null ? safe`` : safe` The same is at ${view.pageUrl}.json`;
  if (place === null) return say(safe`${id} has no card in Slack, so there is no thread for the file.${page}`);
  const content = `${JSON.stringify(analysis, null, 2)}\n`;
  try {
    await desk.client.filesUploadV2({
      channel_id: place.channel,
      thread_ts: place.threadTs,
      filename: `${incident.id}.json`,
      title: `${incident.id}, the answer as JSON`,
      content,
    });
    return say(safe`The answer to ${id} is in its thread as ${id}.json.${page}`);
  } catch (error) {
    const failure = classify(error);
    desk.logger.warn({ incidentId: incident.id, failure }, "slack took no file for an export");
    const why = failure.kind === "permanent" ? literal(failure.code) : safe`no usable answer`;
    return say(safe`Slack took no file (${why}). An administrator can allow files:write.${page}`);
  }
}
