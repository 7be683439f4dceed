import type { SimilarIncident } from "../../../app/look-back.ts";
import type { EpochMs } from "../../../core/ids.ts";
import type { Incident } from "../../../core/incident.ts";
import type { CatchUpLine } from "../../../core/presentation/catch-up.ts";
import type { IncidentView, SaidView } from "../../../core/presentation/view.ts";
import { capital, counted, cutWords, titled } from "../../../core/presentation/words.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { duration } from "../../../core/time.ts";
import { context, section } from "../drawing/blocks.ts";
import { CARD } from "../drawing/limits.ts";
import type { LinkRule } from "../drawing/links.ts";
import type { Drawing } from "../drawing/message.ts";
import { dateMd, dayMd, escaped, escapedAt, inUtc, joinMd, linkMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import { say } from "./replies.ts";

const TITLE = 80;
const SAID = 120;

/** Incidents, one line each, newest first. */
export function listReply(
  title: Safe,
  incidents: readonly Incident[],
  { hidden, command }: { readonly hidden: number; readonly command: Safe },
): Drawing {
  if (incidents.length === 0) return say(safe`No ${title}.`);
  const heading = capital(title);
  const lines = incidents.map(
    ({ id, title: what, service, startedAtMs, status }) =>
      md`• *${escaped(ownWords(id))}* ${escaped(titled(service ?? safe`service unknown`, cutWords(what, TITLE)))} · since ${dayMd(startedAtMs)} · ${escaped(STATUS[status])}`,
  );
  const count = incidents.length + hidden;
  const more =
    hidden > 0
      ? [md`${hidden} more; "${escaped(command)} list ${escaped(safe`<service>`)}" shows those of one service`]
      : [];
  return {
    text: escaped(safe`${heading}: ${count}`),
    blocks: [section("list", joinMd([md`*${escaped(heading)}: ${count}*`, ...lines, ...more], "\n"))],
  };
}

const STATUS: Readonly<Record<Incident["status"], Safe>> = {
  triggered: safe`not acknowledged`,
  acknowledged: safe`acknowledged`,
  resolved: safe`resolved`,
};

/** The ten lines of a catch-up. */
export function catchUpReply(view: IncidentView, lines: readonly CatchUpLine[], links: LinkRule): Drawing {
  return {
    text: view.notification.length === 0 ? md`Catch-up` : escaped(view.notification),
    blocks: [
      section(
        "catchup",
        joinMd(
          lines.map((line) => catchUpLine(line, view.detectedAtMs, links)),
          "\n",
        ),
      ),
    ],
  };
}

function catchUpLine({ label, atMs, text, url }: CatchUpLine, anchor: EpochMs, links: LinkRule): Mrkdwn {
  const when = atMs === null ? md`` : md`${dayMd(atMs)} · `;
  const target = links(url);
  // Inside a link Slack shows no dates.
  const words = target === null ? escapedAt(text, anchor) : linkMd(target, escaped(text));
  return md`*${escaped(label)}:* ${when}${words}`;
}

/** An earlier incident with what people said about it. */
export interface Told {
  readonly past: SimilarIncident;
  readonly statedCause: SaidView | null;
  readonly lastNote: { readonly who: Safe; readonly text: Safe } | null;
  readonly pageUrl: Safe | null;
}

/** Earlier incidents like this one: what it was, how it ended, what people noted last. */
export function similarReply(view: IncidentView, told: readonly Told[], links: LinkRule): Drawing {
  const id = ownWords(view.incidentId);
  if (told.length === 0) {
    return say(safe`None of the newest 100 incidents had the same kind of cause in the same service as ${id}.`);
  }
  const title = safe`${counted(told.length, "earlier incident", "earlier incidents")} like ${id}`;
  return {
    text: escaped(title),
    blocks: [
      section("similar", joinMd([md`*${escaped(title)}*`, ...told.map((each) => similarLine(each, links))], "\n")),
      context("similarfoot", md`Same kind of cause, same places. What people confirmed counts before our own ranking.`),
    ],
  };
}

function similarLine({ past, statedCause, lastNote, pageUrl }: Told, links: LinkRule): Mrkdwn {
  const cause = statedCause?.text ?? past.summary;
  const sure = past.confirmed || statedCause !== null ? safe`confirmed by people` : safe`not confirmed`;
  const note =
    lastNote === null
      ? md`nobody noted a fix`
      : md`last note by ${escaped(lastNote.who)}: ${escaped(cutSafe(lastNote.text, SAID))}`;
  const name = linkMd(links(pageUrl), escaped(ownWords(past.id)));
  return md`• *${name}* ${dayMd(past.atMs)}: ${escaped(cutWords(inUtc(cause), CARD.cause))} (${escaped(sure)}) · ${ended(past)} · ${note}`;
}

function ended({ atMs, resolvedAtMs }: SimilarIncident): Mrkdwn {
  return resolvedAtMs === null ? md`still open` : md`resolved after ${escaped(duration(resolvedAtMs - atMs))}`;
}

/** When a shared answer was made, and by whom it was asked for. */
export function sharedBy(drawing: Drawing, { by, atMs }: { by: Safe; atMs: Parameters<typeof dateMd>[0] }): Drawing {
  const note = md`Shared by ${escaped(cutSafe(by, 80))}, as of ${dateMd(atMs, "{time}")}`;
  return { text: joinMd([drawing.text, note], " · "), blocks: [...drawing.blocks, context("shared", note)] };
}
