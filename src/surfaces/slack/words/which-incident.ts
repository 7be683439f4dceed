import type { IncidentAnswer } from "../../../app/verbs.ts";
import { type IncidentId, incidentId } from "../../../core/ids.ts";
import type { Incident } from "../../../core/incident.ts";
import { cutSafe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import type { Drawing } from "../drawing/message.ts";
import type { Place } from "../threads.ts";
import { type Answer, isDirect, type Performed } from "./asked.ts";
import { askWhich } from "./picker.ts";
import { leadingId } from "./read-words.ts";
import { say } from "./replies.ts";
import { helpOf, type Word } from "./words.ts";

const MAX_OPEN = 200;
/** Where the cards of these stand is looked up; more open ones than that are a storm with one card anyway. */
const MAX_PLACED = 20;

/** What a word does on the incident that is meant; `rest` is what stood behind its id. */
export type OnIncident = (desk: Desk, asked: Performed, answer: IncidentAnswer) => Promise<Drawing>;

/** For words with an incident and nothing else. An answer that only reads can be shared. */
export function onIncident(act: OnIncident): (desk: Desk, asked: Performed) => Promise<Answer> {
  return async (desk, asked) => {
    const [given = ""] = asked.rest.split(" ");
    const meant = { ...asked, chosen: asked.chosen ?? idOf(given) };
    return performOn(desk, { asked: meant, given, act });
  };
}

/** Words to which nothing has to be added. */
const STANDS_ALONE: ReadonlySet<Word> = new Set<Word>(["undo", "why"]);

/** For words with a text: the incident's id may stand in front of it. */
export function onIncidentWithText(act: OnIncident): (desk: Desk, asked: Performed) => Promise<Answer> {
  return async (desk, asked) => {
    const leading = asked.chosen === null ? leadingId(asked.rest) : null;
    const { rest } = leading ?? asked;
    if (rest === "" && !STANDS_ALONE.has(asked.word)) return { drawing: howTo(asked), share: null };
    const chosen = leading === null ? asked.chosen : incidentId(leading.id);
    return performOn(desk, { asked: { ...asked, rest, chosen }, given: leading?.id ?? "", act });
  };
}

/** What to type instead. */
export function howTo({ word }: Pick<Performed, "word">): Drawing {
  const { usage, example } = helpOf(word);
  return say(safe`Type it like this: ${usage}. For example: ${example}`);
}

function idOf(given: string): IncidentId | null {
  if (given === "") return null;
  return incidentId(leadingId(given)?.id ?? given);
}

interface Performance {
  readonly asked: Performed;
  readonly given: string;
  readonly act: OnIncident;
}

async function performOn(desk: Desk, { asked, given, act }: Performance): Promise<Answer> {
  const meant = asked.chosen ?? (await implied(desk, asked));
  if (typeof meant !== "string") return { drawing: meant, share: null };
  const answer = await desk.verbs.getIncident(asked.actor, meant);
  if (answer === null) return { drawing: unknown(desk, given === "" ? meant : given), share: null };
  const drawing = await act(desk, asked, answer);
  if (helpOf(asked.word).acts) return { drawing, share: null };
  return { drawing, share: { word: asked.word, rest: asked.word === "why" ? `${meant} ${asked.rest}`.trim() : meant } };
}

function unknown(desk: Desk, given: string): Drawing {
  const typed = cutSafe(desk.redactor.text(given), 60);
  return say(safe`There is no incident "${typed}". "${desk.command} list" shows the open ones.`);
}

/**
 * This thread's incident, else this channel's newest open one, else the only open one. When that leaves several, or several
 * for a word that changes something, the person chooses: acting on the wrong incident is worse than one more press.
 */
async function implied(desk: Desk, asked: Performed): Promise<IncidentId | Drawing> {
  const ofThread = await incidentOfThread(desk, asked);
  if (ofThread !== null) return ofThread;
  const open = await newestOpen(desk, asked);
  const here = await withCardHere(desk, asked, open);
  const [newest] = candidates(here, open);
  if (newest === undefined) {
    return say(safe`There is no open incident. Name one: "${desk.command} list today" shows those of today.`);
  }
  const meant = candidates(here, open);
  const isGuess = helpOf(asked.word).acts || here.length === 0;
  return isGuess && meant.length > 1 ? askWhich(desk, asked, meant) : newest.id;
}

function candidates(here: readonly Incident[], open: readonly Incident[]): readonly Incident[] {
  return here.length > 0 ? here : open;
}

async function incidentOfThread(desk: Desk, { actor, channel, threadTs }: Performed): Promise<IncidentId | null> {
  return threadTs === null ? null : desk.threads.incidentAt(actor, { channel, threadTs });
}

/** The open incidents, newest first. */
export async function newestOpen(desk: Desk, { actor }: Pick<Performed, "actor">): Promise<readonly Incident[]> {
  const open = await desk.verbs.listIncidents(actor, { status: "open", limit: MAX_OPEN });
  return open.toSorted((a, b) => b.detectedAtMs - a.detectedAtMs);
}

async function withCardHere(
  desk: Desk,
  { actor, channel }: Performed,
  open: readonly Incident[],
): Promise<readonly Incident[]> {
  if (open.length < 2 || isDirect(channel)) return [];
  const looked = open.slice(0, MAX_PLACED);
  const roots = await Promise.all(looked.map(({ id }) => desk.threads.rootOf(actor, id)));
  // Two workspaces may have a channel of the same id.
  const isHere = (root: Place | null | undefined) => root?.channel === channel && (root.team ?? null) === desk.team;
  return looked.filter((_, index) => isHere(roots[index]));
}
