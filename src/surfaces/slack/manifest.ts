import type { AppsManifestValidateArguments } from "@slack/web-api";
import { EVENTS_PATH } from "./route.ts";
import { WORDS } from "./words/words.ts";

type LibraryManifest = AppsManifestValidateArguments["manifest"];

/** The declared keys of a type that also allows any other. */
type Declared<T> = { [Key in keyof T as string extends Key ? never : Key]: T[Key] };

/** Slack's manifest. The library's list of scopes is older than Slack's: it lacks canvases. */
export type Manifest = Omit<Declared<LibraryManifest>, "oauth_config"> & {
  readonly oauth_config: {
    readonly scopes: { readonly bot: readonly string[]; readonly bot_optional: readonly string[] };
  };
};

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
    /** Acting in the sender's system as the person who pressed. */
    "users:read.email",
  ],
  optional: [
    /** The look-up above in public and private channels. Without them a lost answer becomes a question to a person. */
    "channels:history",
    "groups:history",
    /**
     * Seeing that the bot was invited, for the welcome; whether a channel is archived, for `doctor`; whether it is private and
     * who is in it, so that an incident of a private channel is shown to its members only.
     */
    "channels:read",
    "groups:read",
    /** Who is in a user group that has a role or owns a service. */
    "usergroups:read",
    /** Words in a direct message to the bot. */
    "im:history",
    /** The postmortem as a canvas; without it a file. */
    "canvases:write",
    /** What stands behind a link to an incident's page. */
    "links:read",
    "links:write",
    /** A pushpin puts a message on the timeline; reading it needs the histories above. */
    "reactions:read",
  ],
} as const;

/** Menu entries on messages and in the search bar, by callback id. */
export const SHORTCUTS = {
  "tl.add": { name: "Add to timeline", type: "message", description: "Puts this message on the incident's timeline" },
  "cause.this": { name: "This is the cause", type: "message", description: "Names this message as the cause" },
  "inc.start": { name: "Start incident", type: "message", description: "Looks into what this message reports" },
  "inv.service": {
    name: "Investigate a service",
    type: "global",
    description: "Looks into a service without an alert",
  },
  "changes.open": { name: "What changed?", type: "global", description: "Shows what changed lately, in all sources" },
} as const;

export type ShortcutId = keyof typeof SHORTCUTS;

/** Events that the code listens to. */
export const BOT_EVENTS = [
  "app_home_opened",
  "app_mention",
  "app_uninstalled",
  "entity_details_requested",
  "link_shared",
  "member_joined_channel",
  "message.im",
  "reaction_added",
  "reaction_removed",
  "tokens_revoked",
] as const;

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
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      shortcuts: Object.entries(SHORTCUTS).map(([callback_id, shortcut]) => ({ callback_id, ...shortcut })),
      ...(mode.kind === "http" ? { unfurl_domains: [new URL(mode.publicUrl).hostname] } : {}),
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
      event_subscriptions: { ...url, bot_events: [...BOT_EVENTS] },
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
