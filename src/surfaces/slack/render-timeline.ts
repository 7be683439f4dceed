import type { KnownBlock, RichTextElement } from "@slack/types";
import type { IncidentView, TimelineRowView } from "../../core/presentation/view.ts";
import { cutSafe, joinSafe, own, ownWords, type Safe, safe } from "../../core/safe.ts";
import { duration } from "../../core/time.ts";
import { context, richLink, richSection, richText, richTime, section } from "./blocks.ts";
import type { DrawOptions } from "./draw.ts";
import { CARD } from "./limits.ts";
import type { Drawing } from "./message.ts";
import { dateMd, escaped, joinMd, linkMd, type Mrkdwn, md, utcClock } from "./mrkdwn.ts";

const ROWS_IN_SENTENCE = 5;

/** The first message of the thread: what happened, in order, one line each. */
export function drawTimeline(view: IncidentView, options: DrawOptions): Drawing {
  const rows = view.timeline.slice(0, CARD.timelineRows);
  const text = escaped(sentence(view, rows));
  if (options.form === "plain") return { text, blocks: [] };
  const body = options.form === "new" ? [richList(view, rows, options)] : classicList(view, rows, options);
  const chart = view.chart === null ? [] : [context("tlchart", escaped(view.chart.summary))];
  return { text, blocks: [...body, ...chart, context("tlfoot", footLine(view, rows.length, options))] };
}

function sentence(view: IncidentView, rows: readonly TimelineRowView[]): Safe {
  const id = ownWords(view.incidentId);
  if (rows.length === 0) return safe`Timeline of ${id}: no events found yet.`;
  const told = rows.filter(({ role }) => role !== "context").slice(0, ROWS_IN_SENTENCE);
  const events = told.map((row) => safe`${utcClock(row.atMs)} ${cutSafe(row.text, 40)}`);
  return safe`Timeline of ${id}, ${rows.length} events: ${joinSafe(events, "; ")}.`;
}

function richList(view: IncidentView, rows: readonly TimelineRowView[], options: DrawOptions): KnownBlock {
  const title = richSection([
    richText(safe`Timeline`, "bold"),
    richText(rows.length === 0 ? safe`: no events found yet` : safe` (times in your own time zone)`),
  ]);
  const items = rows.map((row) => richSection(richRow(view, row, options)));
  const list = { type: "rich_text_list" as const, style: "bullet" as const, elements: items };
  return { type: "rich_text", block_id: "tl", elements: items.length === 0 ? [title] : [title, list] };
}

function richRow(view: IncidentView, row: TimelineRowView, options: DrawOptions): readonly RichTextElement[] {
  const note = rowNote(row);
  return [
    richTime(row.atMs),
    richText(safe`  `),
    richText(safe`${ROLE_WORDS[row.role]}${service(row)}: `, "bold"),
    richLink(evidenceUrl(view, row.evidenceIds, options), cutSafe(row.text, CARD.timelineText)),
    ...(note === null ? [] : [richText(safe` · ${note}`, "italic")]),
  ];
}

function classicList(
  view: IncidentView,
  rows: readonly TimelineRowView[],
  options: DrawOptions,
): readonly KnownBlock[] {
  const title = rows.length === 0 ? md`*Timeline*: no events found yet` : md`*Timeline* (times in your own time zone)`;
  const lines = rows.map((row) => classicRow(view, row, options));
  const half = Math.ceil(lines.length / 2);
  const groups = [lines.slice(0, half), lines.slice(half)].filter((group) => group.length > 0);
  return [section("tl", title), ...groups.map((group, index) => section(`tl${index + 1}`, joinMd(group, "\n")))];
}

function classicRow(view: IncidentView, row: TimelineRowView, options: DrawOptions): Mrkdwn {
  const note = rowNote(row);
  const what = linkMd(evidenceUrl(view, row.evidenceIds, options), escaped(cutSafe(row.text, CARD.timelineText)));
  const line = md`• ${dateMd(row.atMs, "{time_secs}")}  *${escaped(ROLE_WORDS[row.role])}${escaped(service(row))}:* ${what}`;
  return note === null ? line : md`${line} · _${escaped(note)}_`;
}

function service(row: TimelineRowView): Safe {
  return row.service === null || row.text.includes(row.service) ? safe`` : safe` in ${cutSafe(row.service, 60)}`;
}

/** How often, how long, and whether the record's clock was moved. */
function rowNote(row: TimelineRowView): Safe | null {
  const span = row.lastAtMs - row.atMs;
  const within = span >= 1000 ? safe` in ${duration(span)}` : safe``;
  const seconds = Math.abs(row.skewCorrectedMs) / 1000;
  const parts = [
    ...(row.count > 1 ? [safe`${thousands(row.count)} times${within}`] : []),
    ...(row.skewCorrectedMs === 0 ? [] : [safe`clock corrected by ${ownWords(own(seconds.toFixed(1)))} s`]),
  ];
  return parts.length === 0 ? null : joinSafe(parts, ", ");
}

/** "9,870". */
function thousands(count: number): Safe {
  return ownWords(own(String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ",")));
}

const ROLE_WORDS: Readonly<Record<TimelineRowView["role"], Safe>> = {
  change: safe`Change`,
  "first-symptom": safe`First symptom`,
  spread: safe`Spread`,
  alert: safe`Alert`,
  recovery: safe`Recovery`,
  person: safe`Person`,
  context: safe`Also`,
};

/** Where the first of these records can be read; null when this install has no page that may be linked. */
export function evidenceUrl(
  view: IncidentView,
  evidenceIds: readonly Parameters<typeof ownWords>[0][],
  options: DrawOptions,
): string | null {
  const [first] = evidenceIds;
  if (first === undefined || view.pageUrl === null) return null;
  return options.links(safe`${view.pageUrl}#${ownWords(first)}`);
}

function footLine(view: IncidentView, shown: number, options: DrawOptions): Mrkdwn {
  const hidden = view.hiddenRows + view.timeline.length - shown;
  const page = view.pageUrl === null ? null : options.links(safe`${view.pageUrl}#timeline`);
  return joinMd(
    [
      ...(hidden > 0 ? [md`${hidden} minor events hidden`] : [md`all events shown`]),
      ...(page === null ? [] : [linkMd(page, md`full timeline`)]),
      md`something missing? Add a note with the button on the card`,
    ],
    " · ",
  );
}
