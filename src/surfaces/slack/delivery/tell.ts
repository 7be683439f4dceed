import { quietly } from "../acts/pressed-body.ts";
import type { Desk } from "../desk.ts";
import { type Drawing, finish } from "../drawing/message.ts";
import { classify } from "./slack-errors.ts";

/** Where somebody looked when they asked; null when it was no channel. */
export interface Listening {
  readonly channel: string | null;
  readonly thread: string | null;
  readonly user: string;
}

/**
 * Shows something to one person: where they asked, so that nobody else sees it; as a direct message when that place does
 * not let us in.
 */
export async function tell(desk: Desk, to: Listening, drawing: Drawing): Promise<void> {
  if (to.channel !== null && (await isShown(desk, { ...to, channel: to.channel }, drawing))) return;
  const { text, blocks } = finish(drawing, 0);
  const quiet = { unfurl_links: false, unfurl_media: false, parse: "none" as const };
  await quietly(desk, () => desk.client.chat.postMessage({ channel: to.user, text, blocks, ...quiet }));
}

/** False only when Slack surely showed nothing. */
async function isShown(desk: Desk, to: Listening & { readonly channel: string }, drawing: Drawing): Promise<boolean> {
  const { channel, thread, user } = to;
  const { text, blocks } = finish(drawing, 0);
  const where = thread === null ? {} : { thread_ts: thread };
  try {
    await desk.client.chat.postEphemeral({ channel, user, text, blocks, ...where });
    return true;
  } catch (error) {
    const failure = classify(error);
    desk.logger.warn({ failure }, "slack took no answer to a person");
    return failure.kind !== "permanent";
  }
}
