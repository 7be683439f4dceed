import { type Safe, safe } from "../safe.ts";
import type { Role } from "./actions.ts";
import type { Refusal } from "./policy.ts";

const ROLE_WORDS: Readonly<Record<Role, Safe>> = {
  none: safe`nobody`,
  viewer: safe`viewer`,
  responder: safe`responder`,
  manager: safe`incident manager`,
  admin: safe`administrator`,
};

const WORDS: Readonly<Record<Exclude<Refusal, "role">, Safe>> = {
  "other-tenant": safe`This is not known here.`,
  "foreign-workspace": safe`Only members of the workspace that TraceOps is connected to may do this. Ask one of them.`,
  "unverified-workspace": safe`TraceOps could not ask Slack which workspace it belongs to, so it did nothing. Please try again in a minute.`,
  "untold-person": safe`Slack did not tell TraceOps whether you are a guest here, and guests only read, so it did nothing. Please try again in a minute. If it stays so, the app lacks the permission users:read, or an administrator can name you in ACCESS_RESPONDERS.`,
  "token-scope": safe`This token may not do this. An administrator can give it the scope in MCP_TOKENS.`,
  "other-incident": safe`Your link opens one incident only, and this is not it. Ask for a new link in Slack.`,
  "not-owner": safe`This service has owners, and only they and incident managers may do this. Ask them, or an administrator to change ACCESS_OWNERS.`,
  private: safe`This is not known here, or it belongs to a private channel that you are not in.`,
  "private-unknown": safe`TraceOps could not ask Slack whether you are in the channel of this incident, so it shows nothing. Please try again in a minute.`,
};

/** What a person is told, and whose move is next. Tells nothing about what they may not see. */
export function refusalWords(because: Refusal, needs: Role): Safe {
  if (because !== "role") return WORDS[because];
  return safe`This needs the role ${ROLE_WORDS[needs]}. An administrator gives roles in the settings ACCESS_*.`;
}
