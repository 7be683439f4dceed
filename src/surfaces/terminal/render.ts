import { showArithmetic } from "../../core/presentation/arithmetic.ts";
import { gapSentences } from "../../core/presentation/gaps.ts";
import type { ArgumentView, CauseView, IncidentView, TimelineRowView } from "../../core/presentation/view.ts";
import { capital, confidenceWords, grouped, roleWords } from "../../core/presentation/words.ts";
import type { Safe } from "../../core/safe.ts";
import { clockTime, duration, isoTime } from "../../core/time.ts";
import { type Paper, paperFor, type TerminalOptions } from "./paper.ts";
import { printable } from "./printable.ts";

export type { TerminalOptions } from "./paper.ts";

const MAX_EVIDENCE = 12;
const BARS = " ▁▂▃▄▅▆▇█";
const SMALLEST_BAR = "▁";

/** The whole answer for a terminal: the cause first, then the arithmetic, the timeline and what was not seen. */
export function renderTerminal(view: IncidentView, options: TerminalOptions): string {
  const paper = paperFor(options);
  const lines = [
    ...head(view, paper),
    ...answer(view, paper),
    ...causes(view, paper),
    ...timeline(view, paper),
    ...chart(view, paper),
    ...gaps(view, paper),
    ...evidence(view, paper),
    ...foot(view, paper),
  ];
  return `${lines.join("\n")}\n`;
}

function head(view: IncidentView, paper: Paper): readonly string[] {
  const isNamed = view.service === null || view.title.includes(view.service);
  const title = [view.priority, ...(isNamed ? [] : [view.service]), view.title].map(printable);
  const since = `since ${isoTime(view.startedAtMs).slice(0, 19).replace("T", " ")} UTC`;
  const who = view.acknowledgedBy === null ? "not acknowledged" : `acknowledged by ${printable(view.acknowledgedBy)}`;
  const ended = view.resolvedAtMs === null ? [] : [`resolved ${clockTime(view.resolvedAtMs)}`];
  return [
    ...paper.beside("", title.join(" · "), { indent: 0, column: 0 }).map((line) => paper.ink("bold", line)),
    paper.ink("dim", [printable(view.incidentId), since, who, ...ended].join(" · ")),
  ];
}

function answer(view: IncidentView, paper: Paper): readonly string[] {
  const { cause, why, against, impact, nextStep, notChecked } = view.card;
  const lines: readonly (readonly [string, Safe | null])[] = [
    ["Why", why],
    ["Against", against],
    ["Impact", impact],
    ["Next step", nextStep],
    ["Gaps", notChecked],
  ];
  const color = view.state === "recovered" || view.state === "resolved" ? "green" : "red";
  return [
    "",
    paper.ink(color, paper.ink("bold", `${printable(cause.label)}:`)),
    ...paper.beside("", cause.text, { indent: 2, column: 0 }).map((line) => paper.ink("bold", line)),
    ...lines.flatMap(([label, text]) =>
      text === null ? [] : paper.beside(label, capital(text), { indent: 2, column: 11 }),
    ),
  ];
}

function causes(view: IncidentView, paper: Paper): readonly string[] {
  if (view.causes.length === 0) return [];
  const note = view.learnedNote === null ? [] : paper.beside("", view.learnedNote, { indent: 2, column: 0 });
  return [...paper.heading("Ranked causes"), ...note, ...view.causes.flatMap((cause) => causeLines(cause, paper))];
}

function causeLines(cause: CauseView, paper: Paper): readonly string[] {
  const shown = showArithmetic(cause);
  const layout = { indent: 5, column: 6 };
  const line = (argument: ArgumentView, points: string | undefined) =>
    paper.beside(points ?? "", `${argument.because}${citation(argument)}`, layout);
  return [
    ...paper.beside(`${cause.rank}.`, cause.summary, { indent: 2, column: 3 }).map((text) => paper.ink("bold", text)),
    `     ${confidenceWords(cause.confidence)}${votes(cause)}`,
    ...cause.supporting.flatMap((argument, index) => line(argument, shown.supporting[index])),
    ...cause.against.flatMap((argument, index) => line(argument, shown.against[index])),
    `     ${shown.score}  = score`,
    ...(cause.rank > 1 ? [] : cause.toBeSure).flatMap((check, index) =>
      paper.beside(index === 0 ? "To be sure:" : "", check, { indent: 5, column: 12 }),
    ),
  ];
}

function citation({ evidenceIds }: ArgumentView): string {
  const [first] = evidenceIds;
  if (first === undefined) return "";
  return evidenceIds.length === 1 ? ` [${first}]` : ` [${first} and ${evidenceIds.length - 1} more]`;
}

function votes({ votes: { yes, no } }: CauseView): string {
  return `${side("this was it", yes)}${side("not it", no)}`;
}

function side(words: string, names: readonly Safe[]): string {
  return names.length === 0 ? "" : ` · ${words}: ${names.map(printable).join(", ")}`;
}

function timeline(view: IncidentView, paper: Paper): readonly string[] {
  if (view.timeline.length === 0) return [];
  const wide = Math.min(24, Math.max(...view.timeline.map(({ service }) => printable(service ?? "-").length)));
  const hidden = view.hiddenRows === 0 ? [] : [`  ${view.hiddenRows} minor rows are not shown`];
  return [...paper.heading("Timeline (UTC)"), ...view.timeline.flatMap((row) => rowLines(row, wide, paper)), ...hidden];
}

function rowLines(row: TimelineRowView, wide: number, paper: Paper): readonly string[] {
  const service = printable(row.service ?? "-")
    .slice(0, wide)
    .toWellFormed()
    .padEnd(wide);
  const label = `${clockTime(row.atMs)} ${roleWords(row.role).toLowerCase().padEnd(13)} ${service}  `;
  const many = row.count > 1 ? ` (×${grouped(row.count)} until ${clockTime(row.lastAtMs)})` : "";
  const skew = row.skewCorrectedMs === 0 ? "" : ` (its clock was off, moved by ${shift(row.skewCorrectedMs)})`;
  const [first = "", ...rest] = paper.beside("", `${row.text}${many}${skew}`, { indent: 2 + label.length, column: 0 });
  return [`  ${label}${first.trimStart()}`, ...rest];
}

function shift(ms: number): string {
  return `${ms < 0 ? "−" : "+"}${(Math.abs(ms) / 1000).toFixed(1)} s`;
}

function chart({ chart: history }: IncidentView, paper: Paper): readonly string[] {
  if (history === null) return [];
  const peak = Math.max(...history.errors, 1);
  const fits = history.errors.length <= paper.width - 4;
  const bars = history.errors.map((count) => {
    if (count === 0) return SMALLEST_BAR;
    return BARS.charAt(Math.ceil((count / peak) * (BARS.length - 1)));
  });
  const drawn = fits ? [`  ${bars.join("")}`] : [];
  return [
    ...paper.heading("Errors over time"),
    ...drawn,
    ...paper.beside("", history.summary, { indent: 2, column: 0 }),
  ];
}

function gaps(view: IncidentView, paper: Paper): readonly string[] {
  const told = gapSentences(view.gaps);
  if (told.length === 0) return [];
  const lines = told.flatMap((text) => paper.beside("-", text, { indent: 2, column: 2 }));
  return [...paper.heading("What could not be seen"), ...lines];
}

/** Only records that an argument cites; the rest is in the page and the JSON. */
function evidence(view: IncidentView, paper: Paper): readonly string[] {
  const cited = new Set(view.causes.flatMap(({ supporting, against }) => [...supporting, ...against]).flatMap(idsOf));
  const records = view.evidence.filter(({ id }) => cited.has(id));
  if (records.length === 0) return [];
  const shown = records
    .slice(0, MAX_EVIDENCE)
    .flatMap(({ id, atMs, ref, quote }) => [
      `  [${id}] ${clockTime(atMs)} ${printable(ref)}`,
      ...paper.beside("", quote, { indent: 6, column: 0 }),
    ]);
  const more = records.length - MAX_EVIDENCE;
  return [...paper.heading("Evidence"), ...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}

function idsOf({ evidenceIds }: ArgumentView) {
  return evidenceIds;
}

function foot(view: IncidentView, paper: Paper): readonly string[] {
  const took = view.elapsedMs === null ? [] : [`answered in ${tookWords(view.elapsedMs)}`];
  const page = view.pageUrl === null ? [] : [printable(view.pageUrl)];
  const line = [...took, ...page].join(" · ");
  return line === "" ? [] : ["", paper.ink("dim", line)];
}

function tookWords(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : duration(ms);
}
