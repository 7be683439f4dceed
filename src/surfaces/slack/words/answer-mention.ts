import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { answered } from "../answered.ts";
import type { Pending } from "../delivery/pending.ts";
import { type CallFailure, classify } from "../delivery/slack-errors.ts";
import type { Desk } from "../desk.ts";
import { finish, type SlackMessage } from "../drawing/message.ts";
import type { Listener } from "../listener.ts";
import { placeText } from "../place.ts";
import { homeUrlOf } from "./asked.ts";
import { inTime, type Speak } from "./in-time.ts";
import { perform } from "./perform.ts";
import { withoutMention } from "./read-words.ts";
import { waitFor } from "./wait-words.ts";

/** A mention in a channel, and what somebody writes to the bot alone. */
export const MESSAGE_EVENTS = ["app_mention", "message.im"];

const Mention = z.object({
  team_id: z.string().min(1),
  event_id: z.string().min(1),
  api_app_id: z.string().optional(),
  event: z.object({
    type: z.enum(["app_mention", "message"]),
    channel_type: z.string().optional(),
    /** An edit, a deletion, a bot's message: none of them is somebody who asks. */
    subtype: z.string().optional(),
    user: z.string().min(1),
    user_team: z.string().optional(),
    bot_id: z.string().optional(),
    text: z.string().default(""),
    channel: z.string().min(1),
    ts: z.string().min(1),
    thread_ts: z.string().optional(),
  }),
});
export type Mention = z.infer<typeof Mention>;

/** A question to the bot that nobody answered yet; null for bots, for edits, and for what Slack sends again. */
export function readMention({ seen }: Pick<Listener, "seen">, body: unknown): Mention | null {
  const read = Mention.safeParse(body);
  if (!read.success) return null;
  const { event, event_id: id } = read.data;
  // Bots do not ask; answering one could go on for ever.
  if (event.bot_id !== undefined || event.subtype !== undefined) return null;
  if (event.type === "message" && event.channel_type !== "im") return null;
  // A mention in a direct message may come as both events. Two workspaces may know one channel id as two channels.
  return seen.isNew(id) && seen.isNew(`asked ${read.data.team_id}/${event.channel}/${event.ts}`) ? read.data : null;
}

/** Answers where somebody asked: in the thread, or in the direct message. A slow answer takes the place of its first word. */
export async function answerMention(
  listener: Listener,
  pending: Pending,
  { team_id, event, api_app_id: appId }: Mention,
): Promise<void> {
  const { channel, ts, thread_ts: threadTs, user, user_team: userTeam } = event;
  const desk = listener.at(team_id);
  const text = withoutMention(event.text);
  const where = { channel, threadTs: event.type === "message" ? threadTs : (threadTs ?? ts) };
  await inTime({ speak: speakIn(desk, where), wait: waitFor(text) }, () =>
    answered(desk, async () => {
      const principal = { team: userTeam ?? team_id, user };
      const audience = event.type === "message" ? null : placeText({ team: desk.team, channel, threadTs: null });
      const actor = await desk.people.actor(principal, audience);
      const place = { team: team_id, channel, threadTs: threadTs ?? null, homeUrl: homeUrlOf(appId, team_id) };
      return (await perform(desk, { ...place, actor, principal, text, pending })).drawing;
    }),
  );
}

interface Where {
  readonly channel: string;
  readonly threadTs: string | undefined;
}

function speakIn(desk: Desk, where: Where): Speak {
  let said: { readonly ts: string; readonly edition: number } | null = null;
  return async (drawing) => {
    const message = finish(drawing, said === null ? 0 : said.edition);
    const result =
      said === null
        ? await post(desk.client, where, message)
        : await edit(desk.client, where.channel, { ts: said.ts, message });
    if (typeof result === "string") said = { ts: result, edition: (said?.edition ?? 0) + 1 };
    else desk.logger.warn({ failure: result }, "slack took no answer to a mention");
  };
}

const Posted = z.object({ ts: z.string().min(1) });

/** Says it once; the time of the message, or why there is none. */
async function post(
  client: WebClient,
  { channel, threadTs }: Where,
  { text, blocks }: SlackMessage,
): Promise<string | CallFailure> {
  const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
  const quiet = { unfurl_links: false, unfurl_media: false, parse: "none" as const };
  const body = { channel, ...thread, text, blocks, ...quiet };
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
    return Posted.parse(await client.chat.postMessage(body)).ts;
  } catch (error) {
    return classify(error);
  }
}

async function edit(
  client: WebClient,
  channel: string,
  { ts, message }: { readonly ts: string; readonly message: SlackMessage },
): Promise<string | CallFailure> {
  try {
    await client.chat.update({ channel, ts, text: message.text, blocks: message.blocks, parse: "none" });
    return ts;
  } catch (error) {
    return classify(error);
  }
}
