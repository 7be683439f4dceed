import { setTimeout as sleep } from "node:timers/promises";
import { type Safe, safe } from "../../core/safe.ts";
import { classify } from "./delivery/slack-errors.ts";
import type { Desk } from "./desk.ts";

const WITHIN_MS = 1500;

/**
 * What to do before cards can come into this channel; null when nothing, or when Slack does not say in time. To Slack a
 * private channel without the bot does not exist, so that is what its refusal means where a person just typed.
 */
export async function inviteHint({ client }: Desk, channel: string): Promise<Safe | null> {
  if (channel.startsWith("D")) return null;
  const timer = new AbortController();
  const late = sleep(WITHIN_MS, true, { signal: timer.signal, ref: false }).catch(() => true);
  const asked = client.conversations.info({ channel }).then(
    (answer) => answer.channel?.is_member !== false,
    (error: unknown) => !isHidden(error),
  );
  const isIn = await Promise.race([asked, late]);
  timer.abort();
  return isIn
    ? null
    : safe`First invite the bot: type /invite @traceops in this channel. Until then its cards stand in the default channel.`;
}

function isHidden(error: unknown): boolean {
  const failure = classify(error);
  return failure.kind === "permanent" && ["channel_not_found", "not_in_channel"].includes(failure.code);
}
