import { setTimeout as sleep } from "node:timers/promises";
import type { OutboundMessage } from "../../../app/ports.ts";
import { type Delivered, type Draft, moved, type Postbox, takenByOther } from "./postbox.ts";
import { remove } from "./wire.ts";

/** An attempt of somebody else ends within this, or its outcome is looked for, and then this copy is found. */
const OUTCOME_WITHIN_S = 10;

/**
 * The post worked, but another process took this message meanwhile: this one stood still and lost its lock. Where the
 * other's copy stands, ours goes; where none stands yet, ours is the message.
 */
export async function noDouble(
  box: Postbox,
  draft: Draft,
  ours: { readonly channel: string; readonly ts: string; readonly remote: NonNullable<OutboundMessage["remote"]> },
): Promise<Delivered> {
  for (let second = 0; second < OUTCOME_WITHIN_S; second++) {
    const row = await asStored(box, draft);
    if (row === undefined || row.remote?.id === ours.ts) break;
    if (row.state === "posted") {
      const failure = await remove(draft.client, ours.channel, ours.ts);
      box.logger.warn({ kind: draft.kind, isGone: failure === null }, "a message that stood twice was taken away");
      break;
    }
    // What it says is not known to be what is true now: whoever draws next edits it.
    const isFree = row.state !== "sending";
    if (isFree && (await moved(box, row, { state: "posted", remote: ours.remote, bodyHash: null })) !== null) break;
    await sleep(1000);
  }
  return takenByOther(box);
}

/** As others see it now, not as this drawing has it at hand. */
async function asStored({ messages }: Postbox, { key }: Draft): Promise<OutboundMessage | undefined> {
  const rows = await messages.ofIncident(key.tenant, key.incidentId, key.surface);
  return rows.find((row) => row.key.kind === key.kind && row.key.ordinal === key.ordinal);
}
