import { APP_ID } from "../seed.ts";

/** One delivery of Slack. */
export interface Sent {
  readonly contentType: string;
  readonly raw: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The contract sample with the shape of this payload. */
  readonly sample: string;
  /** The envelope type in Socket Mode. */
  readonly envelope: "slash_commands" | "interactive" | "events_api";
}

/** The workspace that a delivery is from. */
export interface TeamRef {
  readonly id: string;
  readonly domain: string;
}

export const ACME_REF: TeamRef = { id: "T0ACME", domain: "acme" };

const samples = "slack/payloads";

/** What every press, window and shortcut has. */
export function actBase(user: string, team: TeamRef): Readonly<Record<string, unknown>> {
  return {
    team: { id: team.id, domain: team.domain },
    user: { id: user, username: "somebody", name: "somebody", team_id: team.id },
    api_app_id: APP_ID,
    token: "unused",
    is_enterprise_install: false,
  };
}

/** What every shortcut has. */
export function shortcutBase(user: string, team: TeamRef): Readonly<Record<string, unknown>> {
  return {
    team: { id: team.id, domain: team.domain },
    user: { id: user, name: "somebody", team_id: team.id },
    token: "unused",
    is_enterprise_install: false,
  };
}

/** A press, a window or a shortcut. */
export function interactive(payload: Readonly<Record<string, unknown>>, sample: string): Sent {
  return {
    contentType: "application/x-www-form-urlencoded",
    raw: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    payload,
    sample: `${samples}/app-backend/${sample}.json`,
    envelope: "interactive",
  };
}

/** An event of the Events API. */
export function event(
  inner: Readonly<Record<string, unknown>>,
  given: { readonly eventId: string; readonly team?: TeamRef | undefined; readonly sample: string },
): Sent {
  const team = given.team ?? ACME_REF;
  const payload = {
    token: "unused",
    team_id: team.id,
    api_app_id: APP_ID,
    type: "event_callback",
    event_id: given.eventId,
    event_time: 1_795_000_000,
    event: inner,
  };
  return {
    contentType: "application/json",
    raw: JSON.stringify(payload),
    payload,
    sample: `${samples}/events/${given.sample}.json`,
    envelope: "events_api",
  };
}
