import { setTimeout as sleep } from "node:timers/promises";
import { App, HTTPReceiver, type Receiver, SocketModeReceiver } from "@slack/bolt";
import { UnavailableError } from "../../app/errors.ts";
import type { Clock, Logger } from "../../app/ports.ts";
import type { HttpRoute } from "../../platform/http-route.ts";
import { type ClientSettings, clientOptions, slackFetch, webClient } from "./client.ts";
import { checkAppToken, type TokenCheck } from "./identity.ts";
import { slackRoute } from "./route.ts";
import type { Workspaces } from "./workspaces.ts";

const MAX_BODY_BYTES = 1_000_000;
const CONNECT_MS = 15_000;
const CONNECT_CALL_MS = 10_000;

/** How Slack reaches this process. */
export interface Connection {
  readonly app: App;
  readonly routes: readonly HttpRoute[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ConnectionSettings {
  readonly client: ClientSettings;
  /** Every workspace that this connection hears from. */
  readonly workspaces: Workspaces;
  /** The path below which Slack sends what belongs to this connection. */
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Slack calls us over HTTP; every request is signed. */
export function httpConnection(settings: ConnectionSettings, signingSecret: string): Connection {
  const receiver = new HTTPReceiver({
    signingSecret,
    // Checked by our route, over the raw bytes. Bolt's check reads decoded text and lets times of the future pass.
    signatureVerification: false,
    // Mounted below its path, the web server may have taken the path off already.
    endpoints: [settings.path, "/"],
    logger: settings.client.logger,
    bodyLimit: MAX_BODY_BYTES,
  });
  const app = boltApp(settings, receiver);
  answerEverything(app, settings.logger);
  return {
    app,
    routes: [slackRoute({ ...settings, receiver, signingSecret })],
    start: () => checkBotTokens(settings),
    stop: async () => undefined,
  };
}

/** We call Slack and keep a line open; no public address is needed. */
export function socketConnection(settings: ConnectionSettings, appToken: string): Connection {
  const { apiUrl, logger } = settings.client;
  const { slackApiUrl } = clientOptions(settings.client);
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    installerOptions: {
      // Its own retries stay on: without them a lost line ends the process instead of coming back.
      clientOptions: {
        timeout: CONNECT_CALL_MS,
        fetch: slackFetch(apiUrl, CONNECT_CALL_MS),
        ...(apiUrl === undefined || slackApiUrl === undefined ? {} : { slackApiUrl }),
      },
    },
  });
  const app = boltApp(settings, receiver);
  return {
    app,
    routes: [],
    start: async () => {
      await checkBotTokens(settings);
      refuseStart(await checkAppToken(webClient(appToken, settings.client)), "SLACK_APP_TOKEN");
      await opened(settings, receiver.start());
    },
    stop: async () => receiver.stop(),
  };
}

function boltApp({ client, workspaces, logger }: ConnectionSettings, receiver: Receiver): App {
  const app = new App({
    receiver,
    // Never calls out: while Slack is slow, what people press must still be acknowledged.
    authorize: async ({ teamId }) => workspaces.at(teamId ?? null).identity.authorization(),
    logger: client.logger,
    clientOptions: clientOptions(client),
    convoStore: false,
  });
  app.error(async (error) => logger.error({ error: error.name, code: error.code }, "a slack handler failed"));
  return app;
}

/**
 * What Slack signed is acknowledged whatever it is. Bolt answers 500 to a shape it did not expect, and 404 after three
 * seconds to what no handler hears; Slack counts both as failures of ours and sends the same again.
 */
function answerEverything(app: App, logger: Logger): void {
  const process = app.processEvent.bind(app);
  app.processEvent = async (event) => {
    let isAnswered = false;
    const ack: typeof event.ack = async (response) => {
      isAnswered = true;
      await event.ack(response);
    };
    try {
      await process({ ...event, ack });
    } catch (error) {
      logger.warn(
        { error: error instanceof Error ? error.name : "unknown" },
        "slack sent something in an unknown shape",
      );
    }
    if (!isAnswered) await event.ack();
  };
}

async function checkBotTokens({ workspaces, logger }: ConnectionSettings): Promise<void> {
  const checks = await Promise.all(workspaces.all.map(({ identity }) => identity.check()));
  for (const [index, check] of checks.entries()) {
    refuseStart(
      check,
      index === 0 ? "SLACK_BOT_TOKEN" : `the bot token of ${workspaces.all[index]?.team ?? "a workspace"}`,
    );
    if (check.status === "unreachable") logger.warn({}, "slack does not answer at start; going on without it");
  }
}

/** A wrong token is a wrong setting: say so at once instead of failing at the first incident. */
function refuseStart(check: TokenCheck, setting: string): void {
  if (check.status !== "refused") return;
  throw new UnavailableError("slack", {
    retryable: false,
    detail: `Slack refused ${setting} (${check.code}). Copy it again from the app's settings and restart.`,
  });
}

/** Waits for the line, but an outage of Slack must not keep alerts from coming in: after a while it connects behind our back. */
async function opened({ logger }: ConnectionSettings, opening: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const late = sleep(CONNECT_MS, "late" as const, { signal: timer.signal, ref: false });
  const first = await Promise.race([opening.then(() => "open" as const), late]);
  timer.abort();
  if (first === "open") return;
  logger.warn({ waitedMs: CONNECT_MS }, "slack opened no line yet; it is tried again in the background");
  opening.catch((error: unknown) =>
    logger.error({ error: error instanceof Error ? error.name : "unknown" }, "slack opened no line"),
  );
}
