import { createHmac } from "node:crypto";

export const SIGNING_SECRET = "test-signing-secret";
export const TEAM = "T0ACME";

export interface Sent {
  readonly contentType: string;
  readonly raw: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The contract sample with the shape of this payload. */
  readonly sample: string;
  /** The envelope type in Socket Mode. */
  readonly envelope: "slash_commands" | "interactive" | "events_api";
}

/** Somebody types the slash command in a channel. */
export function slashCommand(given: {
  readonly user: string;
  readonly text: string;
  readonly responseUrl: string;
}): Sent {
  const payload = {
    token: "unused",
    api_app_id: "A0TRACEOPS",
    team_id: TEAM,
    team_domain: "acme",
    channel_id: "C0INCIDENTS",
    channel_name: "incidents",
    user_id: given.user,
    user_name: "claims-to-be-admin",
    command: "/traceops",
    text: given.text,
    response_url: given.responseUrl,
    trigger_id: "1.2.trigger",
    is_enterprise_install: false,
  };
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries(payload)) form.set(key, String(value));
  return {
    contentType: "application/x-www-form-urlencoded",
    raw: form.toString(),
    payload,
    sample: "slack/payloads/app-backend/SlashCommandPayload.json",
    envelope: "slash_commands",
  };
}

/** Somebody presses a button of a message. */
export function press(given: {
  readonly user: string;
  readonly action: string;
  readonly value: string;
  readonly responseUrl: string;
  readonly kind?: "button" | "feedback_buttons";
  readonly ephemeral?: boolean;
}): Sent {
  const payload = {
    type: "block_actions",
    team: { id: TEAM, domain: "acme" },
    user: { id: given.user, username: "somebody", name: "somebody", team_id: TEAM },
    api_app_id: "A0TRACEOPS",
    token: "unused",
    container: {
      type: "message",
      message_ts: "1.1",
      channel_id: "C0INCIDENTS",
      is_ephemeral: given.ephemeral ?? false,
    },
    trigger_id: "1.2.trigger",
    channel: { id: "C0INCIDENTS", name: "incidents" },
    response_url: given.responseUrl,
    actions: [
      { type: given.kind ?? "button", action_id: given.action, block_id: "b:1", value: given.value, action_ts: "1.3" },
    ],
    is_enterprise_install: false,
  };
  return interactive(payload, "slack/payloads/app-backend/BlockActionPayload.json");
}

/** Somebody sends the window that a button opened. */
export function submitView(given: { readonly user: string; readonly view: object; readonly text: string }): Sent {
  const payload = {
    type: "view_submission",
    team: { id: TEAM, domain: "acme" },
    user: { id: given.user, username: "somebody", name: "somebody", team_id: TEAM },
    api_app_id: "A0TRACEOPS",
    token: "unused",
    trigger_id: "1.2.trigger",
    view: {
      ...given.view,
      id: "V1",
      team_id: TEAM,
      state: { values: { note: { text: { type: "plain_text_input", value: given.text } } } },
    },
    is_enterprise_install: false,
  };
  return interactive(payload, "slack/payloads/app-backend/ViewSubmissionPayload.json");
}

function interactive(payload: Readonly<Record<string, unknown>>, sample: string): Sent {
  return {
    contentType: "application/x-www-form-urlencoded",
    raw: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    payload,
    sample,
    envelope: "interactive",
  };
}

/** Somebody mentions the bot in a message, in a thread when `threadTs` is given. */
export function mention(given: {
  readonly user: string;
  readonly text: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly eventId: string;
}): Sent {
  const payload = {
    token: "unused",
    team_id: TEAM,
    api_app_id: "A0TRACEOPS",
    type: "event_callback",
    event_id: given.eventId,
    event_time: 1_795_000_000,
    event: {
      type: "app_mention",
      user: given.user,
      text: `<@U0BOT> ${given.text}`,
      team: TEAM,
      user_team: TEAM,
      channel: "C0INCIDENTS",
      ts: given.ts,
      event_ts: given.ts,
      ...(given.threadTs === undefined ? {} : { thread_ts: given.threadTs }),
    },
  };
  return {
    contentType: "application/json",
    raw: JSON.stringify(payload),
    payload,
    sample: "slack/payloads/events/AppMentionPayload.json",
    envelope: "events_api",
  };
}

/** The headers with which Slack signs a request, at `nowS` seconds since 1970. */
export function signedHeaders(sent: Sent, nowS: number): Readonly<Record<string, string>> {
  const stamp = String(nowS);
  const hex = createHmac("sha256", SIGNING_SECRET).update(`v0:${stamp}:${sent.raw}`).digest("hex");
  return {
    "content-type": sent.contentType,
    "x-slack-request-timestamp": stamp,
    "x-slack-signature": `v0=${hex}`,
  };
}
