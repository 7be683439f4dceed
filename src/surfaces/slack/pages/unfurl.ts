import type { KnownBlock, LinkUnfurls } from "@slack/types";
import { type IncidentId, incidentId } from "../../../core/ids.ts";
import { leadOf } from "../../../core/presentation/card.ts";
import type { IncidentView } from "../../../core/presentation/view.ts";
import { confidenceWords } from "../../../core/presentation/words.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { context, section } from "../drawing/blocks.ts";
import { CARD } from "../drawing/limits.ts";
import { dayMd, escaped, joinMd, type Mrkdwn, md, visible } from "../drawing/mrkdwn.ts";
import { STATE_WORDS } from "../drawing/render-root.ts";

const MAX_LINKS = 5;

/** A link that somebody posted, and the incident whose page it is. */
export interface OwnLink {
  /** Exactly as it was posted: Slack finds the place in the message by it. */
  readonly url: string;
  readonly incidentId: IncidentId;
}

/** The links to incident pages of this install, at most five. Everything else is somebody else's to unfurl. */
export function ownLinks(urls: readonly string[], publicUrl: string): readonly OwnLink[] {
  const found = urls.flatMap((url) => {
    const id = incidentIn(url, publicUrl);
    return id === null ? [] : [{ url, incidentId: id }];
  });
  return [...new Map(found.map((link) => [link.url, link])).values()].slice(0, MAX_LINKS);
}

/** "https://traceops.example.com/i/INC-7" as the incident's id; null when it is not a page of ours. */
export function incidentIn(url: string, publicUrl: string): IncidentId | null {
  if (!URL.canParse(url) || !URL.canParse(publicUrl)) return null;
  const [page, own] = [new URL(url), new URL(publicUrl)];
  if (page.origin !== own.origin || page.username !== "" || page.password !== "") return null;
  const base = own.pathname.replace(/\/$/u, "");
  if (!page.pathname.startsWith(`${base}/i/`)) return null;
  const rest = page.pathname.slice(base.length + 3).replace(/\/$/u, "");
  return /^[\w.-]{1,200}$/u.test(rest) ? incidentId(rest) : null;
}

/** What stands under a link: state, cause with its confidence, since when and who has it. No buttons: it may be shared anywhere. */
export function unfurlBlocks(view: IncidentView): readonly KnownBlock[] {
  return [
    section("unfurl", joinMd([headline(view), causeLine(view)], "\n")),
    context("unfurl-foot", joinMd([escaped(STATE_WORDS[view.state]), since(view), escaped(holderOf(view))], " · ")),
  ];
}

/** The same as the entries of one call. */
export function unfurlsOf(shown: readonly { readonly link: OwnLink; readonly view: IncidentView }[]): LinkUnfurls {
  return Object.fromEntries(
    shown.map(({ link, view }) => [
      link.url,
      { blocks: [...unfurlBlocks(view)], fallback: visible(view.notification) },
    ]),
  );
}

/** Who has it, in words. */
export function holderOf({ acknowledgedBy, state }: IncidentView): Safe {
  if (acknowledgedBy !== null) return safe`acknowledged by ${cutSafe(acknowledgedBy, 60)}`;
  return state === "resolved" ? safe`nobody acknowledged it` : safe`not acknowledged`;
}

/** "Deploy v7 of checkout (high confidence, 0.81)", or that nothing is known. */
export function causeWords(view: IncidentView): Safe {
  if (view.statedCause !== null)
    return safe`${cutSafe(view.statedCause.text, CARD.line)} (said by ${view.statedCause.by})`;
  const lead = leadOf(view.causes);
  if (lead === null) return safe`not known${view.state === "investigating" ? safe` yet` : safe``}`;
  return safe`${cutSafe(lead.summary, CARD.line)}, ${confidenceWords(lead.confidence)}`;
}

function headline({ priority, title, service }: IncidentView): Mrkdwn {
  const cut = cutSafe(title, CARD.title);
  const named = service === null || cut.includes(service) ? cut : safe`${service}: ${cut}`;
  return md`*${escaped(safe`${priority} · ${named}`)}*`;
}

function causeLine(view: IncidentView): Mrkdwn {
  const { statedCause, causes } = view;
  const lead = leadOf(causes);
  if (statedCause !== null || lead === null) return md`*Cause:* ${escaped(causeWords(view))}`;
  const label = safe`Suspected cause, ${confidenceWords(lead.confidence)}`;
  return md`*${escaped(label)}:* ${escaped(cutSafe(lead.summary, CARD.line))}`;
}

function since({ startedAtMs, resolvedAtMs }: IncidentView): Mrkdwn {
  const began = md`since ${dayMd(startedAtMs)}`;
  return resolvedAtMs === null ? began : md`${began}, resolved ${dayMd(resolvedAtMs)}`;
}

/** The id as it is shown. */
export function displayId(view: IncidentView): Safe {
  return ownWords(view.incidentId);
}
