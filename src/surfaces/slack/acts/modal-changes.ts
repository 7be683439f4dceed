import type { KnownBlock, ModalView, StaticSelect } from "@slack/types";
import type { ChangesAnswer, RecentChange } from "../../../app/recent-changes.ts";
import { cutSafe, joinSafe, type Safe, safe } from "../../../core/safe.ts";
import { context, plainText, section } from "../drawing/blocks.ts";
import type { LinkRule } from "../drawing/links.ts";
import { dateMd, escaped, joinMd, linkMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import { type Choice, MOST, modal, option } from "./modal-parts.ts";

export const CHANGES_MODAL = "changes.list";
export const CHANGES_TITLE = safe`What changed?`;
export const WINDOW_ACTION = "changes.window";
export const SERVICE_ACTION = "changes.service";
/** The entry that stands for every service. */
export const ALL = "*";

const MAX_SHOWN = 40;
/** As much as a window remembers. */
const MAX_NAME = 200;
const PER_SECTION = 5;
const WINDOWS: readonly (Choice & { readonly hours: number })[] = [
  { value: "1", hours: 1, text: safe`Last hour` },
  { value: "2", hours: 2, text: safe`Last 2 hours` },
  { value: "24", hours: 24, text: safe`Last 24 hours` },
];
export const DEFAULT_HOURS = 2;

/** What somebody wants to see. */
export interface ChangesWanted {
  readonly hours: number;
  /** Null for every service. */
  readonly service: Safe | null;
}

/** The hours of a chosen window; the default for anything else. */
export function hoursOf(value: string | undefined): number {
  return WINDOWS.find((window) => window.value === value)?.hours ?? DEFAULT_HOURS;
}

/** The window with its filters; `answer` is null while the sources are being read. */
export function changesModal(
  wanted: ChangesWanted,
  given: { readonly answer: ChangesAnswer | null; readonly services: readonly Safe[]; readonly links: LinkRule },
): ModalView {
  const { answer, services, links } = given;
  return modal({
    callback: CHANGES_MODAL,
    title: CHANGES_TITLE,
    close: safe`Close`,
    about: { hours: wanted.hours, ...(wanted.service === null ? {} : { service: cutSafe(wanted.service, MAX_NAME) }) },
    blocks: [
      { type: "actions", block_id: "filter", elements: [windowMenu(wanted), serviceMenu(wanted, services)] },
      ...(answer === null
        ? [section("loading", md`Reading every source that tells of changes. This may take some seconds …`)]
        : listed(answer, wanted, links)),
    ],
  });
}

function windowMenu({ hours }: ChangesWanted): StaticSelect {
  const options = WINDOWS.map(option);
  const initial = options.find(({ value }) => value === String(hours));
  return {
    type: "static_select",
    action_id: WINDOW_ACTION,
    placeholder: plainText(safe`Since when`, 75),
    options,
    ...(initial === undefined ? {} : { initial_option: initial }),
  };
}

function serviceMenu({ service }: ChangesWanted, services: readonly Safe[]): StaticSelect {
  const offered = [...new Set([...(service === null ? [] : [service]), ...services])]
    .toSorted()
    .slice(0, MOST.menu - 1);
  const options = [
    { value: ALL, text: safe`All services` },
    ...offered.map((name) => ({ value: name, text: name })),
  ].map(option);
  const initial = options.find(({ value }) => value === (service ?? ALL));
  return {
    type: "static_select",
    action_id: SERVICE_ACTION,
    placeholder: plainText(safe`Service`, 75),
    options,
    ...(initial === undefined ? {} : { initial_option: initial }),
  };
}

function listed(answer: ChangesAnswer, wanted: ChangesWanted, links: LinkRule): readonly KnownBlock[] {
  const shown = answer.changes.slice(0, MAX_SHOWN);
  const hidden = answer.changes.length - shown.length + answer.hidden;
  const lines = shown.map((change) => lineOf(change, links));
  const groups = Array.from({ length: Math.ceil(lines.length / PER_SECTION) }, (_, index) =>
    lines.slice(index * PER_SECTION, (index + 1) * PER_SECTION),
  );
  return [
    ...gaps(answer),
    ...(shown.length === 0 ? [section("none", nothing(answer, wanted))] : []),
    ...groups.map((group, index) => section(`changes${index}`, joinMd(group, "\n"))),
    ...(hidden > 0 ? [context("more", md`${hidden} older changes are not shown. Choose a service or less time.`)] : []),
    ...(answer.read.length === 0 ? [] : [context("read", escaped(safe`Read: ${names(answer.read)}`))]),
  ];
}

/** First of all what could not be seen: a short list must not look like a quiet day. */
function gaps({ gaps: failed }: ChangesAnswer): readonly KnownBlock[] {
  if (failed.length === 0) return [];
  const lines = failed.map(({ source, because }) => md`• *${escaped(source)}:* ${escaped(cutSafe(because, 300))}`);
  return [
    section("gaps", joinMd([md`*Not seen, or not all of it.* Changes there are missing below:`, ...lines], "\n")),
  ];
}

function nothing({ read }: ChangesAnswer, { hours, service }: ChangesWanted): Mrkdwn {
  if (read.length === 0) {
    return md`No source that tells of changes could be read, so nothing is known. "doctor" names what to connect.`;
  }
  const of = service === null ? safe`` : safe` of ${service}`;
  return escaped(safe`No change${of} in the last ${hours} h in ${names(read)}.`);
}

function names(sources: readonly Safe[]): Safe {
  return joinSafe(sources, ", ");
}

function lineOf({ atMs, service, kind, status, version, summary, by, url }: RecentChange, links: LinkRule): Mrkdwn {
  const what = linkMd(links(url), escaped(cutSafe(summary === "" ? version : summary, 160)));
  const where = service === null ? md`` : md` *${escaped(cutSafe(service, 60))}*`;
  const who = by === null ? md`` : md` · ${escaped(cutSafe(by, 60))}`;
  const how = escaped(safe`${KIND_WORDS[kind]}, ${STATUS_WORDS[status]}`);
  return md`• ${dateMd(atMs, "{time_secs}")}${where} ${what} · ${how}${who}`;
}

const KIND_WORDS: Readonly<Record<RecentChange["kind"], Safe>> = {
  deploy: safe`deploy`,
  rollout: safe`rollout`,
  config: safe`configuration`,
  flag: safe`flag`,
  scaling: safe`scaling`,
  migration: safe`migration`,
  certificate: safe`certificate`,
  infrastructure: safe`infrastructure`,
  merge: safe`merge`,
};

const STATUS_WORDS: Readonly<Record<RecentChange["status"], Safe>> = {
  deployed: safe`done`,
  merged: safe`merged only`,
  failed: safe`failed`,
  "rolled-back": safe`rolled back`,
};
