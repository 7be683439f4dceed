import type { App } from "@slack/bolt";
import { z } from "zod";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import { safe } from "../../../core/safe.ts";
import { adviceFor } from "../delivery/refusals.ts";
import { classify } from "../delivery/slack-errors.ts";
import type { Desk } from "../desk.ts";
import { section } from "../drawing/blocks.ts";
import { finish } from "../drawing/message.ts";
import { escaped, joinMd, md } from "../drawing/mrkdwn.ts";
import type { Listener } from "../listener.ts";

/** What happens to the app itself in a workspace. */
export const WORKSPACE_EVENTS = ["app_uninstalled", "member_joined_channel", "tokens_revoked"] as const;

const WELCOMED = "slack/welcomed";

/** Welcomes a channel that the bot was invited to, and stops where the app was removed. */
export function hearWorkspace(app: App, listener: Listener): void {
  app.event("member_joined_channel", async ({ body, context }) => {
    const joined = Joined.safeParse(body);
    if (!joined.success || !listener.seen.isNew(joined.data.event_id)) return;
    const { event, team_id: team, authorizations } = joined.data;
    // While Slack never answered who we are, the signed body still names the bot.
    const self = context.botUserId ?? authorizations?.find(({ is_bot: isBot }) => isBot === true)?.user_id;
    if (event.user !== self) return;
    await listener.inFlight.run(() => welcome(listener.at(team), { team, channel: event.channel }));
  });
  app.event("app_uninstalled", async ({ body }) => revoked(listener, body));
  app.event("tokens_revoked", async ({ body }) => {
    const parsed = Revoked.safeParse(body);
    // A person's token that is revoked is not ours.
    if (parsed.success && (parsed.data.event.tokens?.bot ?? []).length > 0) await revoked(listener, body);
  });
}

const Joined = z.object({
  team_id: z.string().min(1),
  event_id: z.string().min(1),
  event: z.object({ user: z.string().min(1), channel: z.string().min(1) }),
  authorizations: z.array(z.object({ user_id: z.string(), is_bot: z.boolean().optional() })).optional(),
});

const Revoked = z.object({
  event: z.object({ tokens: z.object({ bot: z.array(z.string()).nullish() }).optional() }),
});

const OfTeam = z.object({ team_id: z.string().min(1) });

async function revoked(listener: Listener, body: unknown): Promise<void> {
  const parsed = OfTeam.safeParse(body);
  if (!parsed.success) return;
  const { team_id: team } = parsed.data;
  if (!(await listener.revoke(team))) return;
  listener.logger.error(
    { team },
    "slack says that the app was removed: nothing is posted there until it is installed again and traceops restarted",
  );
}

/** One short message, once per channel. */
async function welcome(desk: Desk, at: { readonly team: string; readonly channel: string }): Promise<void> {
  const name = `${at.team}/${at.channel}`;
  const known = await desk.preferences.list(DEFAULT_TENANT, WELCOMED);
  if (known.some((preference) => preference.name === name)) return;
  const kept = { scope: WELCOMED, name, value: {}, by: safe`TraceOps`, atMs: desk.clock.nowMs() };
  // Remembered first: a channel without a welcome is better than one with two.
  await desk.preferences.set(DEFAULT_TENANT, kept);
  const { text, blocks } = welcomeMessage(desk);
  try {
    const quiet = { unfurl_links: false, unfurl_media: false, parse: "none" as const };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
    await desk.client.chat.postMessage({ channel: at.channel, text, blocks, ...quiet });
  } catch (error) {
    const failure = classify(error);
    const advice = failure.kind === "permanent" ? adviceFor(failure.code, at.channel) : failure.kind;
    desk.logger.warn({ channel: at.channel, advice }, "slack took no welcome");
  }
}

/** The welcome, exported for the test of all messages. */
export function welcomeMessage({ command }: Pick<Desk, "command">) {
  const word = escaped(command);
  const lines = [
    md`*TraceOps is here.* When an alert fires, one card says what broke and why, and its thread shows what speaks for and against.`,
    md`• \`${word} help\` shows what you can ask. In a thread, mention the bot with the same words.`,
    md`• \`${word} watch ${escaped(safe`<service>`)}\` brings the cards of that service into this channel.`,
    md`• It reads no history of this channel: only commands, presses, and messages that mention it.`,
  ];
  return finish(
    {
      text: md`TraceOps is here. ${word} help shows what you can ask.`,
      blocks: [section("welcome", joinMd(lines, "\n"))],
    },
    0,
  );
}
