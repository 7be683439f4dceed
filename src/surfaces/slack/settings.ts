import { z } from "zod";
import { DEFAULT_LINK_HOSTS } from "./drawing/links.ts";
import { parseRoutes } from "./routing.ts";
import { FurtherWorkspace } from "./workspaces.ts";

/** An empty line in `.env` means "not set". */
const setting = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text.trim() === "" ? undefined : text.trim()));

const WORKSPACES_FORM = "must be a JSON list of objects with team, botToken and channel";

/** Every setting of this surface. */
export const slackEnv = {
  SLACK_BOT_TOKEN: setting.describe("Bot User OAuth Token of the Slack app (xoxb-...). Without it Slack is off."),
  SLACK_APP_TOKEN: setting.describe(
    "App-level token with connections:write (xapp-...). Set: Socket Mode, no public URL needed.",
  ),
  SLACK_SIGNING_SECRET: setting.describe("Signing secret of the Slack app, for HTTP mode (no SLACK_APP_TOKEN)."),
  SLACK_CHANNEL: setting
    .refine((id) => id === undefined || /^[CG][A-Z0-9]{2,}$/u.test(id), "must be a channel id such as C0123456789")
    .describe("Id of the channel for incident cards, for example C0123456789. Invite the bot to it."),
  SLACK_ROUTES: setting
    .refine((text) => text === undefined || parseRoutes(text) !== null, "must look like checkout=C0AAA, pay-*=C0BBB")
    .describe(
      "Channels for the cards of some services: checkout=C0AAA, pay-*=C0BBB, web=T0OTHER/C0CCC. All others go to SLACK_CHANNEL.",
    ),
  SLACK_WORKSPACES: setting
    .refine((text) => text === undefined || parseWorkspaces(text) !== null, WORKSPACES_FORM)
    .describe(
      'Further workspaces as JSON: [{"team":"T0OTHER","botToken":"xoxb-...","channel":"C0AAA"}]. An app of its own adds "appToken" (Socket Mode) or "signingSecret" (HTTP, at /slack/events/T0OTHER).',
    ),
  SLACK_COMMAND: setting
    .refine((word) => word === undefined || /^\/[a-z0-9_-]{1,31}$/u.test(word), "must look like /traceops")
    .describe("The slash command, /traceops when not set. Change it in the manifest too."),
  SLACK_LINK_HOSTS: setting.describe(
    `Hosts that cards may link to, besides this install. Default: ${DEFAULT_LINK_HOSTS}`,
  ),
  SLACK_API_URL: setting.describe("Address of Slack's Web API, for tests only."),
} as const;

export type SlackSettings = z.infer<z.ZodObject<typeof slackEnv>>;

/** The further workspaces of the settings, at most 20; null when the text does not read like that. */
export function parseWorkspaces(text: string): readonly FurtherWorkspace[] | null {
  const parsed = z.array(FurtherWorkspace).max(20).safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const teams = new Set(parsed.data.map(({ team }) => team));
  return teams.size === parsed.data.length ? parsed.data : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
