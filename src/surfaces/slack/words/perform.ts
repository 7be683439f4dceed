import type { Desk } from "../desk.ts";
import type { Drawing } from "../drawing/message.ts";
import { sharePostmortem } from "../postmortems/postmortem.ts";
import type { Answer, Asked, Performed } from "./asked.ts";
import { ackIncident, nameCause, resolveIncident } from "./perform-act.ts";
import { mute, unmute, unwatch, watch } from "./perform-channel.ts";
import { doctor, settings, version } from "./perform-install.ts";
import { attachLink, exportAnswer, note, takeBack, update } from "./perform-keep.ts";
import { catchUpOf, list, openPage, similar, status, timeline, why } from "./perform-read.ts";
import { changes, graph, investigate, oncall } from "./perform-service.ts";
import { parseRequest } from "./read-words.ts";
import { helpReply, wordReply } from "./replies-help.ts";
import { onIncident, onIncidentWithText } from "./which-incident.ts";
import { isWord, type Word } from "./words.ts";

/** Does what was typed and gives the answer to show. Throws what the verbs throw. */
export async function perform(desk: Desk, asked: Asked): Promise<Answer> {
  const request = parseRequest(asked.text);
  if (request.kind === "unknown") {
    const unknown = { typed: desk.redactor.text(request.typed), closest: request.closest };
    return { drawing: helpReply(desk.command, unknown), share: null };
  }
  return performWord(desk, { ...asked, word: request.word, rest: request.rest, chosen: null });
}

/** Does one word, its incident chosen already or not. Strangers get nothing at all; verbs and words ask for more. */
export async function performWord(desk: Desk, asked: Performed): Promise<Answer> {
  await desk.access.require(asked.actor, "install.read");
  return PERFORM[asked.word](desk, asked);
}

type Perform = (desk: Desk, asked: Performed) => Promise<Answer>;

const PERFORM: Readonly<Record<Word, Perform>> = {
  help: forOne(async (desk, { rest }) => {
    const asked = rest.toLowerCase();
    return isWord(asked) ? wordReply(desk.command, asked) : helpReply(desk.command);
  }),
  list,
  status: onIncident(status),
  catchup: onIncident(catchUpOf),
  why: onIncidentWithText(why),
  timeline: onIncident(timeline),
  page: unshared(onIncident(openPage)),
  similar: onIncident(similar),
  changes,
  graph,
  oncall,
  investigate: forOne(investigate),
  ack: onIncident(ackIncident),
  resolve: onIncident(resolveIncident),
  cause: onIncidentWithText(nameCause),
  note: onIncidentWithText(note),
  update: onIncidentWithText(update),
  link: onIncidentWithText(attachLink),
  undo: onIncidentWithText(takeBack),
  postmortem: onIncident(async (desk, { actor, channel, threadTs }, { incident }) =>
    sharePostmortem(desk, {
      actor,
      incidentId: incident.id,
      thread: threadTs === null ? null : { channel, threadTs },
    }),
  ),
  export: onIncident(exportAnswer),
  mute: forOne(mute),
  unmute: forOne(unmute),
  watch: forOne(watch),
  unwatch: forOne(unwatch),
  settings: forOne(settings),
  doctor,
  version: forOne(version),
};

/** An answer that is worth something to whoever holds it. */
function unshared(act: Perform): Perform {
  return async (desk, asked) => ({ ...(await act(desk, asked)), share: null });
}

/** An answer that is for the person who asked only. */
function forOne(act: (desk: Desk, asked: Performed) => Promise<Drawing>): Perform {
  return async (desk, asked) => ({ drawing: await act(desk, asked), share: null });
}
