import type { SimilarIncident } from "../../../app/look-back.ts";
import type { IncidentFilter } from "../../../app/ports.ts";
import type { IncidentAnswer } from "../../../app/verbs.ts";
import type { Incident } from "../../../core/incident.ts";
import { catchUp } from "../../../core/presentation/catch-up.ts";
import { cutSafe, own, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { signLink } from "../../../platform/signed-link.ts";
import type { Desk } from "../desk.ts";
import type { Drawing } from "../drawing/message.ts";
import { escaped, linkMd, md } from "../drawing/mrkdwn.ts";
import type { Answer, Performed } from "./asked.ts";
import { say, sayMd, statusReply, timelineReply, whyReply } from "./replies.ts";
import { catchUpReply, listReply, similarReply, type Told } from "./replies-incident.ts";
import { howTo, newestOpen } from "./which-incident.ts";

const MAX_LISTED = 10;
const MAX_LOOKED = 200;
const DAY_MS = 24 * 60 * 60_000;

/** A link for whoever reads the answer: it opens this page and nothing else, for 15 minutes. */
export async function openPage(desk: Desk, { actor }: Performed, { incident }: IncidentAnswer): Promise<Drawing> {
  const id = ownWords(incident.id);
  // Where a channel reads the link, some of them may only read.
  const mayVote = actor.audience === undefined && (await desk.access.allows(actor, "incident.vote"));
  const claim = { incident: incident.id, role: mayVote ? ("responder" as const) : ("viewer" as const) };
  const query = ownWords(own(signLink(claim, desk.keyFor("web-link"), desk.clock.nowMs())));
  const url = desk.links(safe`${desk.redactor.text(desk.publicUrl)}/i/${id}?${query}`);
  if (url === null) return say(safe`PUBLIC_URL is no address that can be linked. An administrator can change it.`);
  return sayMd(
    md`${linkMd(url, escaped(safe`Open the page of ${id}`))} within 15 minutes. Whoever has the link sees this incident.`,
  );
}

/** The open incidents, those of the last 24 hours, or the newest ones of a service. */
export async function list(desk: Desk, asked: Performed): Promise<Answer> {
  const wanted = asked.rest.trim();
  const { title, incidents } = await listed(desk, asked, wanted);
  const drawing = listReply(title, incidents.slice(0, MAX_LISTED), {
    hidden: Math.max(0, incidents.length - MAX_LISTED),
    command: desk.command,
  });
  return { drawing, share: { word: "list", rest: wanted } };
}

async function listed(
  desk: Desk,
  asked: Performed,
  wanted: string,
): Promise<{ readonly title: Safe; readonly incidents: readonly Incident[] }> {
  const kind = wanted.toLowerCase();
  if (kind === "" || kind === "open") return { title: safe`open incidents`, incidents: await newestOpen(desk, asked) };
  const find = async (filter: Omit<IncidentFilter, "limit">) =>
    (await desk.verbs.listIncidents(asked.actor, { ...filter, limit: MAX_LOOKED })).toSorted(
      (a, b) => b.detectedAtMs - a.detectedAtMs,
    );
  if (kind === "today") {
    const since = desk.clock.nowMs() - DAY_MS;
    const recent = (await find({})).filter(({ detectedAtMs }) => detectedAtMs >= since);
    return { title: safe`incidents of the last 24 hours`, incidents: recent };
  }
  const service = cutSafe(desk.redactor.text(wanted), 60);
  return { title: safe`incidents of ${service}`, incidents: await find({ service: wanted }) };
}

/** Where it stands. */
export async function status(_: Desk, __: Performed, { view }: IncidentAnswer): Promise<Drawing> {
  return statusReply(view);
}

/** Ten lines for somebody who comes late. */
export async function catchUpOf(desk: Desk, _: Performed, answer: IncidentAnswer): Promise<Drawing> {
  const lines = catchUp({ ...answer, nowMs: desk.clock.nowMs() });
  return catchUpReply(answer.view, lines, desk.links);
}

/** The arithmetic of the first cause, or of the one with the number that was typed. */
export async function why(desk: Desk, asked: Performed, { view }: IncidentAnswer): Promise<Drawing> {
  if (asked.rest !== "" && !/^\d{1,2}$/u.test(asked.rest)) return howTo(asked);
  return whyReply(view, asked.rest === "" ? 1 : Number(asked.rest), { links: desk.links, recreated: false });
}

/** What happened, in order. */
export async function timeline(desk: Desk, _: Performed, { view }: IncidentAnswer): Promise<Drawing> {
  return timelineReply(view, { links: desk.links, recreated: false });
}

/** Earlier incidents like this one, with how each ended. */
export async function similar(desk: Desk, { actor }: Performed, { incident, view }: IncidentAnswer): Promise<Drawing> {
  const found = await desk.verbs.similarIncidents(actor, incident.id);
  if (found === null) {
    return say(
      safe`This incident has no cause to compare yet, so nothing earlier can be called similar. Ask again later.`,
    );
  }
  const told = await Promise.all(found.map(async (past) => toldOf(past, await desk.verbs.getIncident(actor, past.id))));
  return similarReply(view, told, desk.links);
}

/** What people said about it at the time: the named cause, and the last note as the best hint of the fix. */
function toldOf(past: SimilarIncident, answer: IncidentAnswer | null): Told {
  const note = answer?.notes.at(-1) ?? null;
  return {
    past,
    statedCause: answer?.view.statedCause ?? null,
    lastNote: note === null ? null : { who: note.who, text: note.text },
    pageUrl: answer?.view.pageUrl ?? null,
  };
}
