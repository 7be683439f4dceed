import { incidentId, type TenantId } from "../core/ids.ts";
import { type GetIncidentDeps, getIncident } from "./get-incident.ts";
import type { JobContext, JobOutcome, JobPayload } from "./jobs/catalog.ts";
import type { Logger } from "./ports.ts";
import { publishRequests } from "./publish-requests.ts";
import type { IncidentAnswer } from "./verbs.ts";

/** A surface that draws incidents by itself. May be asked again at any time; drawing the same answer twice sends nothing. */
export interface PublishPort {
  publish(answer: IncidentAnswer, signal: AbortSignal): Promise<JobOutcome>;
  /** Null when its people can be told something now, else why not, in one sentence. One cheap call; left out where there is nothing to ask. */
  readonly reach?: (signal: AbortSignal) => Promise<string | null>;
}

export interface PublishIncidentDeps extends GetIncidentDeps {
  readonly tenant: TenantId;
  readonly logger: Logger;
  readonly surfaces: ReadonlyMap<string, PublishPort>;
  readonly publishingSurfaces: () => readonly string[];
}

/** Draws what is true now, not what was true when the job was asked for. */
export async function publishIncident(
  deps: PublishIncidentDeps,
  payload: JobPayload<"surface.publish">,
  { signal }: Pick<JobContext, "signal">,
): Promise<JobOutcome> {
  const surface = deps.surfaces.get(payload.surface);
  const answer = surface ? await getIncident(deps, deps.tenant, incidentId(payload.incidentId)) : null;
  if (surface && answer) {
    const outcome = await surface.publish(answer, signal);
    if (outcome.untold === true) await askTheOthers(deps, payload);
    return outcome;
  }

  // A surface that was switched off, or an incident that retention removed: there is nothing left to do.
  deps.logger.warn({ surface: payload.surface, incidentId: payload.incidentId }, "nothing to publish");
  return { status: "done" };
}

/** One surface could not tell its people: the others look again, and say so where they can. */
async function askTheOthers(deps: PublishIncidentDeps, payload: JobPayload<"surface.publish">): Promise<void> {
  const publishingSurfaces = () => deps.publishingSurfaces().filter((name) => name !== payload.surface);
  await deps.incidents.request(publishRequests({ publishingSurfaces }, incidentId(payload.incidentId)));
}
