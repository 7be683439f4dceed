import type { Incident } from "../incident.ts";
import type { Observations } from "../timeline/observations.ts";
import type { Detector, Finding } from "./finding.ts";

/** Every layer that has a detector of its own; what logs say is read by the signals. */
export const detectors = {} satisfies Record<string, Detector>;

/** What all layers say, in the fixed order of the registry. */
export function detect(observations: Observations, incident: Incident): readonly Finding[] {
  return Object.values<Detector>(detectors).flatMap((detector) => detector(observations, incident));
}
