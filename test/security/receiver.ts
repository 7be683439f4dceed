import { createHash } from "node:crypto";
import { HTTPReceiver } from "@slack/bolt";
import { configureAlertSources } from "../../src/alert-sources/configure.ts";
import { parseBoundedJson } from "../../src/app/bounded-json.ts";
import type { Clock, Inbox } from "../../src/app/ports.ts";
import { admitDelivery, receiveDelivery } from "../../src/app/receive-delivery.ts";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { createHttpServer, DEFAULT_HTTP_LIMITS, type HttpServer } from "../../src/http/server.ts";
import type { HttpRoute } from "../../src/platform/http-route.ts";
import { createLogger } from "../../src/platform/logger.ts";
import type { SafeFetchRequest } from "../../src/platform/safe-fetch.ts";
import { libraryLogger } from "../../src/surfaces/slack/client.ts";
import { EVENTS_PATH, slackRoute } from "../../src/surfaces/slack/route.ts";
import { FakeRedactor, InMemoryMarks } from "../support/fakes.ts";
import type { SnsSender } from "../support/sns-sender.ts";
import { receiverSettings, SECRETS } from "./senders.ts";

export interface Receiver {
  readonly server: HttpServer;
  readonly port: number;
  /** What got past the signatures: stored deliveries, and requests that Slack's library was given. */
  readonly taken: { webhooks: number; duplicates: number; slack: number };
  /** What reading a stored delivery threw besides "wrong shape". */
  readonly problems: string[];
}

/** The real web server with every receiver of webhooks in it, on this inbox. */
export async function startReceiver({
  inbox,
  clock,
  sns,
  slack,
}: {
  readonly inbox: Pick<Inbox, "store">;
  readonly clock: Clock;
  readonly sns: Pick<SnsSender, "topic" | "certificate" | "certificateUrl">;
  /** The whole Slack surface, where what stands behind the signature matters too. */
  readonly slack?: HttpRoute;
}): Promise<Receiver> {
  const logger = createLogger({ level: "silent" });
  const fetch = ({ url }: SafeFetchRequest) => {
    const isThere = url === sns.certificateUrl;
    return Promise.resolve({
      status: isThere ? 200 : 404,
      headers: {},
      body: Buffer.from(isThere ? sns.certificate : ""),
    });
  };
  const sources = configureAlertSources(receiverSettings(sns), { fetch, clock, logger, marks: new InMemoryMarks() });
  const taken = { webhooks: 0, duplicates: 0, slack: 0 };
  const problems: string[] = [];
  const watched: Inbox = {
    load: () => Promise.resolve(null),
    quarantine: () => Promise.resolve(),
    markProcessed: () => Promise.resolve(),
    markWaiting: () => Promise.resolve(),
    store: async (item) => {
      const outcome = await inbox.store(item);
      if (outcome === "stored") taken.webhooks++;
      else taken.duplicates++;
      const problem = problemOfReading(() => {
        const json = parseBoundedJson(item.delivery.raw);
        if (json.status === "parsed") sources.get(item.source)?.parse(json.value, item.delivery.receivedAtMs);
      });
      if (problem !== null && problems.length < 20) problems.push(`${item.source}: ${problem}`);
      return outcome;
    },
  };
  const receive = {
    tenant: DEFAULT_TENANT,
    inbox: watched,
    logger,
    sources,
    digest: (raw: Uint8Array) => createHash("sha256").update(raw).digest("hex"),
  };
  const server = createHttpServer({
    routes: [
      slack ?? slackRoute({ receiver: bolt(taken), signingSecret: SECRETS.slack, path: EVENTS_PATH, clock, logger }),
    ],
    hooks: {
      clock,
      admit: (source, headers) => admitDelivery(receive, source, headers),
      receive: (source, delivery) => receiveDelivery(receive, source, delivery),
    },
    isReady: () => Promise.resolve(true),
    logger,
    limits: DEFAULT_HTTP_LIMITS,
  });
  const { port } = await server.listen(0, "127.0.0.1");
  return { server, port, taken, problems };
}

/** Bolt's own receiver, which reads what Slack sent; behind it stands something that answers everything at once. */
function bolt(taken: Receiver["taken"]): HTTPReceiver {
  const receiver = new HTTPReceiver({
    signingSecret: SECRETS.slack,
    signatureVerification: false,
    endpoints: [EVENTS_PATH],
    logger: libraryLogger(createLogger({ level: "silent" }), new FakeRedactor()),
  });
  Object.assign(receiver, {
    app: {
      processEvent: async ({ ack }: { ack: () => Promise<void> }) => {
        taken.slack++;
        await ack();
      },
    },
  });
  return receiver;
}

/** A wrong shape is expected, and goes to quarantine; anything else is a fault of ours. */
function problemOfReading(read: () => void): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof Error && error.name.endsWith("ZodError")) return null;
    return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : "threw";
  }
}
