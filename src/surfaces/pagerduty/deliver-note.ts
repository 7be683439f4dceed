import { z } from "zod";
import type { JobOutcome } from "../../app/jobs/catalog.ts";
import type { Clock, Logger, MessageKey, OutboundMessage, OutboundMessages } from "../../app/ports.ts";
import { stableHash } from "../../core/ids.ts";
import { assertNever } from "../../core/never.ts";
import type { Safe } from "../../core/safe.ts";
import { type PagerDutyClient, PagerDutyError } from "../../platform/clients/pagerduty.ts";
import { markOf, withMark } from "./render.ts";

export interface Notebook {
  readonly client: PagerDutyClient;
  /** E-mail of the PagerDuty user in whose name notes are written. */
  readonly from: string | null;
  readonly messages: OutboundMessages;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newNonce: () => string;
}

export interface NoteDraft {
  readonly key: MessageKey;
  /** PagerDuty's incident. */
  readonly externalId: string;
  readonly text: Safe;
  readonly signal: AbortSignal;
}

const SETTLE_MS = 30_000;
const LOOK_AGAIN_MS = 15_000;
const RETRY_MS = 10_000;
const MAX_ATTEMPTS = 5;
const DONE: JobOutcome = { status: "done" };

/**
 * Brings one note to PagerDuty effectively once and keeps it up to date. Posting a note is not idempotent, so after an
 * unknown outcome the notes are read before anything is posted again.
 */
export async function deliverNote(book: Notebook, draft: NoteDraft): Promise<JobOutcome> {
  const row = await book.messages.open(draft.key);
  switch (row.state) {
    case "pending":
      return post(book, draft, row);
    case "sending":
      // Only a crash leaves this behind: the call may have gone out.
      return settle(book, draft, row);
    case "settling":
      return settle(book, draft, row);
    case "posted":
      return edit(book, draft, row);
    case "failed":
      return isWorthAnotherTry(draft, row) ? post(book, draft, row) : DONE;
    case "ambiguous":
      return DONE;
    default:
      return assertNever(row.state);
  }
}

/** A refused note gets one more call when there is something new to say: whatever was wrong may be repaired by then. */
function isWorthAnotherTry(draft: NoteDraft, row: OutboundMessage): boolean {
  return row.bodyHash !== hashOf(draft) && row.attempt < MAX_ATTEMPTS;
}

const Note = z.object({ id: z.string(), content: z.string().optional() });
const Posted = z.object({ note: Note });
const Notes = z.object({ notes: z.array(Note) });

async function post(book: Notebook, draft: NoteDraft, row: OutboundMessage): Promise<JobOutcome> {
  if (row.attempt >= MAX_ATTEMPTS) return giveUp(book, row, "too many attempts");
  const nonce = row.nonce === "" ? book.newNonce() : row.nonce;
  const claim = await moved(book, row, {
    state: "sending",
    nonce,
    attempt: row.attempt + 1,
    attemptAtMs: book.clock.nowMs(),
    lookups: 0,
  });
  if (!claim) return again(book, 1000, "another process took the note");
  try {
    const options = { from: book.from, signal: draft.signal };
    const answer = await book.client.post(pathOf(draft), contentOf(draft, nonce), options);
    const { note } = Posted.parse(answer);
    await moved(book, claim, {
      state: "posted",
      remote: { place: draft.externalId, id: note.id },
      bodyHash: hashOf(draft),
      problem: null,
    });
    return DONE;
  } catch (error) {
    return afterFailedPost(book, draft, { claim, error });
  }
}

async function afterFailedPost(
  book: Notebook,
  draft: NoteDraft,
  { claim, error }: { readonly claim: OutboundMessage; readonly error: unknown },
): Promise<JobOutcome> {
  if (error instanceof PagerDutyError && error.status === 429) {
    // Nothing was stored, so it does not count as an attempt.
    await moved(book, claim, { state: "pending", attempt: claim.attempt - 1 });
    return again(book, RETRY_MS * 3, "PagerDuty's rate limit");
  }
  if (error instanceof PagerDutyError && error.isRefusal) {
    await moved(book, claim, { state: "failed", bodyHash: hashOf(draft), problem: refusedBy(error) });
    book.logger.error(
      { incidentId: claim.key.incidentId, status: error.status },
      "pagerduty refused the note for good",
    );
    return DONE;
  }
  await moved(book, claim, { state: "settling", lookups: 0 });
  return again(book, LOOK_AGAIN_MS, "nobody knows whether the note was stored");
}

/** Looks for the mark. Only when it is missing twice, and long enough after the attempt, the note is posted again. */
async function settle(book: Notebook, draft: NoteDraft, row: OutboundMessage): Promise<JobOutcome> {
  try {
    const { notes } = Notes.parse(await book.client.get(pathOf(draft), {}, draft.signal));
    const mark = markOf(row.nonce);
    const found = notes.find(({ content = "" }) => row.nonce !== "" && content.includes(mark));
    return found ? await adopt(book, draft, { row, noteId: found.id }) : await notFound(book, draft, row);
  } catch (error) {
    if (error instanceof PagerDutyError && error.isRefusal && error.status !== 429) {
      return giveUp(book, row, "the notes could not be read");
    }
    return again(book, LOOK_AGAIN_MS, "PagerDuty could not be asked about a note");
  }
}

async function adopt(
  book: Notebook,
  draft: NoteDraft,
  { row, noteId }: { readonly row: OutboundMessage; readonly noteId: string },
): Promise<JobOutcome> {
  // What it says is from the lost attempt, so it is brought up to date at once.
  const next = { state: "posted", remote: { place: draft.externalId, id: noteId }, bodyHash: null } as const;
  const posted = await moved(book, row, next);
  return posted ? edit(book, draft, posted) : again(book, 1000, "another process took the note");
}

async function notFound(book: Notebook, draft: NoteDraft, row: OutboundMessage): Promise<JobOutcome> {
  const lookups = row.lookups + 1;
  const isOldEnough = book.clock.nowMs() - (row.attemptAtMs ?? 0) >= SETTLE_MS;
  if (lookups < 2 || !isOldEnough) {
    await moved(book, row, { state: "settling", lookups });
    return again(book, LOOK_AGAIN_MS, "the note was not found, looking once more");
  }
  const fresh = await moved(book, row, { state: "pending", lookups: 0 });
  return fresh ? post(book, draft, fresh) : again(book, 1000, "another process took the note");
}

async function edit(book: Notebook, draft: NoteDraft, row: OutboundMessage): Promise<JobOutcome> {
  if (row.bodyHash === hashOf(draft) || row.remote === null) return DONE;
  const path = `/incidents/${encodeURIComponent(row.remote.place)}/notes/${encodeURIComponent(row.remote.id)}`;
  try {
    await book.client.put(path, contentOf(draft, row.nonce), { from: book.from, signal: draft.signal });
    await moved(book, row, { bodyHash: hashOf(draft), problem: null });
    return DONE;
  } catch (error) {
    const isFinal = error instanceof PagerDutyError && error.isRefusal && error.status !== 429;
    if (!isFinal) return again(book, RETRY_MS, "PagerDuty did not take the new text");
    // A person deleted it, or it may not be edited: what was said stands, and nothing is posted beside it.
    const problem = error.status === 404 ? null : refusedBy(error);
    await moved(book, row, { bodyHash: hashOf(draft), problem });
    book.logger.warn(
      { incidentId: row.key.incidentId, status: error.status },
      "the pagerduty note could not be edited",
    );
    return DONE;
  }
}

async function giveUp(book: Notebook, row: OutboundMessage, because: string): Promise<JobOutcome> {
  await moved(book, row, { state: "ambiguous" });
  book.logger.error(
    { incidentId: row.key.incidentId, because },
    "a pagerduty note may or may not stand; a person has to look",
  );
  return DONE;
}

/** The row after the change; null when somebody else changed it first. */
async function moved(
  { messages }: Notebook,
  row: OutboundMessage,
  to: Parameters<OutboundMessages["move"]>[1],
): Promise<OutboundMessage | null> {
  return (await messages.move(row, to)) ? { ...row, ...to } : null;
}

const refusedBy = ({ status }: PagerDutyError): string => `PagerDuty refused it with status ${status ?? "unknown"}`;
const pathOf = ({ externalId }: NoteDraft): string => `/incidents/${encodeURIComponent(externalId)}/notes`;
const hashOf = ({ text }: NoteDraft): string => stableHash(text);
const contentOf = ({ text }: NoteDraft, nonce: string) => ({ note: { content: withMark(text, nonce) } });

function again({ clock }: Notebook, inMs: number, because: string): JobOutcome {
  return { status: "again", notBeforeMs: clock.nowMs() + inMs, because };
}
