/** What a refusal for good is about, and so what else must not be tried. */
export type RefusalScope = "workspace" | "channel" | "message";

const WORKSPACE = new Set([
  "account_inactive",
  "invalid_auth",
  "missing_scope",
  "not_allowed_token_type",
  "not_authed",
  "org_login_required",
  "team_access_not_granted",
  "token_expired",
  "token_revoked",
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
  if (WORKSPACE.has(code)) return "workspace";
  return CHANNEL.has(code) ? "channel" : "message";
}

/** What to do about a refusal, for the log and `doctor`. */
export function adviceFor(code: string, channel: string): string {
  const scope = scopeOfRefusal(code);
  if (scope === "channel") return channelAdvice(code, channel);
  return scope === "workspace"
    ? `Slack refused the bot's token (${code}): install the app again and set the new token`
    : `Slack refused the content (${code}): this is a defect of TraceOps, please report it`;
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
