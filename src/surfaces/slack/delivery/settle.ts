import type { OutboundMessage } from "../../../app/ports.ts";
import { failpoint } from "../../../platform/failpoint.ts";
import { placeText } from "../place.ts";
import { lookUp } from "./lookup.ts";
import {
  again,
  type Delivered,
  type Draft,
  lookupDueMs,
  MAX_ATTEMPTS,
  moved,
  type Postbox,
  spotOf,
  takenByOther,
} from "./postbox.ts";
import { remove } from "./wire.ts";

const DOUBLE_RETRY_MS = 60_000;

export type Settled =
  /** It stands, and is ours from now on; what it says may be old. */
  | { readonly status: "adopted"; readonly row: OutboundMessage }
  /** It does not stand: it may be posted again. */
  | { readonly status: "missing"; readonly row: OutboundMessage }
  | Extract<Delivered, { status: "again" | "stuck" }>;

/** Finds out by its nonce whether the last attempt arrived; only when it is missing twice, it may be sent again. */
export async function settle(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Settled> {
  const attemptAtMs = row.attemptAtMs ?? box.clock.nowMs();
  const due = lookupDueMs(attemptAtMs, row.lookups);
  if (box.clock.nowMs() < due) return again(due, "the outcome of a post is unknown");
  const { client, channel, threadTs } = draft;
  const method = threadTs === null ? "conversations.history" : "conversations.replies";
  const block = await box.cooldowns.blockOf(method, spotOf(draft));
  if (block?.kind === "pause") return again(block.untilMs, "slack may not be asked about a post yet");
  failpoint("slack.before-lookup");
  const found = await lookUp(client, { channel, threadTs, nonce: row.nonce, attemptAtMs });
  failpoint("slack.after-lookup");
  switch (found.status) {
    case "found":
      return adopt(box, draft, { row, found });
    case "not-found":
      return notFound(box, row);
    case "later":
      return again(
        await box.cooldowns.pause({ method, spot: spotOf(draft) }, found.waitMs),
        "slack could not be asked about a post",
      );
    case "cannot-look":
      return giveUp(box, row, found.because);
    default:
      return found satisfies never;
  }
}

/** The lost answer was "stored": take the message as ours. What a doubled call left beside it is taken away. */
async function adopt(
  box: Postbox,
  draft: Draft,
  { row, found }: { row: OutboundMessage; found: { readonly ts: string; readonly doubles: readonly string[] } },
): Promise<Settled> {
  for (const ts of found.doubles) {
    const failure = await remove(draft.client, draft.channel, ts);
    if (failure?.kind === "permanent") box.logger.error({ kind: draft.kind, failure }, "a doubled message has to stay");
    else if (failure !== null) return again(box.clock.nowMs() + DOUBLE_RETRY_MS, "a doubled message is to be removed");
  }
  const place = placeText(draft);
  const posted = await moved(box, row, { state: "posted", remote: { place, id: found.ts }, lookups: 0, problem: null });
  failpoint("slack.after-adopted");
  return posted === null ? takenByOther(box) : { status: "adopted", row: posted };
}

async function notFound(box: Postbox, row: OutboundMessage): Promise<Settled> {
  const lookups = row.lookups + 1;
  if (row.attempt >= MAX_ATTEMPTS) return giveUp(box, row, "too many attempts");
  if (lookups < 2) {
    const next = await moved(box, row, { lookups });
    if (next === null) return takenByOther(box);
    return again(lookupDueMs(row.attemptAtMs ?? box.clock.nowMs(), lookups), "not found once, looking again");
  }
  const fresh = await moved(box, row, { state: "pending", lookups: 0, remote: null });
  failpoint("slack.after-missing");
  return fresh === null ? takenByOther(box) : { status: "missing", row: fresh };
}

async function giveUp(box: Postbox, row: OutboundMessage, because: string): Promise<Settled> {
  const problem = `nobody can find out whether it was posted (${because}): look into the channel`;
  await moved(box, row, { state: "ambiguous", problem });
  const { incidentId, kind } = row.key;
  box.logger.error({ incidentId, kind, because }, "a slack message may or may not stand; a person has to look");
  return { status: "stuck" };
}
