import type { AppsManifestValidateArguments } from "@slack/web-api";
import { EVENTS_PATH } from "./route.ts";
import { WORDS } from "./words.ts";

export type Manifest = AppsManifestValidateArguments["manifest"];

export const DEFAULT_COMMAND = "/traceops";

/** Stands in the committed HTTP manifest; whoever creates the app puts the own address there. */
const EXAMPLE_URL = "https://traceops.example.com";

/** Every scope with what it is for. Nothing is asked for that no code uses. */
const SCOPES = {
  /** Post and edit cards, replies, answers. */
  required: [
    "app_mentions:read",
    "chat:write",
    "commands",
    /** The postmortem as a file. */
    "files:write",
    /** Find a message again by its nonce when Slack's answer got lost. */
    "metadata.message:read",
    /** Names of those who vote. */
    "users:read",
  ],
  /** The look-up above in public and private channels. Without them a lost answer becomes a question to a person. */
  optional: ["channels:history", "groups:history"],
} as const;

/** The Slack app, for a connection without a public address or for signed requests to `publicUrl`. */
export function slackManifest(
  mode: { readonly kind: "socket" } | { readonly kind: "http"; readonly publicUrl: string },
): Manifest {
  const url = mode.kind === "http" ? { request_url: `${mode.publicUrl}${EVENTS_PATH}` } : {};
  return {
    _metadata: { major_version: 2, minor_version: 1 },
    display_information: {
      name: "TraceOps",
      description: "Tells the engineer on call, in the incident's own thread, what broke and why.",
      background_color: "#1f2937",
    },
    features: {
      bot_user: { display_name: "traceops", always_online: true },
      slash_commands: [
        {
          command: DEFAULT_COMMAND,
          description: "What broke, and why: open incidents, causes, timeline, postmortem",
          usage_hint: `[${Object.keys(WORDS).join(" | ")}]`,
          should_escape: false,
          ...(mode.kind === "http" ? { url: `${mode.publicUrl}${EVENTS_PATH}` } : {}),
        },
      ],
    },
    oauth_config: { scopes: { bot: [...SCOPES.required, ...SCOPES.optional], bot_optional: [...SCOPES.optional] } },
    settings: {
      event_subscriptions: { ...url, bot_events: ["app_mention"] },
      interactivity: { is_enabled: true, ...url },
      org_deploy_enabled: false,
      socket_mode_enabled: mode.kind === "socket",
      token_rotation_enabled: false,
    },
  };
}

/** The committed manifests by file name. */
export const MANIFESTS: Readonly<Record<string, Manifest>> = {
  "slack-socket-mode.json": slackManifest({ kind: "socket" }),
  "slack-http.json": slackManifest({ kind: "http", publicUrl: EXAMPLE_URL }),
};

/** A manifest as it stands in its file. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
