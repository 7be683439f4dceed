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

/** What a person is told, and whose move is next. Tells nothing about what they may not see. */
export function refusalWords(because: Refusal, needs: Role): Safe {
  switch (because) {
    case "other-tenant":
      return safe`This is not known here.`;
    case "foreign-workspace":
      return safe`Only members of the workspace that TraceOps is connected to may do this. Ask one of them.`;
    case "unverified-workspace":
      return safe`TraceOps could not ask Slack which workspace it belongs to, so it did nothing. Please try again in a minute.`;
    case "token-scope":
      return safe`This token may not do this. An administrator can give it the scope in MCP_TOKENS.`;
    case "other-incident":
      return safe`Your link opens one incident only, and this is not it. Ask for a new link in Slack.`;
    case "role":
      return safe`This needs the role ${ROLE_WORDS[needs]}. An administrator gives roles in the settings ACCESS_*.`;
    case "not-owner":
      return safe`This service has owners, and only they and incident managers may do this. Ask them, or an administrator to change ACCESS_OWNERS.`;
    case "private":
      return safe`This is not known here, or it belongs to a private channel that you are not in.`;
    case "private-unknown":
      return safe`TraceOps could not ask Slack whether you are in the channel of this incident, so it shows nothing. Please try again in a minute.`;
    default:
      return because satisfies never;
  }
}
