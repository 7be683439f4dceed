import type { OutboundMessage } from "../../app/ports.ts";
import {
  again,
  channelOf,
  type Delivered,
  type Draft,
  moved,
  offeredForms,
  type Postbox,
  takenByOther,
} from "./postbox.ts";
import type { CallFailure } from "./slack-errors.ts";
import { update } from "./wire.ts";

const RETRY_MS = 5000;

/** Edits a message that stands in Slack, when people would see a difference. Repeating an edit is harmless. */
export async function editPosted(box: Postbox, draft: Draft, row: OutboundMessage): Promise<Delivered> {
  if (row.remote === null) return { status: "stuck" };
  const channel = channelOf(row.remote.place);
  const standing: Delivered = { status: "posted", channel, ts: row.remote.id };
  if (row.bodyHash === draft.hash) return standing;
  const wait = box.cooldowns.waitUntil("chat.update", channel);
  if (wait !== null) return again(wait, "rate limit of this channel");
  const failure = await updateInAnyForm(box, draft, { row, channel, ts: row.remote.id });
  if (failure !== null) return afterFailure(box, draft, { row, failure, standing });
  return (await moved(box, row, { bodyHash: draft.hash })) === null ? takenByOther(box) : standing;
}

async function updateInAnyForm(
  box: Postbox,
  draft: Draft,
  target: { row: OutboundMessage; channel: string; ts: string },
): Promise<CallFailure | null> {
  const { row, channel, ts } = target;
  const mark = { incident: draft.key.incidentId, kind: draft.kind, nonce: row.nonce };
  for (const form of offeredForms(box, draft)) {
    const message = draft.draw(form);
    const failure = await update(box.client, ts, { channel, threadTs: draft.threadTs, message, mark });
    if (failure?.kind !== "invalid-blocks") return failure;
    box.refusedForms.add(`${draft.kind}/${form}`);
    box.logger.warn({ kind: draft.kind, form }, "slack refused these blocks, sending an older form");
  }
  return { kind: "permanent", code: "invalid_blocks" };
}

async function afterFailure(
  box: Postbox,
  draft: Draft,
  { row, failure, standing }: { row: OutboundMessage; failure: CallFailure; standing: Delivered },
): Promise<Delivered> {
  switch (failure.kind) {
    case "rate-limited": {
      const channel = channelOf(row.remote?.place ?? draft.channel);
      return again(box.cooldowns.pause({ method: "chat.update", channel }, failure.waitMs), "slack asked to wait");
    }
    case "unknown":
      return again(box.clock.nowMs() + RETRY_MS, "slack gave no usable answer to an edit");
    case "gone":
      await moved(box, row, { state: "failed" });
      return { status: "gone" };
    case "invalid-blocks":
    case "permanent":
      // One call per new content: the stored hash keeps the next run from asking the same again.
      await moved(box, row, { bodyHash: draft.hash });
      box.logger.error({ incidentId: draft.key.incidentId, kind: draft.kind, failure }, "slack refused an edit");
      return standing;
    default:
      return failure satisfies never;
  }
}
