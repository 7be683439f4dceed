import type { OutboundMessage } from "../../app/ports.ts";
import { editPosted } from "./edit.ts";
import { lookUp } from "./lookup.ts";
import type { Form } from "./message.ts";
import {
  again,
  CLAIM_VALID_MS,
  type Delivered,
  type Draft,
  lookupDueMs,
  MAX_ATTEMPTS,
  moved,
  offeredForms,
  type Postbox,
  placeOf,
  takenByOther,
} from "./postbox.ts";
import type { CallFailure } from "./slack-errors.ts";
import { type Outgoing, type PostResult, post, remove } from "./wire.ts";

/**
 * Brings one logical message to Slack effectively once. Its stored state says what may be done: nothing is posted while
 * an earlier attempt may still have worked. May be called again at any time, by any process.
 */
export async function deliver(box: Postbox, draft: Draft, signal: AbortSignal): Promise<Delivered> {
  signal.throwIfAborted();
  const row = await box.messages.open(draft.key);
  switch (row.state) {
    case "pending":
      return send(box, draft, row);
    case "sending":
      // Only a crash leaves this state behind: nobody knows whether the call went out.
      return settle(box, draft, await moved(box, row, { state: "settling", lookups: 0 }));
    case "settling":
      return settle(box, draft, row);
    case "posted":
      return standsElsewhere(row, draft) ? repost(box, draft, row) : editPosted(box, draft, row);
    case "failed":
      return isWorthAnotherTry(row, draft) ? repost(box, draft, row) : { status: "stuck" };
    case "ambiguous":
      return { status: "stuck" };
    default:
      return row.state satisfies never;
  }
}

/** The thread it was posted in was deleted and the card made anew. */
function standsElsewhere(row: OutboundMessage, draft: Draft): boolean {
  return row.remote === null || (draft.threadTs !== null && row.remote.place !== placeOf(draft));
}

/** Refused messages get one more call when there is something new to say; what a person deleted stays deleted. */
function isWorthAnotherTry(row: OutboundMessage, draft: Draft): boolean {
  return row.remote === null && row.bodyHash !== draft.hash;
}

async function repost(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Delivered> {
  const fresh = await moved(box, row, { state: "pending", remote: null, nonce: box.newNonce(), lookups: 0 });
  return fresh === null ? takenByOther(box) : send(box, draft, fresh);
}

async function send(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Delivered> {
  const wait = box.cooldowns.waitUntil("chat.postMessage", draft.channel);
  if (wait !== null) return again(wait, "rate limit of this channel");
  const claim = await claimed(box, draft, row);
  if (claim === null) return takenByOther(box);
  if (box.clock.nowMs() - (claim.attemptAtMs ?? 0) > CLAIM_VALID_MS) {
    await moved(box, claim, { state: "pending" });
    return again(box.clock.nowMs() + 1000, "the claim was too old to use");
  }
  const result = await postInAnyForm(box, draft, claim);
  return result.status === "posted"
    ? afterPost(box, draft, { claim, result })
    : afterRefusal(box, draft, { claim, failure: result.failure });
}

/** Committed before the call, so that a crash from here on is seen as "may have gone out". */
function claimed(box: Postbox, draft: Draft, row: OutboundMessage): Promise<OutboundMessage | null> {
  return moved(box, row, {
    state: "sending",
    nonce: row.nonce === "" ? box.newNonce() : row.nonce,
    attempt: row.attempt + 1,
    attemptAtMs: box.clock.nowMs(),
    bodyHash: draft.hash,
    lookups: 0,
  });
}

async function postInAnyForm(box: Postbox, draft: Draft, claim: OutboundMessage): Promise<PostResult> {
  let last: PostResult = { status: "refused", failure: { kind: "invalid-blocks" } };
  for (const form of offeredForms(box, draft)) {
    last = await post(box.client, outgoing(draft, claim, form));
    if (last.status === "posted" || last.failure.kind !== "invalid-blocks") return last;
    box.refusedForms.add(`${draft.kind}/${form}`);
    box.logger.warn({ kind: draft.kind, form }, "slack refused these blocks, sending an older form");
  }
  return last;
}

/** What goes over the wire for a stored row. */
export function outgoing(draft: Draft, row: OutboundMessage, form: Form): Outgoing {
  return {
    channel: draft.channel,
    threadTs: draft.threadTs,
    message: draft.draw(form),
    mark: { incident: draft.key.incidentId, kind: draft.kind, nonce: row.nonce },
  };
}

async function afterPost(
  box: Postbox,
  draft: Draft,
  { claim, result }: { claim: OutboundMessage; result: Extract<PostResult, { status: "posted" }> },
): Promise<Delivered> {
  if (draft.threadTs !== null && result.threadTs !== draft.threadTs) {
    // Slack posts a reply to a deleted message into the channel and reports success.
    const failure = await remove(box.client, draft.channel, result.ts);
    if (failure !== null) box.logger.error({ kind: draft.kind, failure }, "a stray slack reply could not be removed");
    await moved(box, claim, { state: "pending", bodyHash: null });
    return { status: "gone" };
  }
  const posted = await moved(box, claim, { state: "posted", remote: { place: placeOf(draft), id: result.ts } });
  return posted === null ? takenByOther(box) : { status: "posted", channel: draft.channel, ts: result.ts };
}

async function afterRefusal(
  box: Postbox,
  draft: Draft,
  { claim, failure }: { claim: OutboundMessage; failure: CallFailure },
): Promise<Delivered> {
  const { incidentId } = draft.key;
  switch (failure.kind) {
    case "rate-limited": {
      await moved(box, claim, { state: "pending" });
      const until = box.cooldowns.pause({ method: "chat.postMessage", channel: draft.channel }, failure.waitMs);
      return again(until, "slack asked to wait");
    }
    case "unknown":
      await moved(box, claim, { state: "settling", lookups: 0 });
      box.logger.warn(
        { incidentId, kind: draft.kind, detail: failure.detail },
        "slack gave no usable answer to a post",
      );
      return again(lookupDueMs(claim.attemptAtMs ?? box.clock.nowMs(), 0), "the outcome of a post is unknown");
    case "gone":
      await moved(box, claim, { state: "pending", bodyHash: null });
      return { status: "gone" };
    case "invalid-blocks":
    case "permanent":
      await moved(box, claim, { state: "failed" });
      box.logger.error({ incidentId, kind: draft.kind, failure }, "slack refused a message for good");
      return { status: "stuck" };
    default:
      return failure satisfies never;
  }
}

/** Finds out by its nonce whether the last attempt arrived; only when it is missing twice, it is sent again. */
async function settle(box: Postbox, draft: Draft, row: OutboundMessage | null): Promise<Delivered> {
  if (row === null) return takenByOther(box);
  if (row.attemptAtMs === null) return repost(box, draft, row);
  const due = lookupDueMs(row.attemptAtMs, row.lookups);
  if (box.clock.nowMs() < due) return again(due, "the outcome of a post is unknown");
  const { channel, threadTs } = draft;
  const found = await lookUp(box.client, { channel, threadTs, nonce: row.nonce, attemptAtMs: row.attemptAtMs });
  switch (found.status) {
    case "found":
      return adopt(box, draft, { row, ts: found.ts });
    case "not-found":
      return notFound(box, draft, row);
    case "later":
      return again(box.clock.nowMs() + found.waitMs, "slack could not be asked about a post");
    case "cannot-look":
      return giveUp(box, row, found.because);
    default:
      return found satisfies never;
  }
}

/** The lost answer was "stored": take the message as ours and bring it up to date. */
async function adopt(
  box: Postbox,
  draft: Draft,
  { row, ts }: { row: OutboundMessage; ts: string },
): Promise<Delivered> {
  const posted = await moved(box, row, { state: "posted", remote: { place: placeOf(draft), id: ts } });
  return posted === null ? takenByOther(box) : editPosted(box, draft, posted);
}

async function notFound(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Delivered> {
  const lookups = row.lookups + 1;
  if (row.attempt >= MAX_ATTEMPTS) return giveUp(box, row, "too many attempts");
  if (lookups < 2) {
    const next = await moved(box, row, { lookups });
    if (next === null) return takenByOther(box);
    return again(lookupDueMs(row.attemptAtMs ?? box.clock.nowMs(), lookups), "not found once, looking again");
  }
  const fresh = await moved(box, row, { state: "pending", lookups: 0 });
  return fresh === null ? takenByOther(box) : send(box, draft, fresh);
}

async function giveUp(box: Postbox, row: OutboundMessage, because: string): Promise<Delivered> {
  await moved(box, row, { state: "ambiguous" });
  const { incidentId, kind } = row.key;
  box.logger.error({ incidentId, kind, because }, "a slack message may or may not stand; a person has to look");
  return { status: "stuck" };
}
