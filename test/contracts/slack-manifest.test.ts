import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { EARS } from "../../src/surfaces/slack/listen.ts";
import { DEFAULT_COMMAND, MANIFESTS, manifestText } from "../../src/surfaces/slack/manifest.ts";
import { WORDS } from "../../src/surfaces/slack/words/words.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = resolve(root, "src/surfaces/slack");
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
/** Every method of Slack that the code calls, as it stands there. */
const called = [
  ...new Set(
    sources.flatMap((file) =>
      [...readFileSync(resolve(folder, file), "utf8").matchAll(/client\.((?:[a-z]+\.)*[a-zA-Z]+)\(/gu)].map(
        ([, method = ""]) => method,
      ),
    ),
  ),
].toSorted();

/** The scopes that Slack's reference asks for; none for what every bot token, or the app-level one, may call. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  "apps.connections.open": [],
  "auth.test": [],
  "canvases.access.set": ["canvases:write"],
  "canvases.create": ["canvases:write"],
  "canvases.edit": ["canvases:write"],
  "chat.delete": ["chat:write"],
  "chat.getPermalink": [],
  "chat.postEphemeral": ["chat:write"],
  "chat.postMessage": ["chat:write"],
  "chat.unfurl": ["links:write"],
  "chat.update": ["chat:write"],
  "conversations.history": ["channels:history", "groups:history"],
  "conversations.info": ["channels:read", "groups:read"],
  "conversations.members": ["channels:read", "groups:read"],
  "conversations.replies": ["channels:history", "groups:history"],
  "entity.presentDetails": [],
  "files.completeUploadExternal": ["files:write"],
  "files.getUploadURLExternal": ["files:write"],
  filesUploadV2: ["files:write"],
  "usergroups.users.list": ["usergroups:read"],
  "users.info": ["users:read"],
  "views.open": [],
  "views.publish": [],
  "views.update": [],
};

describe.each(Object.entries(MANIFESTS))("manifests/%s", (name, manifest) => {
  test("is the file that the code generates", () => {
    const committed = readFileSync(resolve(root, "manifests", name), "utf8");

    expect(committed, "run: node scripts/generate-manifests.ts").toBe(manifestText(manifest));
  });

  test("declares every event that the code listens to, and no other", () => {
    const heard = EARS.flatMap(({ events = [] }) => events);

    expect(new Set(manifest.settings?.event_subscriptions?.bot_events)).toEqual(new Set(heard));
  });

  test("declares every shortcut that the code answers, and no other", () => {
    const heard = EARS.flatMap(({ shortcuts = [] }) => shortcuts);

    expect(new Set(manifest.features?.shortcuts?.map(({ callback_id: id }) => id))).toEqual(new Set(heard));
  });

  test("declares the command and names its words", () => {
    const [command] = manifest.features?.slash_commands ?? [];

    expect(command?.command).toBe(DEFAULT_COMMAND);
    for (const word of Object.keys(WORDS)) expect(command?.usage_hint).toContain(word);
  });

  test("switches on presses", () => {
    expect(manifest.settings?.interactivity?.is_enabled).toBe(true);
  });

  test("asks for the scope of every method that the code calls", () => {
    const scopes = manifest.oauth_config.scopes.bot;
    const missing = called.filter((method) => !(NEEDED[method] ?? []).every((scope) => scopes.includes(scope)));

    expect(called.length).toBeGreaterThan(10);
    expect(called.filter((method) => !(method in NEEDED))).toEqual([]);
    expect(missing).toEqual([]);
  });

  test("asks for the scope of every event, and every optional scope is a scope", () => {
    const needed: Readonly<Record<string, readonly string[]>> = {
      app_mention: ["app_mentions:read"],
      link_shared: ["links:read"],
      member_joined_channel: ["channels:read", "groups:read"],
      "message.im": ["im:history"],
      reaction_added: ["reactions:read"],
      reaction_removed: ["reactions:read"],
    };
    const { bot, bot_optional: optional } = manifest.oauth_config.scopes;
    const events = manifest.settings?.event_subscriptions?.bot_events ?? [];

    for (const event of events) expect(bot).toEqual(expect.arrayContaining([...(needed[event] ?? [])]));
    expect(bot).toEqual(expect.arrayContaining([...optional]));
  });

  test("keeps Slack's limits of how many there may be, and asks for no scope twice", () => {
    const { bot } = manifest.oauth_config.scopes;
    const counts = {
      shortcuts: manifest.features?.shortcuts?.length,
      domains: manifest.features?.unfurl_domains?.length ?? 0,
      events: manifest.settings?.event_subscriptions?.bot_events?.length,
    };

    expect(counts.shortcuts).toBeLessThanOrEqual(10);
    expect(counts.domains).toBeLessThanOrEqual(5);
    expect(counts.events).toBeLessThanOrEqual(100);
    expect(new Set(bot).size).toBe(bot.length);
  });

  test("keeps Slack's limits", () => {
    const { display_information: shown, features } = manifest;

    expect(shown.name.length).toBeLessThanOrEqual(35);
    expect(shown.description?.length).toBeLessThanOrEqual(140);
    for (const { command, usage_hint: hint } of features?.slash_commands ?? []) {
      expect(command.length).toBeLessThanOrEqual(32);
      expect(hint?.length).toBeLessThanOrEqual(1000);
    }
  });
});

test("the two manifests differ in the connection only", () => {
  const socket = MANIFESTS["slack-socket-mode.json"];
  const http = MANIFESTS["slack-http.json"];

  expect(socket?.settings?.socket_mode_enabled).toBe(true);
  expect(http?.settings?.socket_mode_enabled).toBe(false);
  expect(socket?.oauth_config).toEqual(http?.oauth_config);
  expect(JSON.stringify(socket)).not.toContain("request_url");
});
