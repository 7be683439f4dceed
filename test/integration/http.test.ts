import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";
import { afterEach, expect, test } from "vitest";
import { configureAlertSources } from "../../src/alert-sources/configure.ts";
import { AppError, UnavailableError } from "../../src/app/errors.ts";
import { processDelivery } from "../../src/app/process-delivery.ts";
import { receiveDelivery } from "../../src/app/receive-delivery.ts";
import { DEFAULT_CORRELATION_POLICY } from "../../src/core/correlation/correlate.ts";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import {
  createHttpServer,
  DEFAULT_HTTP_LIMITS,
  type HttpServer,
  type HttpServerOptions,
} from "../../src/http/server.ts";
import type { HttpRoute } from "../../src/platform/http-route.ts";
import {
  FakeRedactor,
  InMemoryAnalyses,
  InMemoryInbox,
  ManualClock,
  RecordingLogger,
  RequestedJobs,
} from "../support/fakes.ts";
import { InMemoryIncidents } from "../support/in-memory-incidents.ts";
import { senderTools } from "../support/sender-tools.ts";

const SECRET = "a-secret-of-more-than-sixteen-characters";
const running: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close(100)));
});

const digest = (raw: Uint8Array) => createHash("sha256").update(raw).digest("hex");

async function start(options: Partial<HttpServerOptions> = {}) {
  const clock = new ManualClock();
  const jobs = new RequestedJobs();
  const inbox = new InMemoryInbox(jobs);
  const incidents = new InMemoryIncidents(jobs, clock);
  const logger = new RecordingLogger();
  const sources = configureAlertSources({ PAGERDUTY_WEBHOOK_SECRETS: SECRET }, senderTools({ logger }));
  const receiving = { tenant: DEFAULT_TENANT, inbox, logger, sources, digest };
  const server = createHttpServer({
    routes: [],
    isReady: () => Promise.resolve(true),
    logger,
    hooks: {
      clock,
      maxBodyBytes: (source) => sources.get(source)?.maxBodyBytes ?? null,
      receive: (source, delivery) => receiveDelivery(receiving, source, delivery),
    },
    ...options,
  });
  running.push(server);
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
    url: `http://127.0.0.1:${port}`,
    process: (inboxId: string) => processDelivery({ ...work, publishingSurfaces: () => [] }, inboxId),
  };
}

const sign = (body: string) => `v1=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
const hook = (url: string, body: string, signature = sign(body)) =>
  fetch(`${url}/hooks/pagerduty`, { method: "POST", body, headers: { "x-pagerduty-signature": signature } });
const webhook = JSON.stringify({
  event: {
    id: "01ABC",
    event_type: "incident.triggered",
    occurred_at: "2026-03-02T10:00:00Z",
    data: { id: "Q1", title: "Error rate", service: { summary: "orders" } },
  },
});

test("an unsigned webhook gets 401 and leaves nothing behind", async () => {
  const { url, inbox } = await start();

  expect((await fetch(`${url}/hooks/pagerduty`, { method: "POST", body: webhook })).status).toBe(401);
  expect((await hook(url, webhook, sign("other bytes"))).status).toBe(401);
  expect(inbox.items.size).toBe(0);
});

test("a signed webhook gets 202, its exact bytes are kept, and it becomes an incident", async () => {
  const { url, inbox, incidents, process } = await start();

  expect((await hook(url, webhook)).status).toBe(202);
  expect(new TextDecoder().decode(inbox.items.get("in-1")?.delivery.raw)).toBe(webhook);
  await process("in-1");
  expect(await incidents.list(DEFAULT_TENANT, { limit: 5 })).toMatchObject([
    { service: "orders", status: "triggered" },
  ]);
});

test("signed garbage gets 202 and ends in quarantine", async () => {
  const { url, inbox, process } = await start();
  const garbage = "\u0000\uFFFF not JSON {";

  expect((await hook(url, garbage)).status).toBe(202);
  await process("in-1");
  expect(inbox.items.get("in-1")).toMatchObject({ state: "quarantined", reason: "not-json" });
});

test("the same webhook twenty times is stored once, and each time answered with 202", async () => {
  const { url, inbox } = await start();
  const answers = await Promise.all(Array.from({ length: 20 }, () => hook(url, webhook)));

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 202));
  expect(inbox.items.size).toBe(1);
});

test("while the database is away webhooks get 503, so that their senders repeat them", async () => {
  const { url, inbox } = await start();
  inbox.store = () => Promise.reject(new UnavailableError("database", { retryable: true }));

  expect((await hook(url, webhook)).status).toBe(503);
});

test("a database that hangs gives 503 before the sender gives up", async () => {
  const { url, inbox } = await start({ limits: { ...DEFAULT_HTTP_LIMITS, hookAnswerMs: 50 } });
  inbox.store = () => new Promise(() => {});

  expect((await hook(url, webhook)).status).toBe(503);
});

test("an overloaded process sends webhooks away with 503", async () => {
  const { url } = await start({ limits: { ...DEFAULT_HTTP_LIMITS, maxEventLoopDelayMs: -1_000 } });

  expect((await hook(url, webhook)).status).toBe(503);
});

test("a body above the sender's own maximum gets 413, announced or not", async () => {
  const { url, inbox } = await start();
  const large = "x".repeat(1_048_577);

  expect((await hook(url, large)).status).toBe(413);
  expect(await chunked(`${url}/hooks/pagerduty`, large)).toBe(413);
  expect(inbox.items.size).toBe(0);
});

/** Posts without a length, in two pieces. */
function chunked(url: string, body: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const post = request(url, { method: "POST" }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  post.on("error", reject);
  post.write(body.slice(0, 1_000));
  post.end(body.slice(1_000));
  return promise;
}

test("unknown sources and paths get 404, known paths with another method 405", async () => {
  const { url } = await start();
  const answers = await Promise.all([
    fetch(`${url}/hooks/nobody`, { method: "POST", body: "{}" }),
    fetch(`${url}/nowhere`),
    fetch(`${url}/hooks/pagerduty`),
    fetch(`${url}/hooks/%E0%A4%A`, { method: "POST" }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 405, 400]);
  expect(answers[2]?.headers.get("allow")).toBe("POST");
});

test("every answer carries the security headers and tells nothing about the server", async () => {
  const { url } = await start();
  const { headers } = await fetch(`${url}/nowhere`);

  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("x-powered-by")).toBeNull();
});

const plain = (path: string, handle: Extract<HttpRoute, { kind: "plain" }>["handle"], method: "GET" | "POST" = "GET") =>
  ({ kind: "plain", method, path, maxBodyBytes: 100, handle }) satisfies HttpRoute;

test("a plain route gets parameters, query, headers and body, and its own headers win", async () => {
  const echo = plain(
    "/i/:incident",
    ({ params, query, headers, body }) =>
      Promise.resolve({
        status: 201,
        headers: { "content-type": "application/json", "cache-control": "max-age=60" },
        body: JSON.stringify([params, query.getAll("a"), headers["x-one"], new TextDecoder().decode(body)]),
      }),
    "POST",
  );
  const { url } = await start({ routes: [echo] });
  const answer = await fetch(`${url}/i/inc-1?a=1&a=2`, { method: "POST", body: "hi", headers: { "x-one": "1" } });

  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual([{ incident: "inc-1" }, ["1", "2"], "1", "hi"]);
  expect(answer.headers.get("cache-control")).toBe("max-age=60");
  expect((await fetch(`${url}/i/inc-1`, { method: "POST", body: "x".repeat(101) })).status).toBe(413);
  expect(await chunked(`${url}/i/inc-1`, "x".repeat(5_000))).toBe(413);
  expect((await fetch(`${url}/i/inc-1`)).status).toBe(405);
});

const failing = (path: string, cause: Error) => plain(path, () => Promise.reject(cause));

test("thrown errors become a status and a fixed text; what went wrong stays inside", async () => {
  const { url, logger } = await start({
    routes: [
      failing("/a", new AppError("not-found", "secret a")),
      failing("/b", new AppError("invalid-input", "secret b")),
      failing("/c", new UnavailableError("secret c", { retryable: true })),
      failing("/d", new TypeError("secret d")),
    ],
  });
  const answers = await Promise.all(["/a", "/b", "/c", "/d"].map((path) => fetch(`${url}${path}`)));
  const texts = await Promise.all(answers.map((answer) => answer.text()));

  expect(answers.map(({ status }) => status)).toEqual([404, 400, 503, 500]);
  expect(texts.join(" ")).not.toContain("secret");
  expect(logger.lines.filter(({ level }) => level === "error")).toHaveLength(2);
});

test("a route that owns its request gets it untouched, with the whole address", async () => {
  const seen: string[] = [];
  const owned = (path: string): HttpRoute => ({
    kind: "node",
    path,
    handle: async (incoming, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
      seen.push(`${incoming.method} ${incoming.url} ${Buffer.concat(chunks).toString()}`);
      response.end("own");
    },
  });
  const { url } = await start({ routes: [owned("/slack"), owned("/i/:incident/live")] });

  expect(await (await fetch(`${url}/slack/events?x=1`, { method: "POST", body: "raw" })).text()).toBe("own");
  expect(await (await fetch(`${url}/i/inc-1/live`)).text()).toBe("own");
  expect((await fetch(`${url}/i/inc-1/live/more`)).status).toBe(404);
  expect(seen).toEqual(["POST /slack/events?x=1 raw", "GET /i/inc-1/live "]);
});

test("readiness follows the database and never hangs on it; liveness does not", async () => {
  const up = await start();
  const down = await start({ isReady: () => Promise.reject(new Error("no database")) });
  const statuses = await Promise.all(
    [`${up.url}/readyz`, `${down.url}/readyz`, `${down.url}/livez`].map(async (url) => (await fetch(url)).status),
  );

  expect(statuses).toEqual([200, 503, 200]);
});

test("closing lets a running request end and takes no new one", async () => {
  const started = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const slow = plain("/slow", async () => {
    started.resolve();
    await release.promise;
    return { status: 200, headers: {}, body: "finished" };
  });
  const { url, server } = await start({ routes: [slow] });
  const answer = fetch(`${url}/slow`);
  await started.promise;
  const closed = server.close(5_000);

  await expect(fetch(`${url}/livez`)).rejects.toThrow("fetch failed");
  release.resolve();
  expect(await (await answer).text()).toBe("finished");
  await closed;
});

test("closing cuts what does not end in time", async () => {
  const started = Promise.withResolvers<void>();
  const stuck: HttpRoute = { kind: "node", path: "/stream", handle: () => started.resolve() };
  const { url, server } = await start({ routes: [stuck] });
  const answer = fetch(`${url}/stream`).catch(() => "cut");
  await started.promise;

  await server.close(20);
  expect(await answer).toBe("cut");
});

const owner = (path: string): HttpRoute => ({
  kind: "node",
  path,
  handle: (asked, response) => void response.end(`${path} got ${asked.url}`),
});

test("a route below another one's path gets its own requests, in whatever order they are handed in", async () => {
  const { url } = await start({ routes: [owner("/app"), owner("/app/events/T0OTHER"), owner("/app/events")] });
  const paths = ["/app/events/T0OTHER", "/app/events", "/app/x"];
  const answers = await Promise.all(paths.map(async (path) => (await fetch(`${url}${path}`)).text()));

  expect(answers).toEqual([
    "/app/events/T0OTHER got /app/events/T0OTHER",
    "/app/events got /app/events",
    "/app got /app/x",
  ]);
});

test("bodies that are held at once have a bound: more are sent away with 503, and room comes back", async () => {
  const { url } = await start({ limits: { ...DEFAULT_HTTP_LIMITS, maxHookBytesHeld: 1_500_000 } });
  const { promise: held, resolve: hold } = Promise.withResolvers<void>();
  const slow = request(`${url}/hooks/pagerduty`, { method: "POST", headers: { "content-length": 1_000_000 } });
  slow.on("error", () => undefined);
  slow.on("close", () => hold());
  slow.write("x".repeat(1_000));
  await new Promise((done) => setTimeout(done, 100));
  const second = await hook(url, "x".repeat(600_000));
  slow.destroy();
  await held;
  await new Promise((done) => setTimeout(done, 100));

  expect(second.status).toBe(503);
  expect((await hook(url, "x".repeat(600_000))).status).not.toBe(503);
});
