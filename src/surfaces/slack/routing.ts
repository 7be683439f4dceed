import type { WebClient } from "@slack/web-api";
import type { IncidentAnswer } from "../../app/verbs.ts";

/** Where the card of an incident belongs. */
export type Target =
  /** `channel` is an id, also of a direct message. `team` is the workspace, null when there is one and nobody asked which. */
  | { readonly status: "channel"; readonly team: string | null; readonly client: WebClient; readonly channel: string }
  /** People asked for quiet about this service: no new card before. */
  | { readonly status: "muted"; readonly untilMs: number };

/** Decides by service, mutes and the place where somebody asked. */
export interface Routing {
  /** Where a new card goes. */
  targetOf(answer: IncidentAnswer): Promise<Target>;
  /** The client of the workspace in which a stored message stands. */
  clientOf(team: string | null): WebClient;
}
