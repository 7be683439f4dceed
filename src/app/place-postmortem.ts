import type { IncidentId } from "../core/ids.ts";
import type { Actor } from "./actor.ts";
import type { PostmortemDocument } from "./people-ports.ts";
import type { PostmortemDeps } from "./postmortem-verbs.ts";

const MAX_TRIES = 5;

/** Notes with the document where it also stands. A lost race is tried again; noting the same place twice changes nothing. */
export async function placePostmortem(
  deps: PostmortemDeps,
  { tenant }: Actor,
  { incidentId, canvas }: { readonly incidentId: IncidentId; readonly canvas: PostmortemDocument["canvas"] },
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const latest = await deps.postmortems.latest(tenant, incidentId);
    if (latest === null || (latest.canvas?.id === canvas?.id && latest.canvas?.place === canvas?.place)) return;
    const next = { ...latest, version: latest.version + 1, editedBy: null, atMs: deps.clock.nowMs(), canvas };
    if ((await deps.postmortems.save(tenant, next)) === "saved") return;
  }
}
