import type { SurfaceDeps } from "../define.ts";
import { type ClientSettings, libraryLogger, webClient } from "./client.ts";
import { classify } from "./delivery/slack-errors.ts";
import { checkAppToken, Identity } from "./identity.ts";
import { parseWorkspaces, type SlackSettings } from "./settings.ts";

/** For `doctor`: null when every workspace can be spoken to and heard, else the exact fix. */
export async function check(settings: SlackSettings, deps: SurfaceDeps, signal: AbortSignal): Promise<string | null> {
  const { SLACK_BOT_TOKEN: botToken, SLACK_CHANNEL: channel } = settings;
  if (botToken === undefined) return null;
  if (channel === undefined) return "Set SLACK_CHANNEL to the id of the channel for incident cards.";
  const client: ClientSettings = { apiUrl: settings.SLACK_API_URL, logger: libraryLogger(deps.logger, deps.redactor) };
  const further = parseWorkspaces(settings.SLACK_WORKSPACES ?? "[]") ?? [];
  for (const workspace of [{ team: null, botToken, channel }, ...further]) {
    signal.throwIfAborted();
    const fix = await checkWorkspace(workspace, client);
    if (fix !== null) return fix;
  }
  if (settings.SLACK_APP_TOKEN === undefined) return secretHint(settings);
  const app = await checkAppToken(webClient(settings.SLACK_APP_TOKEN, client));
  return app.status === "works"
    ? null
    : "Slack refused SLACK_APP_TOKEN: create an app-level token with connections:write.";
}

async function checkWorkspace(
  workspace: { readonly team: string | null; readonly botToken: string; readonly channel: string },
  settings: ClientSettings,
): Promise<string | null> {
  const name = workspace.team === null ? "SLACK_BOT_TOKEN" : `the bot token of ${workspace.team} in SLACK_WORKSPACES`;
  const client = webClient(workspace.botToken, settings);
  const identity = new Identity(client, workspace.botToken);
  const bot = await identity.check();
  if (bot.status === "unreachable") return "Slack does not answer: check the network or the proxy of this machine.";
  if (bot.status === "refused") return `Slack refused ${name} (${bot.code}): copy the Bot User OAuth Token again.`;
  if (workspace.team !== null && identity.teamId !== null && identity.teamId !== workspace.team) {
    return `${name} belongs to workspace ${identity.teamId}: exchange the tokens in SLACK_WORKSPACES.`;
  }
  return checkChannel(client, workspace.channel);
}

/** A private channel without the bot looks to Slack as if it did not exist. */
async function checkChannel(client: ReturnType<typeof webClient>, channel: string): Promise<string | null> {
  try {
    const { channel: found } = await client.conversations.info({ channel });
    if (found?.is_archived === true)
      return `Channel ${channel} is archived: unarchive it or set another SLACK_CHANNEL.`;
    if (found?.is_member === false) return `Invite the bot to channel ${channel}: type /invite @traceops there.`;
    return null;
  } catch (error) {
    const failure = classify(error);
    if (failure.kind !== "permanent" || failure.code === "missing_scope") return null;
    return `Slack does not show channel ${channel} to the bot (${failure.code}): in a private channel type /invite @traceops, else check the id.`;
  }
}

function secretHint(settings: SlackSettings): string | null {
  return settings.SLACK_SIGNING_SECRET === undefined
    ? "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode), or nobody can press a button."
    : null;
}
