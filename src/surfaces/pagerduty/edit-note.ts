import type { JobOutcome } from "../../app/jobs/catalog.ts";
import type { OutboundMessage } from "../../app/ports.ts";
import { failpoint } from "../../platform/failpoint.ts";
import {
  again,
  type Change,
  CLAIM_VALID_MS,
  contentOf,
  DONE,
  hashOf,
  isRateLimit,
  moved,
  type Notebook,
  type NoteDraft,
  notesPath,
  outOfTime,
  pauseAfter,
  refusalIn,
  refusedBy,
  SETTLE_MS,
} from "./notebook.ts";

const RETRY_MS = 10_000;
const OVERTAKEN_MS = 1000;
const MAX_DOUBTS = 5;

/**
 * Gives a note that stands its new words. Repeating an edit is harmless, but one without an answer may be carried out
 * later, over newer words. Of a note that stands, `lookups` counts the edits without an answer since the last sure one,
 * and `attemptAtMs` is when the last of them was given up.
 */
export async function editNote(book: Notebook, draft: NoteDraft, row: OutboundMessage): Promise<JobOutcome> {
  if (row.bodyHash === hashOf(draft) || row.remote === null) return DONE;
  if (draft.signal.aborted) return outOfTime(book);
  const path = `${notesPath(row.remote.place)}/${encodeURIComponent(row.remote.id)}`;
  const begunMs = book.clock.nowMs();
  failpoint("pagerduty.before-update");
  if (book.clock.nowMs() - begunMs > CLAIM_VALID_MS)
    return again(book, OVERTAKEN_MS, "the new text was too old to send");
  try {
    // One try, because a second one that worked would hide that the first may still arrive.
    await book.client.put(path, contentOf(draft, row.nonce), { from: book.from, signal: draft.signal, tries: 1 });
    failpoint("pagerduty.after-update");
  } catch (error) {
    return afterFailure(book, draft, { row, error });
  }
  return afterEdit(book, draft, { row, begunMs });
}

/** Only an edit that began long enough after the last one without an answer has the last word over it. */
async function afterEdit(
  book: Notebook,
  draft: NoteDraft,
  { row, begunMs }: { readonly row: OutboundMessage; readonly begunMs: number },
): Promise<JobOutcome> {
  const settledMs = (row.attemptAtMs ?? 0) + SETTLE_MS;
  const isUnsure = row.lookups > 0 && begunMs < settledMs;
  const to = isUnsure ? { bodyHash: null, problem: null } : { bodyHash: hashOf(draft), lookups: 0, problem: null };
  const edited = await moved(book, row, to);
  failpoint("pagerduty.after-edited");
  if (edited === null) return overtaken(book, row, { bodyHash: null });
  if (!isUnsure) return DONE;
  return { status: "again", notBeforeMs: settledMs, because: "an earlier edit of a note may still arrive" };
}

async function afterFailure(
  book: Notebook,
  draft: NoteDraft,
  { row, error }: { readonly row: OutboundMessage; readonly error: unknown },
): Promise<JobOutcome> {
  if (isRateLimit(error)) return again(book, RETRY_MS, "PagerDuty's rate limit");
  const refusal = refusalIn(error);
  if (refusal !== null) {
    const { status } = refusal;
    // A person deleted it, or it may not be edited: what was said stands, and nothing is posted beside it.
    const problem = status === 404 ? null : refusedBy(refusal);
    await moved(book, row, { bodyHash: hashOf(draft), lookups: 0, problem });
    book.logger.warn({ incidentId: row.key.incidentId, status }, "the pagerduty note could not be edited");
    return DONE;
  }
  const unsure = { bodyHash: null, lookups: row.lookups + 1, attemptAtMs: book.clock.nowMs() };
  if ((await moved(book, row, unsure)) === null) return overtaken(book, row, unsure);
  return again(book, pauseAfter(RETRY_MS, unsure.lookups), "nobody knows whether PagerDuty took the new text");
}

/**
 * Another process edited the note meanwhile: this one stood still and lost its lock. Its older words may now stand over
 * the newer ones, so whoever draws next must not believe that those stand.
 */
async function overtaken(book: Notebook, { key }: OutboundMessage, doubt: Change): Promise<JobOutcome> {
  for (let tries = 0; tries < MAX_DOUBTS; tries++) {
    const row = await book.messages.open(key);
    if (row.state !== "posted" || (await book.messages.move(row, doubt))) break;
  }
  return again(book, OVERTAKEN_MS, "another process edited the note");
}
