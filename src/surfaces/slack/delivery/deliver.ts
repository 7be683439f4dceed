import type { OutboundMessage } from "../../../app/ports.ts";
import { epochMs } from "../../../core/ids.ts";
import { failpoint } from "../../../platform/failpoint.ts";
import { parsePlace, placeText } from "../place.ts";
import { TRIAL_MS } from "./cooldown.ts";
import { editPosted } from "./edit.ts";
import { noDouble } from "./no-double.ts";
import {
  ANSWERED_SETTLE_MS,
  afterInvalidBlocks,
  again,
  CLAIM_VALID_MS,
  type Delivered,
  type Draft,
  LOOKS,
  lookupDueMs,
  moved,
  offers,
  type Postbox,
  shut,
  spotOf,
  takenByOther,
} from "./postbox.ts";
import { adviceFor, scopeOfRefusal } from "./refusals.ts";
import { settle } from "./settle.ts";
import type { CallFailure } from "./slack-errors.ts";
import { type PostResult, post, remove } from "./wire.ts";

const POST = "chat.postMessage";
const STRAY_RETRY_MS = 5000;

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
      return settled(box, draft, await moved(box, row, { state: "settling" }));
    case "settling":
      return settled(box, draft, row);
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

/** Finds out what became of the last attempt, then goes on from there. */
async function settled(box: Postbox, draft: Draft, row: OutboundMessage | null): Promise<Delivered> {
  if (row === null) return takenByOther(box);
  if (row.attemptAtMs === null) return repost(box, draft, row);
  const found = await settle(box, draft, row);
  if (found.status === "adopted") return editPosted(box, draft, found.row);
  return found.status === "missing" ? send(box, draft, found.row) : found;
}

/** The thread it was posted in was deleted and the card made anew, or it landed outside its thread. */
function standsElsewhere(row: OutboundMessage, draft: Draft): boolean {
  if (row.remote === null) return true;
  const { channel, threadTs } = parsePlace(row.remote.place);
  return draft.threadTs !== null && (channel !== draft.channel || threadTs !== draft.threadTs);
}

/** Refused messages get one more call when there is something new to say; what a person deleted stays deleted. */
function isWorthAnotherTry(row: OutboundMessage, draft: Draft): boolean {
  return row.remote === null && row.bodyHash !== draft.hash;
}

async function repost(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Delivered> {
  if (!(await isStrayRemoved(box, draft, row))) {
    return again(box.clock.nowMs() + STRAY_RETRY_MS, "a reply outside its thread is still to be removed");
  }
  const fresh = await moved(box, row, {
    state: "pending",
    remote: null,
    nonce: box.newNonce(),
    lookups: 0,
    attemptAtMs: null,
  });
  return fresh === null ? takenByOther(box) : send(box, draft, fresh);
}

/** A reply that Slack put into the channel is taken away before it is posted where it belongs. */
async function isStrayRemoved(box: Postbox, draft: Draft, row: OutboundMessage): Promise<boolean> {
  if (row.remote === null || draft.threadTs === null) return true;
  const { channel, threadTs } = parsePlace(row.remote.place);
  if (threadTs !== null) return true;
  const spot = spotOf({ ...draft, channel });
  if ((await box.cooldowns.blockOf("chat.delete", spot)) !== null) return false;
  const failure = await remove(draft.client, channel, row.remote.id);
  if (failure?.kind === "rate-limited") await box.cooldowns.pause({ method: "chat.delete", spot }, failure.waitMs);
  return failure === null || failure.kind === "permanent";
}

async function send(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Delivered> {
  const wait = (await heldBack(box, draft, row)) ?? (await waitForTurn(box, draft, row));
  if (wait !== null) return wait;
  const trial = await box.cooldowns.trial(spotOf(draft));
  if (trial === "taken")
    return again(box.clock.nowMs() + TRIAL_MS, "another message finds out whether slack takes any");
  const claim = await claimed(box, draft, row);
  if (claim === null) return takenByOther(box);
  failpoint("slack.after-claim");
  const result = await postInAnyForm(box, draft, claim);
  if (result.status === "too-late") {
    await moved(box, claim, { state: "pending", remote: null });
    return again(box.clock.nowMs() + 1000, "the claim was too old to use");
  }
  if (result.status !== "posted") return afterRefusal(box, draft, { claim, failure: result.failure });
  const delivered = await afterPost(box, draft, { claim, result });
  // What was said is stored first: a process that dies here leaves one more trial behind.
  if (trial === "ours") await reopened(box, draft);
  return delivered;
}

/** What keeps it from asking for its turn; null when nothing does. */
async function heldBack(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Delivered | null> {
  const block = await box.cooldowns.blockOf(POST, spotOf(draft));
  if (block?.kind === "pause") return again(block.untilMs, "rate limit of this channel");
  if (block?.kind === "closed") return { status: "closed", code: block.code };
  return isPaused(box, row) ? paused(box, draft, row) : null;
}

async function reopened({ cooldowns }: Postbox, draft: Draft): Promise<void> {
  const spot = spotOf(draft);
  await Promise.all([cooldowns.reopen(spot), cooldowns.reopen({ ...spot, channel: "*" })]);
}

/** Several attempts in a row are missing, and the pause that `settle` set is not over. */
function isPaused(box: Postbox, { lookups, attemptAtMs }: OutboundMessage): boolean {
  return lookups > LOOKS && (attemptAtMs ?? 0) > box.clock.nowMs();
}

/** Too long after its incident's last change nobody waits for it: its next change tries again. */
function paused(box: Postbox, { offeredUntilMs }: Draft, { attemptAtMs }: OutboundMessage): Delivered {
  if (box.clock.nowMs() > offeredUntilMs) return { status: "stuck" };
  return { ...again(attemptAtMs ?? 0, "slack stored none of several posts"), untold: true };
}

/**
 * Null when it may be posted now, else when to ask again. Of a message that was never sent, `attemptAtMs` is its place in
 * the line of its channel; of one that was, its last attempt, a place that has come.
 */
async function waitForTurn(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Delivered | null> {
  const turn = await box.turns.next(spotOf(draft), { isReply: draft.threadTs !== null, placeMs: row.attemptAtMs });
  if (turn.status === "now") return null;
  const { placeMs, askAtMs } = turn;
  const isKept = row.attemptAtMs === placeMs || (await moved(box, row, { attemptAtMs: epochMs(placeMs) })) !== null;
  return isKept ? again(askAtMs, "other messages of this channel go first") : takenByOther(box);
}

/** Committed before the call, so that a crash from here on is seen as "may have gone out". */
function claimed(box: Postbox, draft: Draft, row: OutboundMessage): Promise<OutboundMessage | null> {
  return moved(box, row, {
    state: "sending",
    nonce: row.nonce === "" ? box.newNonce() : row.nonce,
    attempt: row.attempt + 1,
    attemptAtMs: box.clock.nowMs(),
    settlesAtMs: null,
    bodyHash: draft.hash,
    lookups: row.lookups - (row.lookups % LOOKS),
    // Where to look for it when the answer gets lost: routes may have changed by then.
    remote: { place: placeText(draft), id: "" },
  });
}

async function postInAnyForm(
  box: Postbox,
  draft: Draft,
  claim: OutboundMessage,
): Promise<PostResult & { hash: string }> {
  const { channel, threadTs, kind, key } = draft;
  const mark = { incident: key.incidentId, kind, nonce: claim.nonce };
  const mayGo = () => box.clock.nowMs() - (claim.attemptAtMs ?? 0) <= CLAIM_VALID_MS;
  for (const offer of offers(box, draft)) {
    const result = await post(draft.client, { channel, threadTs, message: offer.draw(offer.form), mark, mayGo });
    const isRefused = result.status === "refused" && result.failure.kind === "invalid-blocks";
    if (!isRefused) return { ...result, hash: offer.hash };
    await afterInvalidBlocks(box, draft, offer);
  }
  return { status: "refused", failure: { kind: "invalid-blocks" }, hash: draft.hash };
}

async function afterPost(
  box: Postbox,
  draft: Draft,
  { claim, result }: { claim: OutboundMessage; result: Extract<PostResult, { status: "posted" }> & { hash: string } },
): Promise<Delivered> {
  const { team, channel, threadTs } = draft;
  const isStray = threadTs !== null && result.threadTs !== threadTs;
  const remote = { place: placeText({ team, channel, threadTs: isStray ? null : threadTs }), id: result.ts };
  const posted = await moved(box, claim, {
    state: "posted",
    remote,
    problem: draft.problem,
    lookups: 0,
    bodyHash: isStray ? null : result.hash,
  });
  failpoint("slack.after-posted");
  if (posted === null) return noDouble(box, draft, { channel, ts: result.ts, remote });
  if (!isStray) return { status: "posted", channel, ts: result.ts, due: null };
  // Slack posts a reply to a deleted message into the channel and reports success.
  const isGone = await isStrayRemoved(box, draft, posted);
  if (isGone) await moved(box, posted, { state: "pending", remote: null, nonce: box.newNonce() });
  else box.logger.warn({ kind: draft.kind }, "a stray slack reply could not be removed yet");
  return { status: "gone" };
}

async function afterRefusal(
  box: Postbox,
  draft: Draft,
  { claim, failure }: { claim: OutboundMessage; failure: CallFailure },
): Promise<Delivered> {
  const { incidentId } = draft.key;
  switch (failure.kind) {
    case "rate-limited": {
      await moved(box, claim, { state: "pending", remote: null });
      failpoint("slack.after-limited");
      return again(
        await box.cooldowns.pause({ method: POST, spot: spotOf(draft) }, failure.waitMs),
        "slack asked to wait",
      );
    }
    case "unknown": {
      const now = box.clock.nowMs();
      const settlesAtMs = failure.isOver ? epochMs(now + ANSWERED_SETTLE_MS) : null;
      await moved(box, claim, { state: "settling", settlesAtMs });
      failpoint("slack.after-unknown");
      const { detail } = failure;
      box.logger.warn({ incidentId, kind: draft.kind, detail }, "slack gave no usable answer to a post");
      return again(lookupDueMs(claim, now), "the outcome of a post is unknown");
    }
    case "gone":
      await moved(box, claim, { state: "pending", bodyHash: null, remote: null });
      return { status: "gone" };
    case "invalid-blocks":
      return refused(box, draft, { claim, code: "invalid_blocks" });
    case "permanent":
      return refused(box, draft, { claim, code: failure.code });
    default:
      return failure satisfies never;
  }
}

async function refused(
  box: Postbox,
  draft: Draft,
  { claim, code }: { claim: OutboundMessage; code: string },
): Promise<Delivered> {
  const scope = scopeOfRefusal(code);
  const problem = adviceFor(code, draft.channel);
  const { incidentId } = draft.key;
  box.logger.error({ incidentId, kind: draft.kind, code, problem }, "slack refused a message for good");
  // About the place: the same words may go to another one, or here again once the place was repaired.
  await moved(box, claim, {
    state: "failed",
    problem,
    remote: null,
    ...(scope === "message" ? {} : { bodyHash: null }),
  });
  if (scope === "message") return { status: "stuck" };
  await shut(box, spotOf(draft), code);
  return { status: "closed", code };
}
