import type { IncidentId } from "../core/ids.ts";
import type { JobRequest } from "./jobs/catalog.ts";

/** One request to draw an incident for each surface that draws by itself. */
export function publishRequests(
  { publishingSurfaces }: { readonly publishingSurfaces: () => readonly string[] },
  incidentId: IncidentId,
): readonly JobRequest[] {
  return publishingSurfaces().map((surface) => ({ name: "surface.publish", payload: { incidentId, surface } }));
}
