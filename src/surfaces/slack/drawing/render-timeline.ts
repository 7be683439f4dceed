import type { KnownBlock, RichTextElement } from "@slack/types";
import type { CorrectionKind } from "../../../core/corrections/correction.ts";
import type { IncidentView, TimelineRowView } from "../../../core/presentation/view.ts";
import { capital, cutWords } from "../../../core/presentation/words.ts";
import { cutSafe, joinSafe, own, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { duration } from "../../../core/time.ts";
import { actions, button, context, picture, richLink, richSection, richText, richTime, section } from "./blocks.ts";
import { noteButton } from "./card-buttons.ts";
import type { DrawOptions } from "./draw.ts";
import { CARD } from "./limits.ts";
import type { Drawing } from "./message.ts";
import { dateMd, escaped, escapedAt, joinMd, linkMd, type Mrkdwn, md, utcMinute } from "./mrkdwn.ts";
import { valueOf } from "./values.ts";

const ROWS_IN_SENTENCE = 5;

/** The first message of the thread: what happened, in order, one line each. */
export function drawTimeline(view: IncidentView, options: DrawOptions): Drawing {
  const events = view.timeline.filter((row) => !isClockNote(row));
  const rows = events.slice(0, CARD.timelineRows);
  const text = escaped(sentence(view, rows));
  if (options.form === "plain") return { text, blocks: [] };
  const body = options.form === "new" ? [richList(view, rows, options)] : classicList(view, rows, options);
  const foot = context("tlfoot", footLine(view, events.length - rows.length, options));
  return { text, blocks: [...body, ...clockNotes(view), ...chartBlocks(view, options), ...buttonsOf(view), foot] };
}

/** A wrong clock is no event: it explains times and stands under them. */
function isClockNote({ role, text, skewCorrectedMs }: TimelineRowView): boolean {
  return role === "context" && skewCorrectedMs !== 0 && CLOCK_NOTE.test(text);
}

const CLOCK_NOTE = /^clock of \S+ runs [\d.]+ s (?:fast|slow): /u;

function clockNotes({ timeline }: IncidentView): readonly KnownBlock[] {
  const notes = timeline.filter(isClockNote).map(({ text }) => escaped(cutWords(capital(text), CARD.timelineText)));
  return notes.length === 0 ? [] : [context("tlclock", joinMd(notes, "; "))];
}

/** The drawing with everything it shows in words, or the words alone when it could not be drawn or taken. */
function chartBlocks({ chart, detectedAtMs }: IncidentView, options: DrawOptions): readonly KnownBlock[] {
  if (chart === null) return [];
  const file = options.form === "new" ? (options.chart ?? null) : null;
  return file === null
    ? [context("tlchart", escapedAt(chart.summary, detectedAtMs))]
    : [picture("tlchart", file.fileId, chart.alt)];
}

function buttonsOf(view: IncidentView): readonly KnownBlock[] {
  const id = ownWords(view.incidentId);
  const edit = button({
    action: "tl.edit",
    text: safe`Edit timeline`,
    label: safe`Edit the timeline of ${id}`,
    value: valueOf(view),
  });
  const note = noteButton(view, safe`Something missing? Add a note to ${id}`);
  return actions("tlact", view.timeline.length === 0 ? [note] : [edit, note]);
}

function sentence(view: IncidentView, rows: readonly TimelineRowView[]): Safe {
  const id = ownWords(view.incidentId);
  if (rows.length === 0) return safe`Timeline of ${id}: no events found yet.`;
  const told = rows.filter(({ role }) => role !== "context").slice(0, ROWS_IN_SENTENCE);
  const events = told.map((row) => safe`${utcMinute(row.atMs)} ${cutWords(row.text, 40)}`);
  const count = rows.length === 1 ? safe`1 event` : safe`${rows.length} events`;
  const list = events.length === 0 ? safe`` : safe`: ${joinSafe(events, "; ")}`;
  return safe`Timeline of ${id}, ${count}${list}.`;
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
    richLink(evidenceUrl(view, row.evidenceIds, options), cutWords(row.text, CARD.timelineText)),
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
  const what = linkMd(evidenceUrl(view, row.evidenceIds, options), escaped(cutWords(row.text, CARD.timelineText)));
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
  const by = row.editedBy;
  const parts = [
    ...(row.count > 1 ? [safe`${thousands(row.count)} times${within}`] : []),
    ...(row.skewCorrectedMs === 0 ? [] : [safe`clock corrected by ${ownWords(own(seconds.toFixed(1)))} s`]),
    ...(by === null ? [] : [safe`${editWords(row)} by ${cutSafe(by, CARD.name)}`]),
  ];
  return parts.length === 0 ? null : joinSafe(parts, ", ");
}

/** Whoever reads a corrected time should know that it is one, and from where it was moved. */
function editWords({ movedMs = 0 }: TimelineRowView): Safe {
  if (Math.abs(movedMs) < 1000) return safe`edited`;
  return movedMs > 0 ? safe`moved ${duration(movedMs)} later` : safe`moved ${duration(movedMs)} earlier`;
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

function footLine(view: IncidentView, left: number, options: DrawOptions): Mrkdwn {
  const hidden = view.hiddenRows + left;
  const page = view.pageUrl === null ? null : options.links(safe`${view.pageUrl}#timeline`);
  const minor = hidden === 1 ? md`1 minor event hidden` : md`${hidden} minor events hidden`;
  return joinMd(
    [
      ...(hidden > 0 ? [minor] : view.timeline.length > 0 ? [md`all events shown`] : []),
      ...correctionsLine(view),
      ...attached(view, options),
      ...(page === null ? [md`times in your own zone`] : [linkMd(page, md`full timeline`)]),
    ],
    " · ",
  );
}

/** "2 corrections by Ada and Bo, 1 row marked irrelevant": what was taken away is counted, or people would miss it. */
function correctionsLine({ corrections }: IncidentView): readonly Mrkdwn[] {
  const made = corrections.filter(({ kind }) => ROW_KINDS.has(kind));
  if (made.length === 0) return [];
  const names = [...new Map(made.map(({ byId, by }) => [byId, cutSafe(by, CARD.name)])).values()];
  const more = names.length > MOST_NAMES ? safe` and ${names.length - MOST_NAMES} more` : safe``;
  const who = safe`${joinSafe(names.slice(0, MOST_NAMES), names.length > MOST_NAMES ? ", " : " and ")}${more}`;
  const count = made.length === 1 ? safe`1 correction` : safe`${made.length} corrections`;
  const gone = made.filter(({ kind }) => kind === "row-irrelevant").length;
  const rows = gone === 1 ? safe`1 row` : safe`${gone} rows`;
  return [
    escaped(safe`${count} by ${who}`),
    ...(gone === 0 ? [] : [md`${escaped(rows)} marked irrelevant, not shown`]),
  ];
}

const MOST_NAMES = 2;
const ROW_KINDS: ReadonlySet<CorrectionKind> = new Set(["row-time", "row-text", "row-irrelevant", "note-removed"]);

function attached({ links }: IncidentView, options: DrawOptions): readonly Mrkdwn[] {
  const shown = links
    .slice(-CARD.said)
    .map(
      ({ url, title, by }) =>
        md`${linkMd(options.links(url), escaped(cutSafe(title, 60)))} (${escaped(cutSafe(by, CARD.name))})`,
    );
  return shown.length === 0 ? [] : [md`attached: ${joinMd(shown, ", ")}`];
}
