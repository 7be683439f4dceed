import { request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { DEFAULT_HTTP_LIMITS } from "../../src/http/server.ts";
import { hook, PAGERDUTY, plain, SECRET, sign, startHooks, webhook } from "../support/hook-server.ts";
import { createSnsSender } from "../support/sns-sender.ts";

/** Starts to send and keeps the connection open. */
async function unfinished(url: string, headers: Record<string, string | number>, begun = "") {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const post = request(url, { method: "POST", headers, agent: false });
  post.on("error", () => undefined);
  post.on("close", () => resolve());
  post.on("response", (response) => response.resume());
  post.flushHeaders();
  if (begun !== "") post.write(begun);
  await wait(20);
  return { closed, destroy: () => void post.destroy() };
}

const MEGABYTE = 1_000_000;

test("bodies of one source that are held at once have a bound: more are sent away with 503, and room comes back", async () => {
  const { url } = await startHooks({ limits: { ...DEFAULT_HTTP_LIMITS, maxHookBytesOfSource: 1_500_000 } });
  const headers = { "x-pagerduty-signature": sign(""), "content-length": MEGABYTE };
  const slow = await unfinished(`${url}/hooks/pagerduty`, headers, "x".repeat(950_000));
  await wait(100);
  const second = await hook(url, "x".repeat(600_000));
  slow.destroy();
  await slow.closed;
  await wait(100);

  expect(second.status).toBe(503);
  expect((await hook(url, "x".repeat(600_000))).status).toBe(202);
});

test.each(["alertmanager", "cloudwatch", "pagerduty"])(
  "forty connections that announce the most that %s may send, and send nothing, keep out no signed webhook",
  async (source) => {
    const settings = { ALERTMANAGER_WEBHOOK_TOKENS: SECRET, CLOUDWATCH_SNS_TOPICS: createSnsSender().topic };
    const { url, sources } = await startHooks({}, { ...PAGERDUTY, ...settings });
    const headers = {
      authorization: `Bearer ${SECRET}`,
      "x-pagerduty-signature": sign(""),
      "content-length": sources.get(source)?.maxBodyBytes ?? 0,
    };
    const idle = Array.from({ length: 40 }, () => unfinished(`${url}/hooks/${source}`, headers));
    const connections = await Promise.all(idle);
    const begun = performance.now();
    const { status } = await hook(url, webhook);
    for (const { destroy } of connections) destroy();

    expect(status).toBe(202);
    expect(performance.now() - begun).toBeLessThan(2_000);
  },
);

test("a source that is flooded keeps out no webhook of another", async () => {
  const limits = { ...DEFAULT_HTTP_LIMITS, maxHookBytesOfSource: 1_500_000 };
  const { url } = await startHooks({ limits }, { ...PAGERDUTY, CLOUDWATCH_SNS_TOPICS: createSnsSender().topic });
  const flood = await unfinished(`${url}/hooks/cloudwatch`, { "content-length": 1_490_000 }, "x".repeat(1_480_000));
  await wait(100);
  const flooded = await fetch(`${url}/hooks/cloudwatch`, { method: "POST", body: "x".repeat(100_000) });
  const other = await hook(url, "x".repeat(100_000));
  flood.destroy();

  expect([flooded.status, other.status]).toEqual([503, 202]);
});

test.each([
  ["alertmanager", {}, {}],
  ["alertmanager", { ALERTMANAGER_WEBHOOK_TOKENS: SECRET }, {}],
  ["alertmanager", { ALERTMANAGER_WEBHOOK_TOKENS: SECRET }, { authorization: "Bearer of-somebody-else-entirely" }],
  ["generic", { GENERIC_WEBHOOK_SECRETS: SECRET }, { authorization: "Bearer of-somebody-else-entirely" }],
  ["generic", { GENERIC_WEBHOOK_SECRETS: SECRET }, { "x-traceops-signature": "v1=short" }],
  ["cloudwatch", {}, {}],
  ["pagerduty", {}, {}],
] as const)("%s with %j refuses %j by the head, without a byte of the body", async (source, settings, headers) => {
  const { url } = await startHooks({}, settings);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const post = request(`${url}/hooks/${source}`, {
    method: "POST",
    agent: false,
    headers: { ...headers, "content-length": 1_000 },
  });
  post.on("response", ({ statusCode = 0 }) => resolve(statusCode));
  post.on("error", reject);
  post.flushHeaders();
  const status = await promise;
  post.destroy();

  expect(status).toBe(401);
});

test("what is still being stored after its sender was answered 503 is still counted, and given back in the end", async () => {
  const limits = { ...DEFAULT_HTTP_LIMITS, hookAnswerMs: 50, maxHookBytesOfSource: 1_000 };
  const { url, inbox } = await startHooks({ limits });
  const { promise: stored, resolve: store } = Promise.withResolvers<"stored">();
  let asked = 0;
  inbox.store = () => {
    asked++;
    return stored;
  };
  const late = await hook(url, "x".repeat(900));
  const meanwhile = await hook(url, "y".repeat(900));
  store("stored");
  await wait(20);

  expect([late.status, meanwhile.status, asked]).toEqual([503, 503, 1]);
  expect((await hook(url, "z".repeat(900))).status).toBe(202);
});

test("a plain route decides by the head whether it reads a body, and what all of them hold has a bound", async () => {
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const reading = plain(
    "/form",
    async ({ headers, body }) => {
      if (headers["x-known"] === undefined) return { status: 403, headers: {}, body: "who are you?" };
      const { byteLength } = await body();
      if (headers["x-known"] === "slow") await held;
      return { status: 200, headers: {}, body: String(byteLength) };
    },
    "POST",
  );
  const limits = { ...DEFAULT_HTTP_LIMITS, maxPlainBytesHeld: 150 };
  const { url } = await startHooks({ routes: [reading], limits });
  const send = (known: string) =>
    fetch(`${url}/form`, { method: "POST", body: "x".repeat(100), headers: { "x-known": known } });
  const stranger = request(`${url}/form`, { method: "POST", agent: false, headers: { "content-length": 100 } });
  const { promise: answered, resolve: answer } = Promise.withResolvers<number>();
  stranger.on("response", ({ statusCode = 0 }) => answer(statusCode));
  stranger.on("error", () => answer(0));
  stranger.flushHeaders();
  const slow = send("slow");
  await wait(50);
  const second = await send("yes");
  letGo();

  expect(await answered).toBe(403);
  expect(second.status).toBe(503);
  expect((await slow).status).toBe(200);
  expect((await send("yes")).status).toBe(200);
  stranger.destroy();
});
