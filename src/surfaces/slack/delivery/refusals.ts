import { isTokenCode } from "./slack-errors.ts";

/** What a refusal for good is about, and so what else must not be tried. */
export type RefusalScope = "workspace" | "channel" | "message";

/** Besides what is about the token. https://docs.slack.dev/reference/methods/chat.postMessage */
const WORKSPACE = new Set([
  "access_denied",
  "accesslimited",
  "ekm_access_denied",
  "enterprise_is_restricted",
  "message_limit_exceeded",
  "missing_scope",
  "no_permission",
  "org_login_required",
  "team_access_not_granted",
  "team_added_to_org",
  "two_factor_setup_required",
]);

const CHANNEL = new Set([
  "channel_not_found",
  "is_archived",
  "not_in_channel",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_thread_only_channel",
  "restricted_action_non_threadable_channel",
]);

/** Whether the workspace, the channel or just this message was refused. */
export function scopeOfRefusal(code: string): RefusalScope {
  if (WORKSPACE.has(code) || isTokenCode(code)) return "workspace";
  return CHANNEL.has(code) ? "channel" : "message";
}

/** What to do about a refusal, for the log and `doctor`. */
export function adviceFor(code: string, channel: string): string {
  const scope = scopeOfRefusal(code);
  if (scope === "channel") return channelAdvice(code, channel);
  return scope === "workspace"
    ? workspaceAdvice(code)
    : `Slack refused the content (${code}): this is a defect of TraceOps, please report it`;
}

function workspaceAdvice(code: string): string {
  if (isTokenCode(code)) return `Slack refused the bot's token (${code}): install the app again and set the new token`;
  return code === "missing_scope"
    ? `the Slack app lacks a permission (${code}): install the app again with the scopes of our manifest`
    : `the workspace takes nothing from the app (${code}): an administrator of Slack has to allow it again`;
}

function channelAdvice(code: string, channel: string): string {
  switch (code) {
    case "is_archived":
      return `channel ${channel} is archived: unarchive it, or route to another one`;
    case "not_in_channel":
      return `the bot is not in ${channel}: write /invite @traceops there`;
    case "channel_not_found":
      return `Slack shows the bot no channel ${channel}: if it is private write /invite @traceops there, else correct the id`;
    default:
      return `the workspace lets only some members post in ${channel} (${code}): allow the app there`;
  }
}
