import { APP_ID } from "../seed.ts";
import { ACME_REF, event, type Sent, type TeamRef } from "./sent.ts";

interface Happening {
  readonly eventId: string;
  readonly team?: TeamRef;
  readonly user: string;
  readonly channel?: string;
  readonly ts?: string;
}

const at = (given: Happening) => given.ts ?? "1795000000.000001";
const inChannel = (given: Happening) => given.channel ?? "C0INCIDENTS";
const teamId = (given: Happening) => (given.team ?? ACME_REF).id;

/** Somebody mentions the bot in a message, in a thread when `threadTs` is given. */
export function mention(
  given: Happening & { readonly text: string; readonly threadTs?: string; readonly botUser?: string },
): Sent {
  const inner = {
    type: "app_mention",
    user: given.user,
    text: `<@${given.botUser ?? "U0BOT"}> ${given.text}`,
    team: teamId(given),
    user_team: teamId(given),
    channel: inChannel(given),
    ts: at(given),
    event_ts: at(given),
    ...(given.threadTs === undefined ? {} : { thread_ts: given.threadTs }),
  };
  return event(inner, { ...given, sample: "AppMentionPayload" });
}

/** Somebody writes to the bot in a direct message. */
export function directMessage(given: Happening & { readonly text: string; readonly threadTs?: string }): Sent {
  const inner = {
    type: "message",
    channel_type: "im",
    user: given.user,
    text: given.text,
    team: teamId(given),
    channel: inChannel(given),
    ts: at(given),
    event_ts: at(given),
    ...(given.threadTs === undefined ? {} : { thread_ts: given.threadTs }),
  };
  return event(inner, { ...given, sample: "MessagePayload" });
}

/** Somebody opens the bot's App Home. */
export function homeOpened(given: Happening & { readonly tab?: "home" | "messages" }): Sent {
  const inner = {
    type: "app_home_opened",
    user: given.user,
    channel: given.channel ?? "D0HOME",
    tab: given.tab ?? "home",
    event_ts: at(given),
  };
  return event(inner, { ...given, sample: "AppHomeOpenedPayload" });
}

/** Somebody adds or takes back a reaction to a message. */
export function reaction(
  given: Happening & { readonly name: string; readonly on: boolean; readonly itemUser?: string },
): Sent {
  const inner = {
    type: given.on ? "reaction_added" : "reaction_removed",
    user: given.user,
    item: { type: "message", channel: inChannel(given), ts: at(given) },
    reaction: given.name,
    item_user: given.itemUser ?? "U0BOT",
    event_ts: at(given),
  };
  return event(inner, { ...given, sample: given.on ? "ReactionAddedPayload" : "ReactionRemovedPayload" });
}

/** Somebody posts links whose domain the app unfurls. */
export function linkShared(given: Happening & { readonly urls: readonly string[]; readonly threadTs?: string }): Sent {
  const inner = {
    type: "link_shared",
    user: given.user,
    channel: inChannel(given),
    message_ts: at(given),
    links: given.urls.map((url) => ({ domain: new URL(url).hostname, url })),
    is_bot_user_member: true,
    unfurl_id: `${inChannel(given)}-${at(given)}-1`,
    source: "conversations_history",
    event_ts: at(given),
    ...(given.threadTs === undefined ? {} : { thread_ts: given.threadTs }),
  };
  return event(inner, { ...given, sample: "LinkSharedPayload" });
}

/** Somebody opens the side pane of an unfurled entity. The vendor has no sample of it; `@slack/types` has its type. */
export function entityDetailsRequested(
  given: Happening & { readonly url: string; readonly triggerId: string; readonly externalId?: string },
): Sent {
  const inner = {
    type: "entity_details_requested",
    user: given.user,
    trigger_id: given.triggerId,
    link: { url: given.url, domain: new URL(given.url).hostname },
    entity_url: given.url,
    app_unfurl_url: given.url,
    user_locale: "en-US",
    event_ts: at(given),
    channel: inChannel(given),
    message_ts: at(given),
    ...(given.externalId === undefined ? {} : { external_ref: { id: given.externalId } }),
  };
  return event(inner, { ...given, sample: "EntityDetailsRequestedPayload" });
}

/** A message with metadata that the app subscribes to was posted. The vendor has no sample of it; `@slack/types` has its type. */
export function metadataPosted(given: Happening & { readonly metadata: object }): Sent {
  const inner = {
    type: "message_metadata_posted",
    app_id: APP_ID,
    bot_id: "B0BOT",
    user_id: given.user,
    team_id: teamId(given),
    channel_id: inChannel(given),
    metadata: given.metadata,
    message_ts: at(given),
    event_ts: at(given),
  };
  return event(inner, { ...given, sample: "MessageMetadataPostedPayload" });
}

/** Somebody, or the bot, joins a channel. */
export function joined(given: Happening & { readonly inviter?: string }): Sent {
  const inner = {
    type: "member_joined_channel",
    user: given.user,
    channel: inChannel(given),
    channel_type: "C",
    team: teamId(given),
    event_ts: at(given),
    ...(given.inviter === undefined ? {} : { inviter: given.inviter }),
  };
  return event(inner, { ...given, sample: "MemberJoinedChannelPayload" });
}

/** The workspace removes the app. */
export function uninstalled(given: Omit<Happening, "user">): Sent {
  return event({ type: "app_uninstalled" }, { ...given, sample: "AppUninstalledPayload" });
}

/** Tokens of the app are revoked. */
export function tokensRevoked(given: Omit<Happening, "user"> & { readonly bots: readonly string[] }): Sent {
  const inner = { type: "tokens_revoked", tokens: { oauth: [], bot: given.bots } };
  return event(inner, { ...given, sample: "TokensRevokedPayload" });
}
