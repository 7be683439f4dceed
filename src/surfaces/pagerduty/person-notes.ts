import type { JobOutcome } from "../../app/jobs/catalog.ts";
import type { MessageKey, PersonNote } from "../../app/ports.ts";
import type { IncidentAnswer } from "../../app/verbs.ts";
import { oneLineSafe, seenLinesSafe } from "../../core/presentation/unseen.ts";
import { cutSafe, type Safe, safe } from "../../core/safe.ts";
import { deliverNote, type Notebook, type NoteDraft } from "./deliver-note.ts";
import { PLACE } from "./sender-words.ts";

/** In one run; the rest comes in the next. */
const MAX_AT_ONCE = 10;
const NEXT_RUN_MS = 1_000;
const MAX_NAME = 100;
const MAX_LENGTH = 3_500;
const FINISHED: ReadonlySet<string> = new Set(["posted", "failed", "ambiguous"]);
const DONE: JobOutcome = { status: "done" };

export interface NotesToDeliver {
  readonly answer: IncidentAnswer;
  readonly surface: string;
  /** PagerDuty's incidents behind ours. */
  readonly externalIds: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Brings what people wrote on the incident here to PagerDuty, each note once and in the order it was written. What came
 * from PagerDuty is not sent back, and a note that PagerDuty refused is not tried again.
 */
export async function deliverPersonNotes(book: Notebook, request: NotesToDeliver): Promise<JobOutcome> {
  const due = await dueDrafts(book, request);
  for (const draft of due.slice(0, MAX_AT_ONCE)) {
    const outcome = await deliverNote(book, draft);
    // A rate limit or a silent PagerDuty holds up the others too, and they keep their order.
    if (outcome.status === "again") return outcome;
  }
  if (due.length <= MAX_AT_ONCE) return DONE;
  return { status: "again", notBeforeMs: book.clock.nowMs() + NEXT_RUN_MS, because: "more notes wait for PagerDuty" };
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
