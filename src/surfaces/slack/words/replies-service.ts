import type { Dependencies } from "../../../app/dependencies.ts";
import type { OnCallAnswer } from "../../../app/on-call.ts";
import type { ChangesAnswer, RecentChange } from "../../../app/recent-changes.ts";
import { counted, literal } from "../../../core/presentation/words.ts";
import { cutSafe, joinSafe, type Safe, safe } from "../../../core/safe.ts";
import { duration } from "../../../core/time.ts";
import { context, section } from "../drawing/blocks.ts";
import type { LinkRule } from "../drawing/links.ts";
import type { Drawing } from "../drawing/message.ts";
import { dayMd, escaped, joinMd, linkMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import { say } from "./replies.ts";

const MAX_SHOWN = 10;
const SUMMARY = 110;
const NAME = 60;
const DETAIL = 100;
const MAX_NEIGHBOURS = 20;

export interface ChangesQuestion {
  readonly service: Safe | null;
  readonly windowMs: number;
  readonly links: LinkRule;
}

/** What changed, which sources were read, and which could not be: nothing found there means nothing. */
export function changesReply(answer: ChangesAnswer, question: ChangesQuestion): Drawing {
  const { changes, hidden } = answer;
  const whose = question.service === null ? safe`` : safe` in ${question.service}`;
  const within = safe`in the last ${duration(question.windowMs)}`;
  const title =
    changes.length === 0
      ? nothingWords(answer, whose, within)
      : safe`${counted(changes.length + hidden, "change", "changes")}${whose} ${within}`;
  const lines = changes.slice(0, MAX_SHOWN).map((change) => changeLine(change, question.links));
  const left = changes.length + hidden - lines.length;
  const more = left > 0 ? [md`${left} earlier ones are not shown; name a service or a shorter time`] : [];
  return {
    text: escaped(title),
    blocks: [
      section("changes", joinMd([md`*${escaped(title)}*`, ...lines, ...more], "\n")),
      context("read", foot(answer)),
    ],
  };
}

/** "Nothing changed" only when somebody looked everywhere. */
function nothingWords({ read, gaps }: ChangesAnswer, whose: Safe, within: Safe): Safe {
  if (read.length === 0 && gaps.length === 0) {
    return safe`No source that tells of changes is connected, so nobody knows what changed. "doctor" says how to connect one`;
  }
  if (read.length === 0) return safe`Could not look: no source that tells of changes answered`;
  return gaps.length === 0
    ? safe`Nothing changed${whose} ${within}`
    : safe`No change found${whose} ${within}, but not everything could be read`;
}

function foot({ read, gaps }: ChangesAnswer): Mrkdwn {
  const names = read.length === 0 ? md`Looked in: nothing` : md`Looked in: ${escaped(joinSafe(read, ", "))}`;
  if (gaps.length === 0) return names;
  const missed = gaps.map(({ source, because }) => escaped(safe`${source} (${cutSafe(because, DETAIL)})`));
  return md`${names} · *could not read, or only in part:* ${joinMd(missed, ", ")}`;
}

function changeLine({ atMs, service, kind, status, version, summary, by, url }: RecentChange, links: LinkRule): Mrkdwn {
  const what = safe`${literal(kind)} ${cutSafe(version, NAME)} ${literal(status)}`;
  const whose = service === null ? safe`` : safe`${cutSafe(service, NAME)}: `;
  const author = by === null ? safe`` : safe` by ${cutSafe(by, NAME)}`;
  return md`• ${dayMd(atMs)} *${escaped(whose)}${linkMd(links(url), escaped(what))}* ${escaped(cutSafe(summary, SUMMARY))}${escaped(author)}`;
}

/** What the reply tells of a service. */
export type GraphAnswer = Pick<Dependencies, "service" | "callers" | "callees" | "isKnown"> & Partial<Dependencies>;

/** Both directions, in words. */
export function graphReply({ service, callers, callees, isKnown, near = [] }: GraphAnswer, command: Safe): Drawing {
  const name = cutSafe(service, NAME);
  if (!isKnown) {
    const text = safe`Nothing is known about ${name}: no call of the last days and no recent incident names it. That is not the same as no calls. ${meant(near)}"${command} investigate ${name}" looks now.`;
    return { text: escaped(text), blocks: [section("graph", escaped(text))] };
  }
  const text = safe`${name}: ${counted(callers.length, "caller", "callers")}, calls ${counted(callees.length, "service", "services")}`;
  const lines = [
    md`*Calls of ${escaped(name)}*`,
    md`*It is called by:* ${neighbours(callers)}`,
    md`*It calls:* ${neighbours(callees)}`,
  ];
  const hint = md`As calls of the last days and recent incidents show it; calls that no record shows are missing.`;
  return { text: escaped(text), blocks: [section("graph", joinMd(lines, "\n")), context("graphfoot", hint)] };
}

function meant(near: readonly Safe[]): Safe {
  if (near.length === 0) return safe``;
  return safe`Known names like it: ${joinSafe(
    near.map((name) => cutSafe(name, NAME)),
    ", ",
  )}. `;
}

/** Who is called first; "nobody" and "could not find out" are two things. */
export function onCallReply({ service, answers }: OnCallAnswer): Drawing {
  const name = cutSafe(service, NAME);
  if (answers.length === 0) {
    return say(safe`No connected system knows who is on call. Connect PagerDuty: "doctor" says how.`);
  }
  return say(
    joinSafe(
      answers.map((answer) => onCallWords(name, answer)),
      " ",
    ),
  );
}

function onCallWords(service: Safe, { system, names }: OnCallAnswer["answers"][number]): Safe {
  if (names === null)
    return safe`${system} did not tell who is on call for ${service}: it may have no service of this name.`;
  if (names.length === 0) return safe`Nobody is on call for ${service} now, says ${system}.`;
  return safe`On call for ${service} now, first: ${cutSafe(joinSafe(names, ", "), DETAIL)} (${system}).`;
}

function neighbours(names: readonly Safe[]): Mrkdwn {
  if (names.length === 0) return md`nobody, as far as it was seen`;
  const shown = names.slice(0, MAX_NEIGHBOURS).map((name) => escaped(cutSafe(name, NAME)));
  const more = names.length - shown.length;
  return more > 0 ? md`${joinMd(shown, ", ")} and ${more} more` : joinMd(shown, ", ");
}
