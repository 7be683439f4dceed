import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Preference, Preferences } from "../../app/people-ports.ts";
import type { Clock } from "../../app/ports.ts";
import type { IncidentAnswer } from "../../app/verbs.ts";
import type { Incident } from "../../core/incident.ts";
import type { Workspaces } from "./workspaces.ts";

/** Where the card of an incident belongs. */
export type Target =
  /** `channel` is an id, also of a direct message. `team` is the workspace, null for the first one. */
  | { readonly status: "channel"; readonly team: string | null; readonly client: WebClient; readonly channel: string }
  /** People asked for quiet about this service: no new card before. */
  | { readonly status: "muted"; readonly untilMs: number };

/** Decides by the place where somebody asked, by mutes, by routes of people and of the settings, in this order. */
export interface Routing {
  /** Where a new card goes. */
  targetOf(answer: IncidentAnswer): Promise<Target>;
  /** The client of the workspace in which a stored message stands. */
  clientOf(team: string | null): WebClient;
  /** The channel of a workspace that takes what no other channel takes. */
  homeOf(team: string | null): string;
}

/** Preference scopes that this surface reads. The name is an incident's id, or a service. */
export const SCOPES = { place: "slack/place", route: "slack/route", mute: "mute" } as const;

/** The name under which the place of a service is kept for the moment in which its incident has no id yet. */
export function askedFor(service: string): string {
  return `asked ${service.toLowerCase()}`;
}

/** Longer than any request to look into a service takes. */
const ASKED_MS = 30_000;

/** A route of the settings: a service, or the beginning of one with "*", and its channel. */
export interface FixedRoute {
  readonly service: string;
  readonly team: string | null;
  readonly channel: string;
}

export interface RoutingDeps {
  readonly preferences: Preferences;
  readonly workspaces: Workspaces;
  readonly clock: Clock;
  readonly fixed: readonly FixedRoute[];
}

const PlaceValue = z.object({ team: z.string().nullish(), channel: z.string().regex(/^[CDGU][A-Z0-9]+$/u) });
const MuteValue = z.object({ untilMs: z.number() });

/** Routing over stored choices and settings. */
export function createRouting(deps: RoutingDeps): Routing {
  return {
    targetOf: (answer) => targetOf(deps, answer.incident),
    clientOf: (team) => deps.workspaces.at(team).client,
    homeOf: (team) => deps.workspaces.at(team).channel,
  };
}

async function targetOf(deps: RoutingDeps, incident: Incident): Promise<Target> {
  const { preferences } = deps;
  const [place, early, mutes, routes] = await Promise.all([
    preferences.get(incident.tenant, SCOPES.place, incident.id),
    preferences.get(incident.tenant, SCOPES.place, askedFor(incident.service ?? "")),
    preferences.list(incident.tenant, SCOPES.mute),
    preferences.list(incident.tenant, SCOPES.route),
  ]);
  // Somebody asked for this one by name: a mute of its service is not meant.
  const isEarly = early !== null && early.atMs > deps.clock.nowMs() - ASKED_MS;
  const asked = placeIn(place) ?? (isEarly ? placeIn(early) : null);
  if (asked !== null) return channelTarget(deps, asked);
  const untilMs = mutedUntil(mutes, incident);
  if (untilMs !== null && untilMs > deps.clock.nowMs()) return { status: "muted", untilMs };
  const chosen = placeIn(routes.find(({ name }) => isOf(incident, name)));
  if (chosen !== null) return channelTarget(deps, chosen);
  const fixed = deps.fixed.find(({ service }) => matches(incident, service));
  return channelTarget(deps, fixed ?? { team: null, channel: null });
}

function channelTarget(
  { workspaces }: RoutingDeps,
  place: { readonly team: string | null; readonly channel: string | null },
): Target {
  const workspace = workspaces.at(place.team);
  return {
    status: "channel",
    team: workspace.team,
    client: workspace.client,
    channel: place.channel ?? workspace.channel,
  };
}

function placeIn(
  preference: Preference | null | undefined,
): { readonly team: string | null; readonly channel: string } | null {
  const parsed = PlaceValue.safeParse(preference?.value);
  return parsed.success ? { team: parsed.data.team ?? null, channel: parsed.data.channel } : null;
}

function mutedUntil(mutes: readonly Preference[], incident: Incident): number | null {
  const until = mutes.flatMap(({ name, value }) => {
    const parsed = MuteValue.safeParse(value);
    return parsed.success && isOf(incident, name) ? [parsed.data.untilMs] : [];
  });
  return until.length === 0 ? null : Math.max(...until);
}

/** The alerted service decides: one muted service must not silence a case that others are part of. */
function isOf(incident: Incident, service: string): boolean {
  return incident.service?.toLowerCase() === service.toLowerCase();
}

function matches(incident: Incident, pattern: string): boolean {
  if (!pattern.endsWith("*")) return isOf(incident, pattern);
  return incident.service?.toLowerCase().startsWith(pattern.slice(0, -1).toLowerCase()) ?? false;
}

/** "checkout=C0AAA, pay-*=T0BBB/C0CCC" as routes; null when a part does not read like that. */
export function parseRoutes(text: string): readonly FixedRoute[] | null {
  const parts = text.split(",").map((part) => part.trim());
  const routes = parts.filter((part) => part !== "").map(parseRoute);
  const read = routes.filter((route) => route !== null);
  return read.length === routes.length ? read : null;
}

function parseRoute(part: string): FixedRoute | null {
  const match = /^(?<service>[^=]+)=(?:(?<team>[TE][A-Z0-9]+)\/)?(?<channel>[CG][A-Z0-9]+)$/u.exec(part);
  const { service, team = null, channel } = match?.groups ?? {};
  return service === undefined || channel === undefined ? null : { service: service.trim(), team, channel };
}
