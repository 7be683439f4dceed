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

/** For this long after its last change an incident is told again and again where Slack refuses it or stores nothing. */
const OFFERED_MS = 24 * 60 * 60_000;

/** Until when Slack is tried again for an incident; its next change begins this time anew. */
export function offeredUntilMs({ view }: IncidentAnswer): number {
  return view.updatedAtMs + OFFERED_MS;
}

/** One message of an incident: which of its kind. */
export function keyOf(answer: IncidentAnswer, kind: string, ordinal: number) {
  const { tenant, id: incidentId } = answer.incident;
  return { tenant, incidentId, surface: SURFACE, kind, ordinal };
}
