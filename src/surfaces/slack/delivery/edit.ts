import type { OutboundMessage } from "../../../app/ports.ts";
import { epochMs } from "../../../core/ids.ts";
import { failpoint } from "../../../platform/failpoint.ts";
import { parsePlace } from "../place.ts";
import type { Block } from "./cooldown.ts";
import {
  afterInvalidBlocks,
  type Delivered,
  type Draft,
  type Due,
  moved,
  offers,
  type Postbox,
  SETTLE_MS,
  shut,
  spotOf,
  takenByOther,
} from "./postbox.ts";
import { adviceFor, scopeOfRefusal } from "./refusals.ts";
import type { CallFailure } from "./slack-errors.ts";
import { update } from "./wire.ts";

const RETRY_MS = 5000;
/** Slack takes about 50 edits a minute: after a few at once, a message is edited this often at most. */
const EDIT_EVERY_MS = { root: 3000, reply: 5000 };
const EDITS_AT_ONCE = { root: 3, reply: 2 };
/** Words that were drawn longer ago than this are not sent any more: others may have done this work meanwhile. */
const EDIT_VALID_MS = 4000;
/** An edit this long after the one before it has the last word over one that is still on its way. */
const LAST_WORD_MS = SETTLE_MS / 2;

/** Edits a message that stands in Slack, when people would see a difference. Repeating an edit is harmless. */
export async function editPosted(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Delivered> {
  if (row.remote === null) return { status: "stuck" };
  const begunMs = box.clock.nowMs();
  const { channel } = parsePlace(row.remote.place);
  const target: Target = { row, channel, ts: row.remote.id };
  if (row.bodyHash === draft.hash) return standing(target, null);
  const block = await box.cooldowns.blockOf("chat.update", spotOf({ ...draft, channel }));
  if (block !== null) return blocked(target, block);
  const wait = pacedUntil(box, draft, row);
  if (wait !== null) return standing(target, { notBeforeMs: wait, because: "edited a moment ago" });
  const mayGo = () => box.clock.nowMs() - begunMs <= EDIT_VALID_MS;
  const edit = await updateInAnyForm(box, draft, { ...target, mayGo });
  if (edit.status === "too-late") return takenByOther(box);
  return edit.status === "edited"
    ? afterEdit(box, draft, { target, hash: edit.hash })
    : afterFailure(box, draft, { target, failure: edit.failure });
}

interface Target {
  readonly row: OutboundMessage;
  readonly channel: string;
  readonly ts: string;
}

function standing({ channel, ts }: Target, due: Due | null): Delivered {
  return { status: "posted", channel, ts, due };
}

function blocked(target: Target, block: Block): Delivered {
  if (block.kind === "closed") return { status: "closed", code: block.code };
  return standing(target, { notBeforeMs: block.untilMs, because: "rate limit of this channel" });
}

/**
 * When the next edit may go out; null when now. A few may follow each other at once, so that a press shows its effect,
 * then they keep a distance. Of a message that stands, `attemptAtMs` is the time at which that distance is used up.
 */
function pacedUntil(box: Postbox, draft: Draft, row: OutboundMessage): number | null {
  const slot = draft.kind === "root" ? "root" : "reply";
  const ahead = (row.attemptAtMs ?? 0) - box.clock.nowMs();
  const allowed = (EDITS_AT_ONCE[slot] - 1) * EDIT_EVERY_MS[slot];
  return ahead > allowed ? box.clock.nowMs() + ahead - allowed : null;
}

function paceAfter(box: Postbox, draft: Draft, row: OutboundMessage): number {
  const every = EDIT_EVERY_MS[draft.kind === "root" ? "root" : "reply"];
  return Math.max(box.clock.nowMs(), row.attemptAtMs ?? 0) + every;
}

type Edited =
  | { readonly status: "edited"; readonly hash: string }
  | { readonly status: "failed"; readonly failure: CallFailure }
  | { readonly status: "too-late" };

async function updateInAnyForm(
  box: Postbox,
  draft: Draft,
  target: Target & { readonly mayGo: () => boolean },
): Promise<Edited> {
  const { row, channel, ts, mayGo } = target;
  const mark = { incident: draft.key.incidentId, kind: draft.kind, nonce: row.nonce };
  for (const offer of offers(box, draft)) {
    const message = offer.draw(offer.form);
    const failure = await update(draft.client, ts, { channel, threadTs: draft.threadTs, message, mark, mayGo });
    if (failure === "too-late") return { status: failure };
    if (failure === null) return { status: "edited", hash: offer.hash };
    if (failure.kind !== "invalid-blocks") return { status: "failed", failure };
    await afterInvalidBlocks(box, draft, offer);
  }
  return { status: "failed", failure: { kind: "permanent", code: "invalid_blocks" } };
}

/**
 * After an edit without an answer (`lookups` is 1) the old words may still arrive late and overwrite the new ones: one
 * more edit after a quiet while has the last word.
 */
async function afterEdit(
  box: Postbox,
  draft: Draft,
  { target, hash }: { target: Target; hash: string },
): Promise<Delivered> {
  const { row } = target;
  const now = box.clock.nowMs();
  const isUnsure = row.lookups > 0 && now - (row.attemptAtMs ?? 0) < LAST_WORD_MS;
  const edited = await moved(box, row, {
    bodyHash: isUnsure ? null : hash,
    lookups: isUnsure ? 1 : 0,
    attemptAtMs: epochMs(paceAfter(box, draft, row)),
    problem: draft.problem,
  });
  failpoint("slack.after-edited");
  if (edited === null) return overtaken(box, row);
  return standing(
    target,
    isUnsure ? { notBeforeMs: now + SETTLE_MS, because: "an earlier edit may still arrive" } : null,
  );
}

/**
 * Another process edited it meanwhile: this one stood still and lost its lock. Its older words may now stand over the
 * newer ones, so whoever draws next must not believe that those stand.
 */
async function overtaken(box: Postbox, { key }: OutboundMessage): Promise<Delivered> {
  const row = await box.messages.open(key);
  if (row.state === "posted") await box.messages.move(row, { bodyHash: null });
  return takenByOther(box);
}

async function afterFailure(
  box: Postbox,
  draft: Draft,
  { target, failure }: { target: Target; failure: CallFailure },
): Promise<Delivered> {
  const { row, channel } = target;
  const spot = spotOf({ ...draft, channel });
  const pause = (waitMs: number) => box.cooldowns.pause({ method: "chat.update", spot }, waitMs);
  switch (failure.kind) {
    case "rate-limited":
      return standing(target, { notBeforeMs: await pause(failure.waitMs), because: "slack asked to wait" });
    case "unknown": {
      // Everything in this channel waits with it: a Slack that is down is not asked by every incident.
      const notBeforeMs = await pause(RETRY_MS);
      const lookups = failure.isOver ? row.lookups : 1;
      await moved(box, row, { bodyHash: null, lookups, attemptAtMs: epochMs(paceAfter(box, draft, row)) });
      failpoint("slack.after-unsure-edit");
      return standing(target, { notBeforeMs, because: "slack gave no usable answer to an edit" });
    }
    case "gone":
      await moved(box, row, { state: "failed", problem: null });
      return { status: "gone" };
    case "invalid-blocks":
      return refused(box, draft, { target, code: "invalid_blocks" });
    case "permanent":
      return refused(box, draft, { target, code: failure.code });
    default:
      return failure satisfies never;
  }
}

async function refused(
  box: Postbox,
  draft: Draft,
  { target, code }: { target: Target; code: string },
): Promise<Delivered> {
  const { row, channel } = target;
  const scope = scopeOfRefusal(code);
  const problem = adviceFor(code, channel);
  box.logger.error({ incidentId: draft.key.incidentId, kind: draft.kind, code, problem }, "slack refused an edit");
  if (scope === "message") {
    // One call per new content: the stored hash keeps the next run from asking the same again.
    await moved(box, row, { bodyHash: draft.hash, problem });
    return standing(target, null);
  }
  await shut(box, spotOf({ ...draft, channel }), code);
  await moved(box, row, { problem });
  return { status: "closed", code };
}
