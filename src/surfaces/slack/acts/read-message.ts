import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { classify } from "../delivery/slack-errors.ts";

/** One message as Slack holds it, as far as a pin needs it. */
export type ReadMessage =
  | {
      readonly status: "found";
      readonly message: { readonly text: string; readonly thread: string | null; readonly isBot: boolean };
    }
  | { readonly status: "absent" }
  /** `because`: no scope, no member of the channel, or no answer. */
  | { readonly status: "unreadable"; readonly because: "scope" | "member" | "later" };

const Page = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        text: z.string().default(""),
        thread_ts: z.string().optional(),
        bot_id: z.string().optional(),
        subtype: z.string().optional(),
      }),
    )
    .default([]),
});

/** Slack gives the head of a thread along with the reply that was asked for. */
const MOST = 2;

/** Reads one message, in a thread or in the channel; two calls at most. */
export async function readMessage(
  client: WebClient,
  at: { readonly channel: string; readonly ts: string },
): Promise<ReadMessage> {
  const { channel, ts } = at;
  const query = { channel, oldest: ts, latest: ts, inclusive: true, limit: MOST };
  try {
    const inThread = await client.conversations.replies({ ...query, ts }).catch(notThere);
    const found = messageIn(inThread, ts) ?? messageIn(await client.conversations.history(query), ts);
    return found === null ? { status: "absent" } : { status: "found", message: found };
  } catch (error) {
    return unreadable(error);
  }
}

/** A message that heads no thread may be unknown to the first question. */
function notThere(error: unknown): null {
  if (classify(error).kind === "gone") return null;
  throw error;
}

function messageIn(answer: unknown, ts: string) {
  const parsed = Page.safeParse(answer);
  const message = parsed.success ? parsed.data.messages.find((each) => each.ts === ts) : undefined;
  if (message === undefined) return null;
  const { text, thread_ts: thread, bot_id: bot, subtype } = message;
  const isBot = bot !== undefined || subtype === "bot_message";
  return { text, thread: thread === undefined || thread === ts ? null : thread, isBot };
}

function unreadable(error: unknown): ReadMessage {
  const failure = classify(error);
  if (failure.kind !== "permanent") return { status: "unreadable", because: "later" };
  const isMember = failure.code !== "not_in_channel" && failure.code !== "channel_not_found";
  return { status: "unreadable", because: isMember ? "scope" : "member" };
}
