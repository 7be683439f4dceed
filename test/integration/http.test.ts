import { request } from "node:http";
import { expect, test } from "vitest";
import { AppError, UnavailableError } from "../../src/app/errors.ts";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { DEFAULT_HTTP_LIMITS } from "../../src/http/server.ts";
import type { HttpRoute } from "../../src/platform/http-route.ts";
import { hook, plain, sign, startHooks, webhook } from "../support/hook-server.ts";

test("an unsigned webhook gets 401 and leaves nothing behind", async () => {
  const { url, inbox } = await startHooks();

  expect((await fetch(`${url}/hooks/pagerduty`, { method: "POST", body: webhook })).status).toBe(401);
  expect((await hook(url, webhook, sign("other bytes"))).status).toBe(401);
  expect(inbox.items.size).toBe(0);
});

test("a signed webhook gets 202, its exact bytes are kept, and it becomes an incident", async () => {
  const { url, inbox, incidents, process } = await startHooks();

  expect((await hook(url, webhook)).status).toBe(202);
  expect(new TextDecoder().decode(inbox.items.get("in-1")?.delivery.raw)).toBe(webhook);
  await process("in-1");
  expect(await incidents.list(DEFAULT_TENANT, { limit: 5 })).toMatchObject([
    { service: "orders", status: "triggered" },
  ]);
});

test("signed garbage gets 202 and ends in quarantine", async () => {
  const { url, inbox, process } = await startHooks();
  const garbage = "\u0000\uFFFF not JSON {";

  expect((await hook(url, garbage)).status).toBe(202);
  await process("in-1");
  expect(inbox.items.get("in-1")).toMatchObject({ state: "quarantined", reason: "not-json" });
});

test("the same webhook twenty times is stored once, and each time answered with 202", async () => {
  const { url, inbox } = await startHooks();
  const answers = await Promise.all(Array.from({ length: 20 }, () => hook(url, webhook)));

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 202));
  expect(inbox.items.size).toBe(1);
});

test("while the database is away webhooks get 503, so that their senders repeat them", async () => {
  const { url, inbox } = await startHooks();
  inbox.store = () => Promise.reject(new UnavailableError("database", { retryable: true }));

  expect((await hook(url, webhook)).status).toBe(503);
});

test("a database that hangs gives 503 before the sender gives up", async () => {
  const { url, inbox } = await startHooks({ limits: { ...DEFAULT_HTTP_LIMITS, hookAnswerMs: 50 } });
  inbox.store = () => new Promise(() => {});

  expect((await hook(url, webhook)).status).toBe(503);
});

test("an overloaded process sends webhooks away with 503", async () => {
  const { url } = await startHooks({ limits: { ...DEFAULT_HTTP_LIMITS, maxEventLoopDelayMs: -1_000 } });

  expect((await hook(url, webhook)).status).toBe(503);
});

test("a body above the sender's own maximum gets 413, announced or not", async () => {
  const { url, inbox } = await startHooks();
  const large = "x".repeat(1_048_577);

  expect((await hook(url, large)).status).toBe(413);
  expect(await chunked(`${url}/hooks/pagerduty`, large, { "x-pagerduty-signature": sign(large) })).toBe(413);
  expect(inbox.items.size).toBe(0);
});

/** Posts without a length, in two pieces. */
function chunked(url: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const post = request(url, { method: "POST", headers }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  post.on("error", reject);
  post.write(body.slice(0, 1_000));
  post.end(body.slice(1_000));
  return promise;
}

test("unknown sources and paths get 404, known paths with another method 405", async () => {
  const { url } = await startHooks();
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
  const { url } = await startHooks();
  const { headers } = await fetch(`${url}/nowhere`);

  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("x-powered-by")).toBeNull();
});

test("a plain route gets parameters, query, headers and body, and its own headers win", async () => {
  const echo = plain(
    "/i/:incident",
    async ({ params, query, headers, body }) => ({
      status: 201,
      headers: { "content-type": "application/json", "cache-control": "max-age=60" },
      body: JSON.stringify([params, query.getAll("a"), headers["x-one"], new TextDecoder().decode(await body())]),
    }),
    "POST",
  );
  const { url } = await startHooks({ routes: [echo] });
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
  const { url, logger } = await startHooks({
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
  const { url } = await startHooks({ routes: [owned("/slack"), owned("/i/:incident/live")] });

  expect(await (await fetch(`${url}/slack/events?x=1`, { method: "POST", body: "raw" })).text()).toBe("own");
  expect(await (await fetch(`${url}/i/inc-1/live`)).text()).toBe("own");
  expect((await fetch(`${url}/i/inc-1/live/more`)).status).toBe(404);
  expect(seen).toEqual(["POST /slack/events?x=1 raw", "GET /i/inc-1/live "]);
});

test("readiness follows the database and never hangs on it; liveness does not", async () => {
  const up = await startHooks();
  const down = await startHooks({ isReady: () => Promise.reject(new Error("no database")) });
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
  const { url, server } = await startHooks({ routes: [slow] });
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
  const { url, server } = await startHooks({ routes: [stuck] });
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
  const { url } = await startHooks({ routes: [owner("/app"), owner("/app/events/T0OTHER"), owner("/app/events")] });
  const paths = ["/app/events/T0OTHER", "/app/events", "/app/x"];
  const answers = await Promise.all(paths.map(async (path) => (await fetch(`${url}${path}`)).text()));

  expect(answers).toEqual([
    "/app/events/T0OTHER got /app/events/T0OTHER",
    "/app/events got /app/events",
    "/app got /app/x",
  ]);
});
