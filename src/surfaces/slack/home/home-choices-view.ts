import type { KnownBlock } from "@slack/types";
import type { RecentChange } from "../../../app/recent-changes.ts";
import { cutSafe, joinSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { actions, button, section } from "../drawing/blocks.ts";
import { CARD } from "../drawing/limits.ts";
import { dayMd, escaped, joinMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import type { AuthorLine, HomeContent, ServiceLine } from "./home-content.ts";
import { changeLine } from "./home-install-view.ts";
import type { HomeOptions } from "./home-view.ts";

/** The services that this person follows, each with its last change and its last incident. */
export function servicesPart(content: HomeContent, options: HomeOptions): readonly KnownBlock[] {
  const choose = actions("choose", [
    button({ action: "home.services", text: safe`Choose my services`, label: safe`Choose the services that I follow` }),
  ]);
  if (content.services.length === 0) {
    return [section("services", md`None chosen. Incidents of services that you follow stand first above.`), ...choose];
  }
  const lines = content.services.map((line) => serviceLine(content, line, options));
  return [section("services", joinMd(lines, "\n")), ...choose];
}

function serviceLine(content: HomeContent, { service, lastIncident }: ServiceLine, options: HomeOptions): Mrkdwn {
  const incident =
    lastIncident === null
      ? md`no incident known`
      : md`last incident ${escaped(ownWords(lastIncident.id))} ${dayMd(lastIncident.detectedAtMs)}`;
  return md`*${escaped(cutSafe(service, 80))}* · ${incident}\n${lastChange(content, service, options)}`;
}

function lastChange({ changes }: HomeContent, service: Safe, options: HomeOptions): Mrkdwn {
  if (changes.status !== "read")
    return changes.status === "failed" ? md`• changes could not be read` : md`• changes are being read`;
  const isOfService = (change: RecentChange) => change.service?.toLowerCase() === service.toLowerCase();
  const last = changes.value.changes.find(isOfService);
  if (last !== undefined) return changeLine(last, options);
  return changes.value.gaps.length > 0
    ? md`• no change found in 24 hours, but not every source could be read`
    : md`• no change in 24 hours`;
}

/** What this person chose about messages. */
export function settingsPart({ author }: HomeContent): readonly KnownBlock[] {
  return [
    section("settings", authorWords(author)),
    ...actions("settings", [button({ action: "home.settings", text: safe`Change`, label: safe`Change my settings` })]),
  ];
}

function authorWords(author: AuthorLine | null): Mrkdwn {
  if (author?.isOn !== true) return md`A message when a change of mine is suspected: *off*`;
  const names = joinSafe(
    author.names.map((name) => cutSafe(name, CARD.title)),
    ", ",
  );
  const known =
    author.names.length === 0 ? md`no names yet, so nothing can be found` : md`my names there: ${escaped(names)}`;
  const { quiet, zone } = author;
  const hours =
    quiet === null
      ? md`no quiet hours`
      : md`quiet from ${escaped(quiet.from)} to ${escaped(quiet.to)} (${escaped(zone)})`;
  return md`A message when a change of mine is suspected: *on* · ${known} · ${hours}`;
}
