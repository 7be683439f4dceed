import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "@slack/bolt";
import { z } from "zod";
import type { OutboundMessage } from "../../../app/ports.ts";
import { DEFAULT_TENANT, incidentId } from "../../../core/ids.ts";
import type { Desk } from "../desk.ts";
import type { Ear, Listener } from "../listener.ts";
import { parsePlace } from "../place.ts";
import { SURFACE } from "./publisher.ts";
import { remove } from "./wire.ts";

const Posted = z.object({
  team_id: z.string().optional(),
  channel_id: z.string(),
  message_ts: z.string(),
  metadata: z.object({
    event_type: z.literal("traceops_message"),
    event_payload: z.object({ incident: z.string(), kind: z.string(), nonce: z.string().min(1) }),
  }),
});
type Posted = z.infer<typeof Posted>;

/** Longer than a call may take: whoever still waits for an answer then gets none. */
const CALL_OVER_MS = 15_000;
const MAX_WAITING = 200;

/**
 * Slack tells that one of our messages stands: finds those whose answer was lost where the histories may not be read, and
 * those that stand twice. Subscribed to by hand, because the manifest would need the app's own id: without it nothing breaks.
 */
export const delivered: Ear = { connect };

function connect(app: App, listener: Listener): void {
  let waiting = 0;
  app.event("message_metadata_posted", async ({ event, context }) => {
    const posted = Posted.safeParse(event);
    if (!posted.success || waiting >= MAX_WAITING) return;
    const desk = listener.at(context.teamId ?? "");
    waiting += 1;
    // Slack told us over this connection already: nobody waits for the end of this.
    void listener.inFlight.run(async () => {
      try {
        await reconcile(desk, posted.data);
      } catch (err) {
        desk.logger.warn({ err }, "what Slack told of a message could not be compared");
      } finally {
        waiting -= 1;
      }
    });
  });
}

/** Takes a message whose answer was lost as ours, and takes away the second of two. Whatever is as expected is left alone. */
async function reconcile(desk: Desk, posted: Posted): Promise<void> {
  const { channel_id: channel, message_ts: ts } = posted;
  const row = await afterItsCall(desk, posted);
  if (row?.remote == null) return;
  const { channel: own, team } = parsePlace(row.remote.place);
  if (own !== channel || team !== desk.team) return;
  if (UNSURE.has(row.state)) return adopt(desk, row, { place: row.remote.place, id: ts });
  if (row.state !== "posted" || row.remote.id === ts) return;
  const failure = await remove(desk.client, channel, ts);
  desk.logger.warn({ kind: row.key.kind, failure }, "a slack message stood twice, the second one was removed");
}

/** What is not known to stand: also what is still called out after that time, because its process died. */
const UNSURE: ReadonlySet<OutboundMessage["state"]> = new Set(["sending", "settling", "ambiguous"]);

/** It may say what was true long ago, and its thread waits for it, but the job that posted it may be done: it is drawn anew. */
async function adopt(desk: Desk, row: OutboundMessage, remote: NonNullable<OutboundMessage["remote"]>): Promise<void> {
  const to = { state: "posted", remote, bodyHash: null, lookups: 0, problem: null } as const;
  if (await desk.messages.move(row, to)) await desk.redraw(SURFACE, row.key.incidentId);
}

/** The row with this nonce, once nobody waits for the answer to its call any more. */
async function afterItsCall(desk: Desk, { metadata }: Posted): Promise<OutboundMessage | undefined> {
  const { incident, kind, nonce } = metadata.event_payload;
  const find = async () => {
    const rows = await desk.messages.ofIncident(DEFAULT_TENANT, incidentId(incident), SURFACE);
    return rows.find((row) => row.key.kind === kind && row.nonce === nonce);
  };
  const row = await find();
  if (row?.state !== "sending") return row;
  await sleep(CALL_OVER_MS, null, { ref: false });
  return find();
}
