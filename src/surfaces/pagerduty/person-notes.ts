import type { JobOutcome } from "../../app/jobs/catalog.ts";
import type { MessageKey, PersonNote } from "../../app/ports.ts";
import type { IncidentAnswer } from "../../app/verbs.ts";
import { oneLineSafe, seenLinesSafe } from "../../core/presentation/unseen.ts";
import { cutSafe, type Safe, safe } from "../../core/safe.ts";
import { deliverNote } from "./deliver-note.ts";
import { again, DONE, type Notebook, type NoteDraft, sooner } from "./notebook.ts";
import { PLACE } from "./sender-words.ts";

/** In one run; the rest comes in the next. */
const MAX_AT_ONCE = 10;
const NEXT_RUN_MS = 1_000;
const MAX_NAME = 100;
const MAX_LENGTH = 3_500;
const FINISHED: ReadonlySet<string> = new Set(["posted", "failed", "ambiguous"]);
/** A note that has to wait longer than this holds up no other: PagerDuty may dislike only this one. */
const PATIENCE_MS = 60_000;

export interface NotesToDeliver {
  readonly answer: IncidentAnswer;
  readonly surface: string;
  /** PagerDuty's incidents behind ours. */
  readonly externalIds: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Brings what people wrote on the incident here to PagerDuty, each note once and in the order it was written, but
 * for one that PagerDuty keeps failing to take. What came from PagerDuty is not sent back, and a note that PagerDuty
 * refused is not tried again.
 */
export async function deliverPersonNotes(book: Notebook, request: NotesToDeliver): Promise<JobOutcome> {
  const due = await dueDrafts(book, request);
  let waiting = DONE;
  let written = 0;
  for (const draft of due) {
    if (written === MAX_AT_ONCE) return sooner(waiting, again(book, NEXT_RUN_MS, "more notes wait for PagerDuty"));
    const outcome = await deliverNote(book, draft);
    waiting = sooner(waiting, outcome);
    if (outcome.status === "done") written++;
    // A rate limit or a silent PagerDuty holds up the others too, and they keep their order.
    else if (outcome.notBeforeMs - book.clock.nowMs() <= PATIENCE_MS) return waiting;
  }
  return waiting;
}

async function dueDrafts(book: Notebook, request: NotesToDeliver): Promise<readonly NoteDraft[]> {
  const { answer, surface, externalIds, signal } = request;
  const written = answer.notes.filter(({ actorKind }) => actorKind !== "webhook");
  if (written.length === 0 || externalIds.length === 0) return [];
  const { tenant, id: incidentId } = answer.incident;
  const rows = await book.messages.ofIncident(tenant, incidentId, surface);
  const finished = new Set(rows.filter(({ state }) => FINISHED.has(state)).map(({ key }) => key.kind));
  return written.flatMap((note) =>
    externalIds.flatMap((externalId) => {
      const kind = `person-note:${externalId}:${note.id}`;
      if (finished.has(kind)) return [];
      const key: MessageKey = { tenant, incidentId, surface, kind, ordinal: 0 };
      return [{ key, externalId, text: textOf(note), signal }];
    }),
  );
}

/** Begins with the name, because PagerDuty shows the configured user as the author. */
function textOf({ who, actorKind, text }: PersonNote): Safe {
  return cutSafe(
    safe`${cutSafe(oneLineSafe(who), MAX_NAME)} (${PLACE[actorKind]}): ${seenLinesSafe(text)}`,
    MAX_LENGTH,
  );
}
