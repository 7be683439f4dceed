import { noteEventId } from "../../../app/own-evidence.ts";
import type { PersonNote } from "../../../app/ports.ts";
import type { IncidentAnswer } from "../../../app/verbs.ts";
import type { RowReference } from "../../../core/corrections/correction.ts";
import { type EpochMs, epochMs } from "../../../core/ids.ts";
import type { TimelineRowView } from "../../../core/presentation/view.ts";
import type { Safe } from "../../../core/safe.ts";

/** Something on the timeline that people may correct. */
export interface Editable {
  /** Names it in a window, also after rows folded differently: its first record, or the note. */
  readonly key: string;
  readonly atMs: EpochMs;
  readonly text: Safe;
  /** Null for a note that no row shows. */
  readonly row: TimelineRowView | null;
  /** The note behind it; null when it is none. */
  readonly note: PersonNote | null;
}

/** Every row with a record behind it, and the notes that no row shows; in order of time. */
export function editableRows({ view, notes }: IncidentAnswer): readonly Editable[] {
  const rows = view.timeline.flatMap((row): readonly Editable[] => {
    const [first] = row.evidenceIds;
    if (first === undefined) return [];
    const note = notes.find(({ id }) => row.evidenceIds.includes(noteEventId(id))) ?? null;
    return [{ key: `row ${first} ${row.role}`, atMs: row.atMs, text: row.text, row, note }];
  });
  const shown = new Set(rows.flatMap(({ note }) => note?.id ?? []));
  const hidden = notes
    .filter(({ id }) => !shown.has(id))
    .map((note) => ({ key: `note ${note.id}`, atMs: note.atMs, text: note.text, row: null, note }));
  return [...rows, ...hidden].toSorted((a, b) => a.atMs - b.atMs);
}

/** The row as its records have it: what people moved before is taken off again, or two moves would add up. */
export function referenceTo(row: TimelineRowView): RowReference {
  return { eventIds: row.evidenceIds, atMs: epochMs(row.atMs - (row.movedMs ?? 0)), text: row.text };
}

/** True when the row stands for one record, whose time can be moved. */
export function isOneRecord(row: TimelineRowView): boolean {
  return row.count === 1 && row.lastAtMs === row.atMs;
}
