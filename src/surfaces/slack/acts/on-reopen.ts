import type { IncidentAnswer } from "../../../app/verbs.ts";
import { epochMs } from "../../../core/ids.ts";
import { ownWords, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { section } from "../drawing/blocks.ts";
import type { Drawing } from "../drawing/message.ts";
import { escaped, linkMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import type { Ear } from "../listener.ts";
import { say, withCurrentState } from "../words/replies.ts";
import { UNKNOWN } from "./corrected.ts";
import { onPress } from "./on-press.ts";
import type { Pressed } from "./press.ts";
import { Repeats } from "./repeats.ts";

const REOPEN_ACTION = "inc.reopen";

/** "Not fixed" on a resolved card. */
export const reopening: Ear = {
  actions: [REOPEN_ACTION],
  connect: (app, listener) =>
    onPress(app, listener, { action: REOPEN_ACTION, act: reopen, repeats: new Repeats(listener.clock) }),
};

/**
 * Looks again as this person. Where the alert came from, a resolved incident stays resolved until it is opened there: we
 * have no way to do that, and say so.
 */
async function reopen(desk: Desk, { principal, value }: Pressed): Promise<Drawing> {
  const actor = await desk.people.actor(principal);
  const answer = await desk.verbs.getIncident(actor, value.incidentId);
  if (answer === null) return say(UNKNOWN);
  const id = ownWords(value.incidentId);
  if (answer.incident.status !== "resolved") return withCurrentState(say(safe`${id} is open already.`), answer.view);
  const { service } = answer.incident;
  if (service === null) {
    return say(
      safe`${id} names no service, so TraceOps cannot look again by itself. Open it again where the alert came from.`,
    );
  }
  const again = await desk.verbs.investigate(actor, { service, sinceMs: epochMs(desk.clock.nowMs()) });
  const what =
    again === value.incidentId
      ? safe`${id} is open here again`
      : safe`Looking into ${service} again as ${ownWords(again)}`;
  const text = md`${escaped(what)}; the card follows. ${sender(desk, answer)}`;
  return { text, blocks: [section("reply", text)] };
}

function sender(desk: Desk, { view, incident }: IncidentAnswer): Mrkdwn {
  if (incident.external.length === 0) return md`It came from no other system, so nobody is paged.`;
  const page = linkMd(desk.links(view.externalUrl), md`Open it again there`);
  return md`Where the alert came from it is still resolved, and nobody is paged. ${page} if people have to be called.`;
}
