import { setTimeout as sleep } from "node:timers/promises";
import type { JobOutcome } from "../../app/jobs/catalog.ts";
import type { OutboundMessage } from "../../app/ports.ts";
import { again, moved, type Notebook, type NoteDraft, notesPath, refusalIn } from "./notebook.ts";

/** An attempt of somebody else ends within this, or its outcome is looked for, and then this note is found. */
const OUTCOME_WITHIN_S = 12;
const OVERTAKEN_MS = 1000;

/**
 * The post worked, but another process took this note meanwhile: this one stood still and lost its lock. Where the
 * other's note stands, ours goes; where none stands yet, ours is the note.
 */
export async function noDoubleNote(book: Notebook, draft: NoteDraft, ourId: string): Promise<JobOutcome> {
  for (let second = 0; second < OUTCOME_WITHIN_S; second++) {
    const row = await book.messages.open(draft.key);
    if (row.remote?.id === ourId) break;
    const isSettled =
      row.state === "posted" ? takeAway(book, draft, ourId) : becomesTheNote(book, row, { draft, ourId });
    if (await isSettled) break;
    await sleep(1000);
  }
  return again(book, OVERTAKEN_MS, "another process took the note");
}

/** What it says is not known to be what is true now: whoever writes next edits it. */
async function becomesTheNote(
  book: Notebook,
  row: OutboundMessage,
  { draft, ourId }: { readonly draft: NoteDraft; readonly ourId: string },
): Promise<boolean> {
  if (row.state === "sending") return false;
  const remote = { place: draft.externalId, id: ourId };
  return (await moved(book, row, { state: "posted", remote, bodyHash: null })) !== null;
}

/** Takes a note of ours away that stands beside another one. False when that has to be tried again. */
export async function takeAway(book: Notebook, { externalId, signal }: NoteDraft, noteId: string): Promise<boolean> {
  const path = `${notesPath(externalId)}/${encodeURIComponent(noteId)}`;
  try {
    await book.client.delete(path, { from: book.from, signal });
    book.logger.warn({ pagerDutyIncident: externalId }, "a note that stood twice in PagerDuty was taken away");
    return true;
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === null) return false;
    if (refusal.status !== 404) {
      book.logger.error(
        { pagerDutyIncident: externalId, noteId },
        "a note stands twice in PagerDuty: a person may delete one",
      );
    }
    return true;
  }
}
