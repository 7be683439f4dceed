import type { Actor } from "../../app/actor.ts";
import type { IncidentAnswer } from "../../app/verbs.ts";
import { epochMs, type IncidentId, incidentId } from "../../core/ids.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../core/safe.ts";
import type { Desk } from "./desk.ts";
import type { Drawing } from "./message.ts";
import { sharePostmortem } from "./postmortem.ts";
import { helpReply, listReply, say, statusReply, timelineReply, whyReply } from "./replies.ts";
import { changeStatus } from "./status.ts";
import type { Place } from "./threads.ts";
import { parseInvestigate, parseRequest, WORDS, type Word } from "./words.ts";

/** Somebody typed a request; `thread` is the thread it stands in, when it stands in one. */
export interface Asked {
  readonly actor: Actor;
  readonly text: string;
  readonly thread: Place | null;
}

/** Does what was typed and gives the answer to show. Throws what the verbs throw. */
export async function perform(desk: Desk, asked: Asked): Promise<Drawing> {
  const request = parseRequest(asked.text);
  if (request.kind === "unknown") {
    return helpReply(desk.command, { typed: desk.redactor.text(request.typed), closest: request.closest });
  }
  return PERFORM[request.word](desk, { ...asked, rest: request.rest });
}

type Performed = Asked & { readonly rest: string };

const PERFORM: Readonly<Record<Word, (desk: Desk, asked: Performed) => Promise<Drawing>>> = {
  help: async (desk) => helpReply(desk.command),
  list: async (desk, { actor }) => listReply(await newestOpen(desk, actor, MAX_LISTED)),
  investigate,
  status: onIncident(async (_, __, { view }) => statusReply(view)),
  why: onIncident(async (desk, _, { view }) => whyReply(view, { links: desk.links, recreated: false })),
  timeline: onIncident(async (desk, _, { view }) => timelineReply(view, { links: desk.links, recreated: false })),
  postmortem: onIncident((desk, asked, answer) =>
    sharePostmortem(desk, { actor: asked.actor, incidentId: answer.incident.id, thread: asked.thread }),
  ),
  note,
  ack: onIncident((desk, { actor }, answer) => changeStatus(desk, { actor, answer, status: "acknowledged" })),
  resolve: onIncident((desk, { actor }, answer) => changeStatus(desk, { actor, answer, status: "resolved" })),
};

const MAX_LISTED = 20;
const MAX_OPEN = 200;

type OnIncident = (desk: Desk, asked: Performed, answer: IncidentAnswer) => Promise<Drawing>;

/** Finds the incident that is meant, or says what to type. */
function onIncident(act: OnIncident): (desk: Desk, asked: Performed) => Promise<Drawing> {
  return async (desk, asked) => {
    const [given = ""] = asked.rest.split(" ");
    const id = given === "" ? await impliedIncident(desk, asked) : incidentId(given);
    const answer = id === null ? null : await desk.verbs.getIncident(asked.actor, id);
    if (answer !== null) return act(desk, asked, answer);
    if (given === "") return say(safe`There is no open incident. Name one: "${desk.command} status" and its id.`);
    const typed = cutSafe(desk.redactor.text(given), 60);
    return say(safe`There is no incident "${typed}". "${desk.command} list" shows the open ones.`);
  };
}

/** This thread's incident, else the newest open one. */
async function impliedIncident(desk: Desk, { actor, thread }: Asked): Promise<IncidentId | null> {
  const ofThread = thread === null ? null : await desk.threads.incidentAt(actor, thread);
  if (ofThread !== null) return ofThread;
  const [newest] = await newestOpen(desk, actor, 1);
  return newest?.id ?? null;
}

async function newestOpen(desk: Desk, actor: Actor, most: number) {
  const open = await desk.verbs.listIncidents(actor, { status: "open", limit: MAX_OPEN });
  return open.toSorted((a, b) => b.detectedAtMs - a.detectedAtMs).slice(0, most);
}

async function investigate(desk: Desk, { actor, rest }: Performed): Promise<Drawing> {
  const { service, sinceMs } = parseInvestigate(rest);
  if (service === "") return howTo(WORDS.investigate.usage);
  const name = cutSafe(desk.redactor.text(service), 200);
  const id = await desk.verbs.investigate(actor, {
    service: name,
    sinceMs: sinceMs === null ? null : epochMs(desk.clock.nowMs() - sinceMs),
  });
  return say(safe`Looking into ${name} as ${ownWords(id)}. The card comes into the incident channel.`);
}

async function note(desk: Desk, asked: Performed): Promise<Drawing> {
  if (asked.rest === "") return howTo(WORDS.note.usage);
  const id = await impliedIncident(desk, asked);
  if (id === null) return say(safe`There is no open incident to add a note to.`);
  await desk.verbs.addNote(asked.actor, { incidentId: id, text: desk.redactor.text(asked.rest) });
  return say(safe`Noted on the timeline of ${ownWords(id)}.`);
}

async function howTo(usage: Safe): Promise<Drawing> {
  return say(safe`Type it like this: ${usage}`);
}
