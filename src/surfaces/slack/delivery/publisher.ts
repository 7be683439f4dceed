import type { IncidentAnswer } from "../../../app/verbs.ts";
import type { LinkRule } from "../drawing/links.ts";
import type { Routing } from "../routing.ts";
import type { Postbox } from "./postbox.ts";

export const SURFACE = "slack";

/** What drawing incidents into workspaces needs. */
export interface Publisher extends Postbox {
  readonly links: LinkRule;
  readonly routing: Routing;
}

/** One message of an incident: which of its kind. */
export function keyOf(answer: IncidentAnswer, kind: string, ordinal: number) {
  const { tenant, id: incidentId } = answer.incident;
  return { tenant, incidentId, surface: SURFACE, kind, ordinal };
}
