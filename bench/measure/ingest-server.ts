// The server of bench:ingest, in a process of its own. Started by bench/measure/ingest-process.ts.
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { configureAlertSources } from "../../src/alert-sources/configure.ts";
import type { EventSegments, Inbox, Logger, PushedEvents } from "../../src/app/ports.ts";
import { admitDelivery, receiveDelivery } from "../../src/app/receive-delivery.ts";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { createByteMiner } from "../../src/core/log-templates/byte-miner.ts";
import { createHttpServer } from "../../src/http/server.ts";
import { createCatalogs } from "../../src/ingest/catalogs.ts";
import { decodeRecord } from "../../src/ingest/decode-record.ts";
import { ingestRoutes } from "../../src/ingest/routes.ts";
import { systemClock } from "../../src/platform/clock.ts";
import type { HttpRoute } from "../../src/platform/http-route.ts";
import { createBatchBuilder } from "../../src/platform/log-scan/batch-builder.ts";
import { hashOfRawId } from "../../src/platform/log-scan/id-hash.ts";
import { readLogLine } from "../../src/platform/records/log-line.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";
import { createSafeFetch } from "../../src/platform/safe-fetch.ts";
import { FileSegments } from "../../src/segments/event-segments.ts";
import { createStore } from "../../src/store/create-store.ts";
import { decodeLogs } from "../../test/support/otlp-proto.ts";

/** What the parent asks for, as one JSON argument. */
interface Asked {
  readonly folder: string;
  /** Null: rows are counted and forgotten. */
  readonly fsync: "always" | "never" | null;
  /** Null: webhooks are kept in memory. */
  readonly database: string | null;
  readonly webhookSecret: string;
}

const asked: Asked = JSON.parse(process.argv[2] ?? "");
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields, message) => console.error(message, fields),
  error: (fields, message) => console.error(message, fields),
};
const counted = { rows: 0, templates: 0 };
const catalogOf = createCatalogs({ newMiner: () => createByteMiner(), nowMs: Date.now, newSeed: () => 7 });
const pushed: PushedEvents = {
  append: () => Promise.resolve(),
  read: () => Promise.resolve([]),
  prune: () => Promise.resolve(0),
};

async function openSegments(): Promise<EventSegments> {
  const kept =
    asked.fsync === null
      ? null
      : await FileSegments.open({
          dataDir: asked.folder,
          writer: "bench",
          decode: decodeRecord,
          fsync: asked.fsync,
          keepMs: 86_400_000 * 365,
          maxTotalBytes: 1e12,
          clock: systemClock,
          logger,
        });
  return {
    async append(tenant, batch) {
      await kept?.append(tenant, batch);
      counted.rows += batch.rows;
      counted.templates = batch.catalog.miner.size;
    },
    read: () => Promise.resolve({ events: [], read: 0, partial: null }),
    prune: () => Promise.resolve(0),
    close: () => kept?.close() ?? Promise.resolve(),
  };
}

/** What is compared with: the same server, another way to deal with the body. */
function other(path: string, read: (body: Buffer) => number): HttpRoute {
  return {
    kind: "node",
    path,
    async handle(request: IncomingMessage, response: ServerResponse) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      counted.rows += read(Buffer.concat(chunks));
      response.setHeader("content-type", "application/json");
      response.end("{}");
    },
  };
}

/** The work of our reader on what protobufjs decodes: rows with a time, names, a severity, a template and a hash. */
function mineDecoded(body: Buffer): number {
  const catalog = catalogOf(DEFAULT_TENANT);
  const batch = createBatchBuilder(catalog, body);
  for (const { resource, scopeLogs } of decodeLogs(body).resourceLogs) {
    const named = (key: string) =>
      resource?.attributes.find((attribute) => attribute.key === key)?.value?.stringValue ?? "";
    const service = catalog.services.indexOf(named("service.name"));
    const host = catalog.hosts.indexOf(named("host.name"));
    for (const record of scopeLogs.flatMap(({ logRecords }) => logRecords)) {
      const row = batch.next();
      const words = Buffer.from(record.body?.stringValue ?? "");
      const nanos = record.timeUnixNano;
      batch.services[row] = service;
      batch.hosts[row] = host;
      batch.timesMs[row] = (typeof nanos === "number" ? nanos : nanos.toNumber()) / 1e6;
      batch.severities[row] = 1 + ((record.severityNumber - 1) >> 2);
      batch.traces[row] = hashOfRawId(record.traceId, 0, record.traceId.length);
      batch.templates[row] = catalog.miner.add(service, words, 0, words.length);
    }
  }
  counted.templates = catalog.miner.size;
  return batch.rows;
}

const others: readonly HttpRoute[] = [
  other("/bench/discard", () => 0),
  other(
    "/bench/parse",
    (body) =>
      body
        .toString("utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map(readLogLine).length,
  ),
  other("/bench/protobufjs-decode", (body) => decodeLogs(body).resourceLogs.length),
  other("/bench/protobufjs", mineDecoded),
];

const memoryInbox: Inbox = {
  store: () => Promise.resolve("stored"),
  load: () => Promise.resolve(null),
  quarantine: () => Promise.resolve(),
  markProcessed: () => Promise.resolve(),
  markWaiting: () => Promise.resolve(),
};

const segments = await openSegments();
const store = asked.database === null ? null : await createStore(asked.database, { clock: systemClock });
const sources = configureAlertSources(
  { PAGERDUTY_WEBHOOK_SECRETS: asked.webhookSecret },
  {
    fetch: createSafeFetch({ allowedHosts: [] }),
    clock: systemClock,
    logger,
    marks: { get: () => Promise.resolve(null), set: () => Promise.resolve() },
  },
);
const receive = {
  tenant: DEFAULT_TENANT,
  inbox: store?.inbox ?? memoryInbox,
  logger,
  sources,
  digest: (raw: Uint8Array) => createHash("sha256").update(raw).digest("hex"),
};
const server = createHttpServer({
  routes: [
    ...ingestRoutes({
      pushed,
      segments,
      catalogOf,
      redactor: createRedactor({ pseudonymKey: "bench" }),
      senders: { tokens: [], publicUrl: "http://127.0.0.1" },
      clock: systemClock,
      logger,
    }),
    ...others,
  ],
  hooks: {
    clock: systemClock,
    admit: (source, headers) => admitDelivery(receive, source, headers),
    receive: (source, delivery) => receiveDelivery(receive, source, delivery),
  },
  isReady: () => Promise.resolve(true),
  logger,
});
const { port } = await server.listen(0, "127.0.0.1");

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system, systemUs: system, rss: process.memoryUsage().rss, ...counted });
});
process.on("disconnect", () => void segments.close().finally(() => process.exit(0)));
process.send?.({ port });
