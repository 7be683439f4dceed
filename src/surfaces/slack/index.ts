import { z } from "zod";
import { AppError } from "../../app/errors.ts";
import { defineSurface, type RunningSurface, type SurfaceDeps } from "../define.ts";
import { type ClientSettings, libraryLogger, webClient } from "./client.ts";
import { type Connection, type ConnectionSettings, httpConnection, socketConnection } from "./connection.ts";
import { Cooldowns } from "./cooldown.ts";
import type { Desk } from "./desk.ts";
import { checkAppToken, Identity } from "./identity.ts";
import { InFlight } from "./in-flight.ts";
import { allowedLinks, DEFAULT_LINK_HOSTS, hostList } from "./links.ts";
import { listen } from "./listen.ts";
import { DEFAULT_COMMAND } from "./manifest.ts";
import { People } from "./people.ts";
import { type Publisher, publish } from "./publish.ts";
import { Seen } from "./seen.ts";
import { Threads } from "./threads.ts";

const NAME_TIMEOUT_MS = 3000;

/** An empty line in `.env` means "not set". */
const setting = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text.trim() === "" ? undefined : text.trim()));

const env = {
  SLACK_BOT_TOKEN: setting.describe("Bot User OAuth Token of the Slack app (xoxb-...). Without it Slack is off."),
  SLACK_APP_TOKEN: setting.describe(
    "App-level token with connections:write (xapp-...). Set: Socket Mode, no public URL needed.",
  ),
  SLACK_SIGNING_SECRET: setting.describe("Signing secret of the Slack app, for HTTP mode (no SLACK_APP_TOKEN)."),
  SLACK_CHANNEL: setting
    .refine((id) => id === undefined || /^[CG][A-Z0-9]{2,}$/u.test(id), "must be a channel id such as C0123456789")
    .describe("Id of the channel for incident cards, for example C0123456789. Invite the bot to it."),
  SLACK_COMMAND: setting
    .refine((word) => word === undefined || /^\/[a-z0-9_-]{1,31}$/u.test(word), "must look like /traceops")
    .describe("The slash command, /traceops when not set. Change it in the manifest too."),
  SLACK_LINK_HOSTS: setting.describe(
    `Hosts that cards may link to, besides this install. Default: ${DEFAULT_LINK_HOSTS}`,
  ),
  SLACK_API_URL: setting.describe("Address of Slack's Web API, for tests only."),
} as const;

type Env = z.infer<z.ZodObject<typeof env>>;

/** Slack: one card per incident, edited in place, its thread, buttons and words. */
export const slack = defineSurface({
  env,
  title: "Slack",
  howToConfigure:
    "Create an app from manifests/slack-socket-mode.json, install it, then set SLACK_BOT_TOKEN, SLACK_APP_TOKEN and SLACK_CHANNEL.",
  create,
  check,
});

function create(settings: Env, deps: SurfaceDeps): RunningSurface | null {
  if (settings.SLACK_BOT_TOKEN === undefined) return null;
  if (settings.SLACK_CHANNEL === undefined) {
    throw new AppError(
      "invalid-input",
      "SLACK_BOT_TOKEN is set but SLACK_CHANNEL is not: name the channel for the cards",
    );
  }
  return runningSurface({ ...settings, token: settings.SLACK_BOT_TOKEN, channel: settings.SLACK_CHANNEL }, deps);
}

type Ready = Env & { readonly token: string; readonly channel: string };

function runningSurface(settings: Ready, deps: SurfaceDeps): RunningSurface {
  const client = clientSettings(settings, deps);
  const { publisher, threads } = publisherOf(settings, deps, client);
  const inFlight = new InFlight();
  const identity = new Identity(publisher.client, settings.token);
  const connection = connectionOf(settings, { client, identity, clock: deps.clock, logger: deps.logger });
  if (connection !== null) {
    const desk: Desk = {
      ...deps,
      ...publisher,
      team: null,
      threads,
      people: new People(webClient(settings.token, client, NAME_TIMEOUT_MS), deps.redactor),
      command: deps.redactor.text(settings.SLACK_COMMAND ?? DEFAULT_COMMAND),
    };
    listen(connection.app, { ...desk, inFlight, seen: new Seen(), at: () => desk });
  }
  return {
    publish: (answer, signal) => publish(publisher, answer, signal),
    routes: connection?.routes ?? [],
    start: async () => {
      if (connection === null)
        deps.logger.warn({}, "slack can post but not listen: set SLACK_APP_TOKEN or SLACK_SIGNING_SECRET");
      await connection?.start();
    },
    stop: async () => {
      await connection?.stop();
      await inFlight.drain();
    },
  };
}

function publisherOf(
  settings: Ready,
  deps: SurfaceDeps,
  client: ClientSettings,
): { readonly publisher: Publisher; readonly threads: Threads } {
  const threads = new Threads(deps.verbs, deps.messages);
  const hosts = hostList(settings.SLACK_LINK_HOSTS ?? DEFAULT_LINK_HOSTS);
  const publisher: Publisher = {
    client: webClient(settings.token, client),
    messages: deps.messages,
    clock: deps.clock,
    logger: deps.logger,
    newNonce: deps.newNonce,
    cooldowns: new Cooldowns(deps.clock),
    refusedForms: new Set(),
    channel: settings.channel,
    links: allowedLinks(hosts, deps.publicUrl),
    onRoot: (root, answer) => threads.remember(root, answer),
  };
  return { publisher, threads };
}

function clientSettings(settings: Env, deps: SurfaceDeps): ClientSettings {
  return { apiUrl: settings.SLACK_API_URL, logger: libraryLogger(deps.logger, deps.redactor) };
}

/** Socket Mode when there is an app token, else HTTP when there is a secret, else none: then cards come, but nobody is heard. */
function connectionOf(settings: Env, connection: ConnectionSettings): Connection | null {
  if (settings.SLACK_APP_TOKEN !== undefined) return socketConnection(connection, settings.SLACK_APP_TOKEN);
  if (settings.SLACK_SIGNING_SECRET !== undefined) return httpConnection(connection, settings.SLACK_SIGNING_SECRET);
  return null;
}

async function check(settings: Env, deps: SurfaceDeps, signal: AbortSignal): Promise<string | null> {
  if (settings.SLACK_BOT_TOKEN === undefined) return null;
  signal.throwIfAborted();
  const client = clientSettings(settings, deps);
  const bot = await new Identity(webClient(settings.SLACK_BOT_TOKEN, client), settings.SLACK_BOT_TOKEN).check();
  if (bot.status === "unreachable") return "Slack does not answer: check the network or the proxy of this machine.";
  if (bot.status === "refused")
    return `Slack refused SLACK_BOT_TOKEN (${bot.code}): copy the Bot User OAuth Token again.`;
  if (settings.SLACK_CHANNEL === undefined) return "Set SLACK_CHANNEL to the id of the channel for incident cards.";
  if (settings.SLACK_APP_TOKEN === undefined) return secretHint(settings);
  const app = await checkAppToken(webClient(settings.SLACK_APP_TOKEN, client));
  return app.status === "works"
    ? null
    : "Slack refused SLACK_APP_TOKEN: create an app-level token with connections:write.";
}

function secretHint(settings: Env): string | null {
  return settings.SLACK_SIGNING_SECRET === undefined
    ? "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode), or nobody can press a button."
    : null;
}
