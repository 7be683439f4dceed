import type { TimelineRow } from "../analysis.ts";
import type { Finding } from "../detectors/finding.ts";
import { compare } from "../graph/build.ts";
import type { EventId } from "../ids.ts";
import type { Observations } from "./observations.ts";
import { type Draft, toRow } from "./rows.ts";
import { changeRows } from "./rows-changes.ts";
import { contextRows } from "./rows-context.ts";
import { findingRows } from "./rows-findings.ts";
import { symptomRows } from "./rows-symptoms.ts";

/** More rows than this are a log again. */
const MAX_ROWS = 15;
/** Rows below this repeat what others say; they are hidden even where there is room. */
const MIN_IMPORTANCE = 24;

export interface Timeline {
  /** At most 15, sorted by (corrected time, id). */
  readonly rows: readonly TimelineRow[];
  /** How many rows did not fit. */
  readonly hiddenRows: number;
}

/** What people edited stays in sight, or nobody could check it. */
const EDITED_IMPORTANCE = 100;

/**
 * Tells what happened as one list of rows, each of them a record or a counted group of records. `findings` are those of
 * the best causes, best first: what they rest on belongs to the story also when no log line says it. `edited` are
 * records that people corrected.
 */
export function buildTimeline(
  observations: Observations,
  findings: readonly Finding[] = [],
  edited: ReadonlySet<EventId> = new Set(),
): Timeline {
  const drafts = distinct(
    [
      ...changeRows(observations),
      ...symptomRows(observations),
      ...findingRows(findings, observations),
      ...contextRows(observations),
    ].map((draft) => (isEdited(draft, edited) ? { ...draft, importance: EDITED_IMPORTANCE } : draft)),
  );
  const worth = drafts.filter(({ draft }) => draft.importance >= MIN_IMPORTANCE);
  const shown = worth.toSorted(byImportance).slice(0, MAX_ROWS);
  const rows = shown.map(({ draft }) => toRow(draft));
  return { rows: rows.toSorted(byTime), hiddenRows: drafts.length - shown.length };
}

function isEdited({ evidenceIds }: Draft, edited: ReadonlySet<EventId>): boolean {
  return edited.size > 0 && evidenceIds.some((id) => edited.has(id));
}

interface Identified {
  readonly id: string;
  readonly draft: Draft;
}

/** One role of one record is one row. */
function distinct(drafts: readonly Draft[]): readonly Identified[] {
  const found = new Map<string, Draft>();
  for (const draft of drafts) {
    const { id } = toRow(draft);
    if (!found.has(id)) found.set(id, draft);
  }
  return [...found].map(([id, draft]) => ({ id, draft }));
}

function byImportance(a: Identified, b: Identified): number {
  return b.draft.importance - a.draft.importance || a.draft.atMs - b.draft.atMs || compare(a.id, b.id);
}

function byTime(a: TimelineRow, b: TimelineRow): number {
  return compare(a.at, b.at) || compare(a.id, b.id);
}
