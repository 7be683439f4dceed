import type { MessageMetadata } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { IncidentId } from "../../../core/ids.ts";
import { failpoint } from "../../../platform/failpoint.ts";
import type { MessageKind } from "../drawing/draw.ts";
import type { SlackMessage } from "../drawing/message.ts";
import { type CallFailure, classify } from "./slack-errors.ts";

/** The event type under which our messages carry their nonce. */
export const METADATA_TYPE = "traceops_message";

/** One message ready to go out, with what makes it findable afterwards. */
export interface Outgoing {
  readonly channel: string;
  /** The thread to answer in; null for a message in the channel. */
  readonly threadTs: string | null;
  readonly message: SlackMessage;
  readonly mark: { readonly incident: IncidentId; readonly kind: MessageKind; readonly nonce: string };
  /** Asked in the last moment before the call: a process may have stood still since this was decided. */
  readonly mayGo: () => boolean;
}

export type PostResult =
  | { readonly status: "posted"; readonly ts: string; readonly threadTs: string | null }
  | { readonly status: "refused"; readonly failure: CallFailure }
  /** Nothing was sent. */
  | { readonly status: "too-late" };

const Posted = z.object({ ts: z.string().min(1), message: z.object({ thread_ts: z.string().optional() }).optional() });

/** Posts once. Never throws and never repeats: what happened is in the result. */
export async function post(client: WebClient, outgoing: Outgoing): Promise<PostResult> {
  const { channel, threadTs, message, mark } = outgoing;
  try {
    const body = {
      channel,
      ...(threadTs === null ? {} : { thread_ts: threadTs }),
      text: message.text,
      blocks: message.blocks,
      metadata: metadata(mark),
      unfurl_links: false,
      unfurl_media: false,
      parse: "none" as const,
    };
    failpoint("slack.before-post");
    if (!outgoing.mayGo()) return { status: "too-late" };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
    const answer = await client.chat.postMessage(body);
    failpoint("slack.after-post");
    const posted = Posted.safeParse(answer);
    if (!posted.success)
      return { status: "refused", failure: { kind: "unknown", detail: "answer without ts", isOver: true } };
    return { status: "posted", ts: posted.data.ts, threadTs: posted.data.message?.thread_ts ?? null };
  } catch (error) {
    return { status: "refused", failure: classify(error) };
  }
}

/** Edits the message at `ts`; null when it worked, "too-late" when nothing was sent. Doing it twice is harmless. */
export async function update(
  client: WebClient,
  ts: string,
  outgoing: Outgoing,
): Promise<CallFailure | "too-late" | null> {
  const { channel, message, mark } = outgoing;
  try {
    failpoint("slack.before-update");
    if (!outgoing.mayGo()) return "too-late";
    await client.chat.update({
      channel,
      ts,
      text: message.text,
      blocks: message.blocks,
      metadata: metadata(mark),
      parse: "none",
    });
    failpoint("slack.after-update");
    return null;
  } catch (error) {
    return classify(error);
  }
}

/** Takes our own message away; null when it is gone. */
export async function remove(client: WebClient, channel: string, ts: string): Promise<CallFailure | null> {
  try {
    failpoint("slack.before-delete");
    await client.chat.delete({ channel, ts });
    failpoint("slack.after-delete");
    return null;
  } catch (error) {
    const failure = classify(error);
    return failure.kind === "gone" ? null : failure;
  }
}

function metadata(mark: Outgoing["mark"]): MessageMetadata {
  return { event_type: METADATA_TYPE, event_payload: { v: 1, ...mark } };
}

/** Answers in a thread, once; null when it worked. Answers are not worth a look-up when their own answer gets lost. */
export async function postAnswer(
  client: WebClient,
  answer: { readonly channel: string; readonly threadTs: string; readonly message: SlackMessage },
): Promise<CallFailure | null> {
  const { channel, threadTs, message } = answer;
  const quiet = { unfurl_links: false, unfurl_media: false, parse: "none" as const };
  const body = { channel, thread_ts: threadTs, text: message.text, blocks: message.blocks, ...quiet };
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
    await client.chat.postMessage(body);
    return null;
  } catch (error) {
    return classify(error);
  }
}

/** Shows something to one person in a channel; null when it worked. */
export async function whisper(
  client: WebClient,
  answer: { readonly channel: string; readonly user: string; readonly message: SlackMessage },
): Promise<CallFailure | null> {
  const { channel, user, message } = answer;
  try {
    await client.chat.postEphemeral({ channel, user, text: message.text, blocks: message.blocks });
    return null;
  } catch (error) {
    return classify(error);
  }
}
