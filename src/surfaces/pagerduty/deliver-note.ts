import { z } from "zod";
import type { JobOutcome } from "../../app/jobs/catalog.ts";
import type { OutboundMessage } from "../../app/ports.ts";
import { assertNever } from "../../core/never.ts";
import { failpoint } from "../../platform/failpoint.ts";
import { editNote } from "./edit-note.ts";
import { noDoubleNote, takeAway } from "./no-double-note.ts";
import {
  again,
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
import { markOf } from "./render.ts";

const LOOK_AGAIN_MS = 15_000;
const LIMITED_MS = 30_000;
const TOO_LATE_MS = 1000;
/** Lost in a row: from here on `doctor` tells of it, while it goes on being tried. */
const WORTH_TELLING = 5;

/**
 * Brings one note to PagerDuty effectively once and keeps it up to date. Posting a note is not idempotent, so after an
 * unknown outcome the notes are read before anything is posted again. A note that is proven not to stand is tried for
 * as long as it is wanted, with growing pauses.
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
      return editNote(book, draft, row);
    case "failed":
      // One more call when there is something new to say: whatever was wrong may be repaired by then.
      return row.bodyHash === hashOf(draft) ? DONE : post(book, draft, row);
    case "ambiguous":
      return DONE;
    default:
      return assertNever(row.state);
  }
}

const Note = z.object({ id: z.string(), content: z.string().optional() });
const Posted = z.object({ note: Note });
const Notes = z.object({ notes: z.array(Note) });

async function post(book: Notebook, draft: NoteDraft, row: OutboundMessage): Promise<JobOutcome> {
  if (draft.signal.aborted) return outOfTime(book);
  const claim = await moved(book, row, {
    state: "sending",
    nonce: row.nonce === "" ? book.newNonce() : row.nonce,
    attempt: row.attempt + 1,
    attemptAtMs: book.clock.nowMs(),
    lookups: 0,
  });
  if (!claim) return takenByOther(book);
  failpoint("pagerduty.after-claim");
  if (book.clock.nowMs() - (claim.attemptAtMs ?? 0) > CLAIM_VALID_MS) {
    await moved(book, claim, { state: "pending", attempt: row.attempt });
    return again(book, TOO_LATE_MS, "the claim was too old to use");
  }
  let noteId: string;
  try {
    const options = { from: book.from, signal: draft.signal };
    const answer = await book.client.post(notesPath(draft.externalId), contentOf(draft, claim.nonce), options);
    failpoint("pagerduty.after-post");
    noteId = Posted.parse(answer).note.id;
  } catch (error) {
    return afterFailedPost(book, draft, { claim, error });
  }
  return afterPost(book, draft, { claim, noteId });
}

async function afterPost(
  book: Notebook,
  draft: NoteDraft,
  { claim, noteId }: { readonly claim: OutboundMessage; readonly noteId: string },
): Promise<JobOutcome> {
  const remote = { place: draft.externalId, id: noteId };
  const posted = await moved(book, claim, { state: "posted", remote, bodyHash: hashOf(draft), problem: null });
  failpoint("pagerduty.after-posted");
  return posted === null ? noDoubleNote(book, draft, noteId) : DONE;
}

async function afterFailedPost(
  book: Notebook,
  draft: NoteDraft,
  { claim, error }: { readonly claim: OutboundMessage; readonly error: unknown },
): Promise<JobOutcome> {
  const { attempt, key, problem } = claim;
  if (isRateLimit(error)) {
    // Nothing was stored, so it does not count as an attempt.
    await moved(book, claim, { state: "pending", attempt: attempt - 1 });
    return again(book, LIMITED_MS, "PagerDuty's rate limit");
  }
  const refusal = refusalIn(error);
  if (refusal !== null) {
    await moved(book, claim, { state: "failed", bodyHash: hashOf(draft), problem: refusedBy(refusal) });
    const { status } = refusal;
    book.logger.error({ incidentId: key.incidentId, status }, "pagerduty refused the note for good");
    return DONE;
  }
  const lost = `PagerDuty gave no usable answer to ${attempt} attempts; it is still tried`;
  await moved(book, claim, { state: "settling", problem: attempt < WORTH_TELLING ? problem : lost });
  failpoint("pagerduty.after-unknown");
  return again(book, LOOK_AGAIN_MS, "nobody knows whether the note was stored");
}

/** Looks for the mark. Only when it is missing twice, the second time right before the next attempt, the note is posted again. */
async function settle(book: Notebook, draft: NoteDraft, row: OutboundMessage): Promise<JobOutcome> {
  const postAgainMs = (row.attemptAtMs ?? 0) + pauseAfter(SETTLE_MS, row.attempt);
  if (row.lookups > 0 && book.clock.nowMs() < postAgainMs) return lookAt(postAgainMs);
  failpoint("pagerduty.before-lookup");
  const found = await lookFor(book, draft, row);
  failpoint("pagerduty.after-lookup");
  if (found.status === "later") return again(book, LOOK_AGAIN_MS, "PagerDuty could not be asked about a note");
  if (found.status === "cannot-look") return giveUp(book, row, "the notes could not be read");
  if (found.status === "found") return adopt(book, draft, { row, found });
  if (row.lookups === 0) {
    await moved(book, row, { state: "settling", lookups: 1 });
    return lookAt(Math.max(postAgainMs, book.clock.nowMs() + LOOK_AGAIN_MS));
  }
  const fresh = await moved(book, row, { state: "pending", lookups: 0 });
  failpoint("pagerduty.after-missing");
  return fresh ? post(book, draft, fresh) : takenByOther(book);
}

type Found =
  /** `doubles` are further notes with the same mark: a call that was carried out twice. */
  | { readonly status: "found"; readonly id: string; readonly doubles: readonly string[] }
  | { readonly status: "missing" | "later" | "cannot-look" };

async function lookFor({ client }: Notebook, draft: NoteDraft, { nonce }: OutboundMessage): Promise<Found> {
  try {
    const { notes } = Notes.parse(await client.get(notesPath(draft.externalId), {}, draft.signal));
    const ours = notes.filter(({ content = "" }) => nonce !== "" && content.includes(markOf(nonce)));
    const [id, ...doubles] = ours.map((note) => note.id);
    return id === undefined ? { status: "missing" } : { status: "found", id, doubles };
  } catch (error) {
    return { status: refusalIn(error) === null ? "later" : "cannot-look" };
  }
}

async function adopt(
  book: Notebook,
  draft: NoteDraft,
  { row, found }: { readonly row: OutboundMessage; readonly found: Extract<Found, { status: "found" }> },
): Promise<JobOutcome> {
  for (const id of found.doubles) {
    if (!(await takeAway(book, draft, id))) return again(book, LOOK_AGAIN_MS, "a doubled note is to be removed");
  }
  const remote = { place: draft.externalId, id: found.id };
  // What it says is from the lost attempt, so it is brought up to date at once.
  const posted = await moved(book, row, { state: "posted", remote, bodyHash: null, lookups: 0, problem: null });
  failpoint("pagerduty.after-adopted");
  return posted ? editNote(book, draft, posted) : takenByOther(book);
}

async function giveUp(book: Notebook, row: OutboundMessage, because: string): Promise<JobOutcome> {
  await moved(book, row, { state: "ambiguous" });
  book.logger.error(
    { incidentId: row.key.incidentId, because },
    "a pagerduty note may or may not stand; a person has to look",
  );
  return DONE;
}

function lookAt(notBeforeMs: number): JobOutcome {
  return { status: "again", notBeforeMs, because: "the note was not found, looking once more" };
}

function takenByOther(book: Notebook): JobOutcome {
  return again(book, 1000, "another process took the note");
}
