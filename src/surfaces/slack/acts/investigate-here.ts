import type { Actor } from "../../../app/actor.ts";
import { type EpochMs, epochMs, type IncidentId } from "../../../core/ids.ts";
import type { Safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { askedFor, SCOPES } from "../routing.ts";
import type { Place } from "../threads.ts";

/** An investigation that somebody asked for in Slack. */
export interface Asked {
  readonly id: IncidentId;
  /** Where its card stands already; null when it is new, and comes to where it was asked for. */
  readonly standsIn: Place | null;
}

/**
 * Looks into a service and sends the card to `channel`. The place is stored before the incident exists, under the service:
 * the card may be drawn before the incident's id is known here. `channel` null leaves it to the routes.
 */
export async function investigateHere(
  desk: Desk,
  actor: Actor,
  request: { readonly service: Safe; readonly sinceMs: EpochMs | null; readonly channel: string | null },
): Promise<Asked> {
  const { service, sinceMs, channel } = request;
  const { preferences, verbs, threads, clock } = desk;
  const place = { scope: SCOPES.place, value: { team: desk.team, channel }, by: actor.name };
  const early = askedFor(service);
  await desk.access.expect(actor, "incident.investigate", { services: [service] });
  if (channel !== null) {
    await preferences.set(actor.tenant, { ...place, name: early, atMs: epochMs(clock.nowMs()) });
  }
  try {
    const id = await verbs.investigate(actor, { service, sinceMs });
    const standsIn = await threads.rootOf(actor, id);
    if (channel !== null && standsIn === null) {
      await preferences.set(actor.tenant, { ...place, name: id, atMs: epochMs(clock.nowMs()) });
    }
    return { id, standsIn };
  } finally {
    if (channel !== null) await preferences.remove(actor.tenant, SCOPES.place, early);
  }
}
