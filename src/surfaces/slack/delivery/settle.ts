import type { OutboundMessage } from "../../../app/ports.ts";
import { epochMs } from "../../../core/ids.ts";
import { failpoint } from "../../../platform/failpoint.ts";
import { placeText } from "../place.ts";
import { type Lookup, lookUp } from "./lookup.ts";
import {
  again,
  type Delivered,
  type Draft,
  LOOKS,
  lookupDueMs,
  moved,
  type Postbox,
  shut,
  spotOf,
  takenByOther,
} from "./postbox.ts";
import { adviceFor } from "./refusals.ts";
import { remove } from "./wire.ts";

const DOUBLE_RETRY_MS = 60_000;
/** The second post in a row that is missing waits this long for the third, every further one twice as long. */
const FIRST_PAUSE_MS = 10_000;
/** As long as until the next try in a channel that refuses. */
const MAX_PAUSE_MS = 5 * 60_000;
const UNREADABLE_RETRY_MS = 60_000;
/** Longer than a broken proxy or a change at Slack should last before somebody looks. */
const UNREADABLE_MS = 60 * 60_000;
/** After this long without a usable answer only the next change of the incident asks again. */
const ASKED_MS = 24 * 60 * 60_000;

export type Settled =
  /** It stands, and is ours from now on; what it says may be old. */
  | { readonly status: "adopted"; readonly row: OutboundMessage }
  /** It does not stand: it may be posted again. */
  | { readonly status: "missing"; readonly row: OutboundMessage }
  | Extract<Delivered, { status: "again" | "stuck" | "closed" }>;

/** Finds out by its nonce whether the last attempt arrived; only when it is missing each time, it may be sent again. */
export async function settle(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Settled> {
  const attemptAtMs = row.attemptAtMs ?? box.clock.nowMs();
  const due = lookupDueMs(row, attemptAtMs);
  if (box.clock.nowMs() < due) return again(due, "the outcome of a post is unknown");
  const { client, channel, threadTs } = draft;
  const method = threadTs === null ? "conversations.history" : "conversations.replies";
  const block = await box.cooldowns.blockOf(method, spotOf(draft));
  if (block?.kind === "pause") return again(block.untilMs, "slack may not be asked about a post yet");
  if (block?.kind === "closed") return { status: "closed", code: block.code };
  failpoint("slack.before-lookup");
  const found = await lookUp(client, { channel, threadTs, nonce: row.nonce, attemptAtMs });
  failpoint("slack.after-lookup");
  return afterLook(box, draft, { row, method, found });
}

async function afterLook(
  box: Postbox,
  draft: Draft,
  { row, method, found }: { row: OutboundMessage; method: string; found: Lookup },
): Promise<Settled> {
  switch (found.status) {
    case "found":
      return adopt(box, draft, { row, found });
    case "not-found":
      return notFound(box, draft, row);
    case "closed":
      return closed(box, draft, { row, code: found.code });
    case "later":
      return later(box, row, { waitMs: found.waitMs, key: { method, spot: spotOf(draft) } });
    case "unreadable":
      return unreadable(box, row);
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
  { row, found }: { row: OutboundMessage; found: Extract<Lookup, { status: "found" }> },
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

/**
 * Missing is known, so it is never a case for a person: it is posted again, at once the first time, then after a growing
 * pause, because a Slack that answers reads may store nothing for hours.
 */
async function notFound(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Settled> {
  const lookups = row.lookups + 1;
  if (lookups % LOOKS !== 0) {
    const next = await moved(box, row, { lookups });
    if (next === null) return takenByOther(box);
    return again(lookupDueMs(next, box.clock.nowMs()), "not found yet, looking again");
  }
  const missing = lookups / LOOKS;
  const fresh = await moved(box, row, {
    state: "pending",
    lookups,
    remote: null,
    ...(missing === 1 ? {} : pauseAfter(box, draft, missing)),
  });
  failpoint("slack.after-missing");
  return fresh === null ? takenByOther(box) : { status: "missing", row: fresh };
}

/** `attemptAtMs` of a message that waits is the time before which it does not go out. */
function pauseAfter(box: Postbox, { channel }: Draft, missing: number) {
  const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (missing - 2));
  return {
    attemptAtMs: epochMs(box.clock.nowMs() + pauseMs),
    problem: `Slack answers posts in ${channel} with errors and stores none of them: TraceOps tries again every few minutes`,
  };
}

/** Slack refuses to be asked, as it refuses a post: it is asked again when the refusal may be over. */
async function closed(
  box: Postbox,
  draft: Draft,
  { row, code }: { row: OutboundMessage; code: string },
): Promise<Settled> {
  const problem = adviceFor(code, draft.channel);
  const { incidentId, kind } = row.key;
  box.logger.error({ incidentId, kind, code, problem }, "slack refused to say whether a post arrived");
  await moved(box, row, { problem });
  await shut(box, spotOf(draft), code);
  return { status: "closed", code };
}

async function later(
  box: Postbox,
  row: OutboundMessage,
  { waitMs, key }: { waitMs: number; key: Parameters<Postbox["cooldowns"]["pause"]>[0] },
): Promise<Settled> {
  const notBeforeMs = await box.cooldowns.pause(key, waitMs);
  if (ageOf(box, row) < ASKED_MS) return again(notBeforeMs, "slack could not be asked about a post");
  await moved(box, row, { problem: "Slack could not be asked for a day whether it was posted" });
  return { status: "stuck" };
}

async function unreadable(box: Postbox, row: OutboundMessage): Promise<Settled> {
  if (ageOf(box, row) > UNREADABLE_MS) return giveUp(box, row, "Slack's answers could not be read");
  return again(box.clock.nowMs() + UNREADABLE_RETRY_MS, "slack's answer about a post could not be read");
}

function ageOf(box: Postbox, { attemptAtMs }: OutboundMessage): number {
  return box.clock.nowMs() - (attemptAtMs ?? 0);
}

async function giveUp(box: Postbox, row: OutboundMessage, because: string): Promise<Settled> {
  const problem = `nobody can find out whether it was posted (${because}): look into the channel`;
  await moved(box, row, { state: "ambiguous", problem });
  const { incidentId, kind } = row.key;
  box.logger.error({ incidentId, kind, because }, "a slack message may or may not stand; a person has to look");
  return { status: "stuck" };
}
