import type { KnownBlock } from "@slack/types";
import type { Incident } from "../../../core/incident.ts";
import { cutWords, priorityOf, titled } from "../../../core/presentation/words.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { button, context, section } from "../drawing/blocks.ts";
import { CARD } from "../drawing/limits.ts";
import { dayMd, escaped, escapedAt, joinMd, linkMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import type { HomeContent, OpenLine, WaitingLine } from "./home-content.ts";
import type { HomeOptions } from "./home-view.ts";

/** The open incidents, mine first. */
export function openPart(content: HomeContent, options: HomeOptions): readonly KnownBlock[] {
  if (content.open.length === 0) return [section("open", md`No open incidents.`)];
  const more =
    content.hiddenOpen === 0
      ? []
      : [context("more", md`${content.hiddenOpen} more: \`${escaped(options.command)} list\` shows all of them.`)];
  return [...content.open.map((line) => openBlock(line, options)), ...more];
}

function openBlock(line: OpenLine, options: HomeOptions): KnownBlock {
  const text = section("open", joinMd([headline(line, options), causeLine(line)], "\n"));
  const url = line.cardUrl ?? options.links(line.pageUrl);
  if (url === null) return text;
  const id = ownWords(line.incident.id);
  const words = line.cardUrl === null ? safe`Open page` : safe`Open in Slack`;
  return {
    ...text,
    accessory: button({ action: "inc.open", text: words, label: safe`${words}: ${id}`, url }),
  };
}

function headline({ incident, isMine, pageUrl }: OpenLine, options: HomeOptions): Mrkdwn {
  const id = linkMd(options.links(pageUrl), escaped(ownWords(incident.id)));
  const mine = isMine ? md`Mine · ` : md``;
  return joinMd(
    [
      md`*${mine}${escaped(priorityOf(incident.severity))} · ${escaped(titleOf(incident))}*`,
      md`${id} · since ${dayMd(incident.startedAtMs)} · ${escaped(holder(incident))}`,
    ],
    "\n",
  );
}

function titleOf({ title, service }: Incident): Safe {
  return titled(service, cutWords(title, CARD.title));
}

function holder({ acknowledgedBy, status }: Incident): Safe {
  if (status !== "acknowledged") return safe`not acknowledged`;
  return acknowledgedBy === null ? safe`acknowledged` : safe`acknowledged by ${cutSafe(acknowledgedBy, 60)}`;
}

function causeLine({ cause, incident }: OpenLine): Mrkdwn {
  if (cause === null) return md`Cause: not known yet`;
  const confidence = CONFIDENCE[cause.confidenceWord];
  return md`${escaped(confidence)}: ${escapedAt(cutWords(cause.summary, CARD.line), incident.detectedAtMs)}`;
}

const CONFIDENCE: Readonly<Record<"high" | "medium" | "low", Safe>> = {
  high: safe`Suspected cause, high confidence`,
  medium: safe`Suspected cause, medium confidence`,
  low: safe`Suspected cause, low confidence`,
};

const WHY: Readonly<Record<WaitingLine["why"], Safe>> = {
  unresolved: safe`you acknowledged it and it is not resolved`,
  unconfirmed: safe`resolved, and nobody said what the cause was`,
};

/** What this person took and did not end; nothing when there is nothing. */
export function waitingPart({ waiting }: HomeContent, options: HomeOptions): readonly KnownBlock[] {
  if (waiting.length === 0) return [];
  const lines = waiting.map(({ incident, why, pageUrl }) => {
    const id = linkMd(options.links(pageUrl), escaped(ownWords(incident.id)));
    return md`• *${id}* ${escaped(titleOf(incident))}: ${escaped(WHY[why])}`;
  });
  return [section("waiting", joinMd(lines, "\n"))];
}
