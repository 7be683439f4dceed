import { createHash, createHmac } from "node:crypto";
import { onTestFinished } from "vitest";
import { configureAlertSources } from "../../src/alert-sources/configure.ts";
import { processDelivery } from "../../src/app/process-delivery.ts";
import { admitDelivery, receiveDelivery } from "../../src/app/receive-delivery.ts";
import { DEFAULT_CORRELATION_POLICY } from "../../src/core/correlation/correlate.ts";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { createHttpServer, type HttpServerOptions } from "../../src/http/server.ts";
import type { HttpRoute } from "../../src/platform/http-route.ts";
import { FakeRedactor, InMemoryAnalyses, InMemoryInbox, ManualClock, RecordingLogger, RequestedJobs } from "./fakes.ts";
import { InMemoryIncidents } from "./in-memory-incidents.ts";
import { senderTools } from "./sender-tools.ts";

export const SECRET = "a-secret-of-more-than-sixteen-characters";
export const PAGERDUTY = { PAGERDUTY_WEBHOOK_SECRETS: SECRET };

const digest = (raw: Uint8Array) => createHash("sha256").update(raw).digest("hex");

/** The real web server with the real receivers over an inbox in memory, for one test. */
export async function startHooks(
  options: Partial<HttpServerOptions> = {},
  settings: Readonly<Record<string, string>> = PAGERDUTY,
) {
  const clock = new ManualClock();
  const jobs = new RequestedJobs();
  const inbox = new InMemoryInbox(jobs);
  const incidents = new InMemoryIncidents(jobs, clock);
  const logger = new RecordingLogger();
  const sources = configureAlertSources(settings, senderTools({ logger }));
  const receiving = { tenant: DEFAULT_TENANT, inbox, logger, sources, digest };
  const server = createHttpServer({
    routes: [],
    isReady: () => Promise.resolve(true),
    logger,
    hooks: {
      clock,
      admit: (source, headers) => admitDelivery(receiving, source, headers),
      receive: (source, delivery) => receiveDelivery(receiving, source, delivery),
    },
    ...options,
  });
  onTestFinished(() => server.close(100));
  const { port } = await server.listen(0, "127.0.0.1");
  const analyses = new InMemoryAnalyses();
  const policy = DEFAULT_CORRELATION_POLICY;
  const work = { ...receiving, clock, incidents, analyses, policy, redactor: new FakeRedactor() };
  return {
    server,
    inbox,
    jobs,
    logger,
    incidents,
    sources,
    url: `http://127.0.0.1:${port}`,
    process: (inboxId: string) => processDelivery({ ...work, publishingSurfaces: () => [] }, inboxId),
  };
}

export const sign = (body: string) => `v1=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
export const hook = (url: string, body: string, signature = sign(body)) =>
  fetch(`${url}/hooks/pagerduty`, { method: "POST", body, headers: { "x-pagerduty-signature": signature } });
export const webhook = JSON.stringify({
  event: {
    id: "01ABC",
    event_type: "incident.triggered",
    occurred_at: "2026-03-02T10:00:00Z",
    data: { id: "Q1", title: "Error rate", service: { summary: "orders" } },
  },
});

export const plain = (
  path: string,
  handle: Extract<HttpRoute, { kind: "plain" }>["handle"],
  method: "GET" | "POST" = "GET",
) => ({ kind: "plain", method, path, maxBodyBytes: 100, handle }) satisfies HttpRoute;
