import type { TimelineRow } from "../analysis.ts";
import type { Finding } from "../detectors/finding.ts";
import type { Event } from "../event.ts";
import type { SourceEvidence } from "../evidence.ts";
import type { EventId } from "../ids.ts";
import { epochNs } from "../ids.ts";
import { own, ownWords, type Safe, safe } from "../safe.ts";
import { clockTime } from "../time.ts";
import type { CorrectionFact, RowReference } from "./correction.ts";

const NS_PER_MS = 1_000_000n;

/** What corrections mean for the engine: which records count for nothing, and which happened at another time. */
export interface CorrectedRecords {
  readonly irrelevant: ReadonlySet<EventId>;
  /** What to add to a record's own time, in ms. */
  readonly movedMs: ReadonlyMap<EventId, number>;
}

/** Reads the corrections that hold. A later correction of the same row counts instead of an earlier one. */
export function correctedRecords(corrections: readonly CorrectionFact[]): CorrectedRecords {
  const irrelevant = new Set<EventId>();
  const movedMs = new Map<EventId, number>();
  for (const { correction } of corrections) {
    if (correction.kind === "row-irrelevant") for (const id of correction.row.eventIds) irrelevant.add(id);
    if (correction.kind === "row-time") {
      for (const id of correction.row.eventIds) movedMs.set(id, correction.toMs - correction.row.atMs);
    }
  }
  return { irrelevant, movedMs };
}

/** Records whose row people moved or reworded. */
export function editedRecords(corrections: readonly CorrectionFact[]): ReadonlySet<EventId> {
  return new Set(
    corrections.flatMap(({ correction }) =>
      correction.kind === "row-time" || correction.kind === "row-text" ? correction.row.eventIds : [],
    ),
  );
}

/** The evidence with moved records at their corrected time, and without the single records that count for nothing. */
export function correctEvidence(
  evidence: readonly SourceEvidence[],
  { irrelevant, movedMs }: CorrectedRecords,
): readonly SourceEvidence[] {
  if (irrelevant.size === 0 && movedMs.size === 0) return evidence;
  return evidence.map((source) => {
    if (source.evidence.status !== "found") return source;
    const events = source.evidence.events
      .filter((event) => !(STANDS_ALONE.has(event.kind) && irrelevant.has(event.id)))
      .map((event) => moved(event, movedMs.get(event.id) ?? 0));
    return { ...source, evidence: { ...source.evidence, events } };
  });
}

/** Records that are a row by themselves. Lines, spans and points make rows by the hundred: their whole group is left out later. */
const STANDS_ALONE: ReadonlySet<Event["kind"]> = new Set(["change", "kubernetes", "alert", "person"]);

function moved(event: Event, byMs: number): Event {
  return byMs === 0 ? event : { ...event, atNs: epochNs(event.atNs + BigInt(Math.round(byMs)) * NS_PER_MS) };
}

/** The findings without reasons that rest on records which count for nothing; a finding without reasons is none. */
export function correctFindings(findings: readonly Finding[], irrelevant: ReadonlySet<EventId>): readonly Finding[] {
  if (irrelevant.size === 0) return findings;
  return findings
    .map((finding) => ({
      ...finding,
      reasons: finding.reasons.filter(({ evidenceIds }) => !evidenceIds.some((id) => irrelevant.has(id))),
    }))
    .filter(({ reasons }) => reasons.length > 0);
}

/** The rows as people corrected them, each edited one with its editor. */
export function correctRows(
  rows: readonly TimelineRow[],
  corrections: readonly CorrectionFact[],
): readonly TimelineRow[] {
  const { irrelevant } = correctedRecords(corrections);
  return rows
    .filter(({ evidenceIds }) => !evidenceIds.some((id) => irrelevant.has(id)))
    .map((row) => corrections.reduce(correctRow, row));
}

function correctRow(row: TimelineRow, { correction, who }: CorrectionFact): TimelineRow {
  if (correction.kind !== "row-text" && correction.kind !== "row-time") return row;
  if (!isMeant(row, correction.row)) return row;
  return correction.kind === "row-text"
    ? { ...row, text: correction.text, editedBy: who }
    : { ...row, editedBy: who, movedMs: correction.toMs - correction.row.atMs };
}

function isMeant({ evidenceIds }: TimelineRow, { eventIds }: RowReference): boolean {
  return evidenceIds.some((id) => eventIds.includes(id));
}

/** What a correction did, as one sentence without its author: "moved "deploy v2" from 14:09 to 14:11:30 UTC". */
export function correctionWords({ correction }: CorrectionFact): Safe {
  switch (correction.kind) {
    case "row-time":
      return safe`moved "${correction.row.text}" from ${clockTime(correction.row.atMs)} to ${clockTime(correction.toMs)}`;
    case "row-text":
      return safe`reworded "${correction.row.text}" as "${correction.text}"`;
    case "row-irrelevant":
      return safe`marked as irrelevant: "${correction.row.text}"`;
    case "note-removed":
      return safe`removed the note "${correction.text}"`;
    case "cause-stated":
      return statedWords(correction);
    case "status-update":
      return safe`posted an update: ${correction.text}`;
    case "link":
      return safe`attached ${correction.title}: ${correction.url}`;
    case "undo":
      return safe`took a correction back`;
    default:
      return correction satisfies never;
  }
}

const STATED: Readonly<Record<Extract<CorrectionFact["correction"], { kind: "cause-stated" }>["stated"], string>> = {
  change: "a change",
  dependency: "a dependency",
  infrastructure: "the infrastructure",
  configuration: "a configuration or flag",
  load: "load",
  "not-an-incident": "no incident",
  "not-known": "not known yet",
};

/** "a dependency": what a person said it was, in words. */
export function statedKindWords(stated: keyof typeof STATED): Safe {
  return ownWords(own(STATED[stated]));
}

function statedWords(correction: Extract<CorrectionFact["correction"], { kind: "cause-stated" }>): Safe {
  const what = correction.text ?? statedKindWords(correction.stated);
  return correction.isCause
    ? safe`named the cause: ${what}`
    : safe`suspects ${statedKindWords(correction.stated)}${correction.text === null ? safe`` : safe`: ${correction.text}`}`;
}
