import type { EpochMs } from "../../../core/ids.ts";
import { brief, leadOf } from "../../../core/presentation/card.ts";
import type { IncidentState, IncidentView } from "../../../core/presentation/view.ts";
import { confidenceNumber, cutWords, grouped, titled } from "../../../core/presentation/words.ts";
import { cutSafe, joinSafe, ownWords, type Safe, safe, sliceSafe } from "../../../core/safe.ts";
import { duration } from "../../../core/time.ts";
import { actions, context, section } from "./blocks.ts";
import { cardButtons, cardMenu } from "./card-buttons.ts";
import type { DrawOptions } from "./draw.ts";
import { CARD } from "./limits.ts";
import type { Drawing } from "./message.ts";
import { dateMd, escaped, escapedAt, joinMd, linkMd, type Mrkdwn, md, withoutInstant } from "./mrkdwn.ts";
import { fitted, type Paragraph, phoneLines } from "./phone.ts";
import { worthShowing } from "./render-hypotheses.ts";

/** The one message of an incident in the channel, in all its states: at most twelve lines of a phone and one primary button. */
export function drawRoot(view: IncidentView, options: DrawOptions): Drawing {
  const text = escaped(view.notification);
  if (options.form === "plain") return { text, blocks: [] };
  const sub = subline(view, options);
  const foot = footOf(view, options);
  const body = view.state === "resolved" ? resolvedBody(view, options) : openBody(view, options);
  const [title = md``, ...lines] = fitted([titleOf(view), ...body, ...foot], CARD.lines - phoneLines(sub));
  const entries = cardMenu(view);
  const head = section("head", joinMd([title, sub], "\n"));
  return {
    text,
    blocks: [
      entries === null ? head : { ...head, accessory: entries },
      section("why", joinMd(foot.length === 0 ? lines : lines.slice(0, -1), "\n")),
      ...actions("act", cardButtons(view, options)),
      ...(foot.length === 0 ? [] : [context("foot", lines.at(-1) ?? md``)]),
    ],
  };
}

/** The state in words, so that no colour has to carry it. */
export const STATE_WORDS: Readonly<Record<IncidentState, Safe>> = {
  investigating: safe`Investigating`,
  "likely-cause": safe`Likely cause found`,
  "several-candidates": safe`Several possible causes`,
  "no-likely-cause": safe`No likely cause found`,
  recovered: safe`Recovered by itself`,
  resolved: safe`Resolved`,
};

function titleOf(view: IncidentView): Paragraph {
  const title = cutSafe(view.title, CARD.title);
  const mark = markOf(view);
  return {
    ...PARAGRAPH,
    text: safe`${view.priority} · ${titled(view.service, title)}`,
    draw: (text) => md`${mark.emoji} *${mark.words}${escaped(text)}*`,
    easy: 2,
    worth: 8,
  };
}

/** The colour says again what the words say; that an incident is open, the line below says. */
function markOf(view: IncidentView): { readonly emoji: Mrkdwn; readonly words: Mrkdwn } {
  if (view.state === "resolved") return { emoji: md`:white_check_mark:`, words: md`Resolved · ` };
  if (view.state === "recovered") return { emoji: md`:large_green_circle:`, words: md`Recovered · ` };
  return { emoji: md`:red_circle:`, words: md`` };
}

const PARAGRAPH = { cut: cutWords, least: 1 };

/** Since when, who has it, how much it is, and where to read more: short parts only, it is never cut. */
function subline(view: IncidentView, options: DrawOptions): Mrkdwn {
  const page = linkMd(options.links(view.pageUrl), escaped(ownWords(view.incidentId)));
  if (view.state === "resolved") return joinMd([...resolution(view), ...severalAlerts(view), page], " · ");
  const by = view.acknowledgedBy;
  const who = by === null ? md`not acknowledged` : md`acknowledged by ${escaped(cutSafe(by, CARD.name))}`;
  return joinMd([since(view), who, ...severalAlerts(view), page], " · ");
}

function since({ reopened, reopenedAtMs, startedAtMs }: IncidentView): Mrkdwn {
  if (reopenedAtMs !== null) return md`Reopened ${dateMd(reopenedAtMs, "{time}")}, it had been resolved`;
  const start = dateMd(startedAtMs, "{time}");
  return reopened ? md`Reopened, it had been resolved · since ${start}` : md`Since ${start}`;
}

function resolution({ resolvedAtMs, startedAtMs }: IncidentView): readonly Mrkdwn[] {
  if (resolvedAtMs === null) return [];
  return [md`Lasted ${escaped(duration(resolvedAtMs - startedAtMs))}`, md`until ${dateMd(resolvedAtMs, "{time}")}`];
}

/** One alert is the incident itself; of a storm the card counts the rest. */
function severalAlerts({ alertCount, services }: IncidentView): readonly Mrkdwn[] {
  if (alertCount <= 1) return [];
  const count = escaped(grouped(alertCount));
  return [services.length > 1 ? md`${count} alerts from ${services.length} services` : md`${count} alerts`];
}

/** Longest-lived worth last: what is shortened first is told in the thread anyway. */
function openBody(view: IncidentView, options: DrawOptions): readonly Paragraph[] {
  const { cause, why, against, impact, nextStep, checked } = view.card;
  // What a log line said stands in the thread and makes room here.
  const told = cause.text.includes('"') ? brief(cause.text, CARD.cause) : cause.text;
  const at = view.detectedAtMs;
  return [
    row(cause.label, told, { at, easy: 3, least: 2, worth: 10, cut: causeCut(view) }),
    ...optional(safe`Checked`, checked, { at, easy: 2, worth: 5 }),
    ...optional(safe`Why`, why, { at, easy: 2, worth: 4 }),
    ...optional(safe`Against`, against, { at, easy: 1, worth: 6 }),
    ...optional(safe`Impact`, impact, { at, easy: 1, least: view.latestUpdate === null ? 1 : 0, worth: 2 }),
    ...optional(safe`Next step`, nextStep, { at, easy: 2, worth: 7 }),
    ...saidRows(view, options),
  ];
}

/** Before words are lost, what stands elsewhere on the card or in the thread: when it was, and the service of the title. */
function causeCut({ service }: IncidentView): Paragraph["cut"] {
  return (text, length) => {
    const timeless = withoutInstant(text);
    const nameless = service === null ? timeless : without(timeless, safe` of ${service}`);
    return [timeless, nameless].find((shorter) => shorter.length <= length) ?? brief(nameless, length);
  };
}

function without(text: Safe, words: Safe): Safe {
  const start = text.indexOf(words);
  return start === -1 ? text : safe`${sliceSafe(text, 0, start)}${sliceSafe(text, start + words.length)}`;
}

/** What it was and who says so. Nobody's word is put in for them. */
function resolvedBody(view: IncidentView, options: DrawOptions): readonly Paragraph[] {
  const { label, text } = view.card.cause;
  const isConfirmed = view.statedCause !== null || view.causes.some(({ votes }) => votes.yes.length > votes.no.length);
  const cause = isConfirmed
    ? row(label, text, { at: view.detectedAtMs, easy: 4, least: 2, worth: 10, cut: brief })
    : row(safe`Cause not confirmed`, unconfirmed(view), {
        at: view.detectedAtMs,
        easy: 4,
        least: 2,
        worth: 10,
        cut: brief,
      });
  return [cause, ...saidRows(view, options)];
}

function unconfirmed({ card, causes }: IncidentView): Safe {
  const lead = leadOf(causes);
  if (lead === null || !card.cause.label.startsWith("Likely cause")) return card.cause.text;
  return safe`likely (${confidenceNumber(lead.confidence)}): ${card.cause.text}`;
}

interface Rules extends Pick<Paragraph, "easy" | "worth">, Partial<Pick<Paragraph, "least" | "cut">> {
  /** Our own words: their instants are near this one and are shown in the reader's zone. */
  readonly at?: EpochMs;
}

function row(label: Safe, text: Safe, { at, ...rules }: Rules): Paragraph {
  const words = cutSafe(label, CARD.cause);
  return {
    ...PARAGRAPH,
    ...rules,
    text: cutSafe(text, CARD.line),
    draw: (shown) => md`*${escaped(words)}:* ${at === undefined ? escaped(shown) : escapedAt(shown, at)}`,
  };
}

function optional(label: Safe, text: Safe | null, rules: Rules): readonly Paragraph[] {
  return text === null ? [] : [row(label, text, rules)];
}

/** News by a person, and what people attached. */
function saidRows(view: IncidentView, options: DrawOptions): readonly Paragraph[] {
  const { latestUpdate, links } = view;
  const by = latestUpdate === null ? safe`` : cutSafe(latestUpdate.by, CARD.name);
  const update =
    latestUpdate === null
      ? []
      : [
          {
            ...row(by, latestUpdate.text, { easy: 2, worth: 9 }),
            draw: (shown: Safe) =>
              md`*Update by ${escaped(by)}, ${dateMd(latestUpdate.atMs, "{time}")}:* ${escaped(shown)}`,
          },
        ];
  return [...update, ...(links.length === 0 ? [] : [linkRow(links, options)])];
}

/** The latest of them on the card; all of them are under the timeline. */
function linkRow(links: IncidentView["links"], options: DrawOptions): Paragraph {
  const shown = links.slice(-1).map(({ url, title }) => linkMd(options.links(url), escaped(cutSafe(title, CARD.name))));
  const more = links.length > 1 ? md`, ${links.length - 1} more` : md``;
  const draw = () => md`*Attached:* ${joinMd(shown, ", ")}${more}`;
  return { ...PARAGRAPH, text: safe`-`, draw, easy: 1, least: 0, worth: 1 };
}

/** Where the rest of the answer is. */
function elsewhere({ state, causes }: IncidentView): Mrkdwn {
  if (state === "investigating") return md`Investigating`;
  const others = state === "likely-cause" ? worthShowing(causes).length - 1 : 0;
  if (others === 1) return md`1 other in thread`;
  return others > 1 ? md`${others} others in thread` : md`details in thread`;
}

/** What is elsewhere, what was not seen, and how old this is. A resolved card has nothing left to look for. */
function footOf(view: IncidentView, options: DrawOptions): readonly Paragraph[] {
  const isOver = view.state === "resolved";
  const recreated = options.recreated ? [md`re-created, the first message was deleted`] : [];
  if (isOver && recreated.length === 0) return [];
  const before = [elsewhere(view), ...recreated];
  const updated = md`updated ${dateMd(view.updatedAtMs, "{time}")}`;
  const unread = isOver ? [] : unreadWords(view);
  const shortest = unread.at(-1) ?? safe``;
  const told = (text: Safe) => [...before, ...(text === "" ? [] : [escaped(text)])];
  const least = phoneLines(joinMd(told(shortest), " · "));
  const isTight = unread.length > 0 && least === 1;
  return [
    {
      text: unread[0] ?? safe``,
      // In one line there is no room for when it was drawn.
      draw: (text) => joinMd(isTight && text === shortest ? told(text) : [...told(text), updated], " · "),
      cut: (_, length) => unread.find((words) => words.length <= length) ?? shortest,
      easy: least,
      least,
      worth: 3,
    },
  ];
}

/** What was not seen, in ever fewer words: with reasons, with names, as a number. It is never left out. */
function unreadWords({ card, gaps }: IncidentView): readonly Safe[] {
  if (card.notChecked === null) return [];
  const names = (isPartial: boolean) =>
    gaps.filter(({ status }) => (status === "partial") === isPartial).map(({ source }) => cutSafe(source, CARD.name));
  const sides = [...sourceList(safe`not checked`, names(false)), ...sourceList(safe`only in part`, names(true))];
  const count = gaps.length === 1 ? safe`1 source` : safe`${gaps.length} sources`;
  return [card.notChecked, joinSafe(sides, "; "), safe`${count} not read in full`];
}

function sourceList(label: Safe, names: readonly Safe[]): readonly Safe[] {
  return names.length === 0 ? [] : [safe`${label}: ${joinSafe(names, ", ")}`];
}
