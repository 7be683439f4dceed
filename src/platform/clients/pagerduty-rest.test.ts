import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import { epochMs } from "../../core/ids.ts";
import { PagerDutyError } from "./pagerduty.ts";
import { checkPagerDutyUser } from "./pagerduty-check.ts";
import { createPagerDutyClient } from "./pagerduty-rest.ts";

const HOST = "api.eu.pagerduty.com";
const clock = { nowMs: () => epochMs(1_000_000) };
const client = (tryTimeoutMs = 2000) =>
  createPagerDutyClient({ token: "key-1", host: HOST, clock, tryTimeoutMs, libraryPauseMs: 1 });
const signal = () => AbortSignal.timeout(5000);

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

test("a read goes to the configured host with the key and gives the parsed body", async () => {
  nock(`https://${HOST}`, { reqheaders: { authorization: "Token token=key-1" } })
    .get("/incidents/Q1/log_entries")
    .query({ "include[]": "channels" })
    .reply(200, { log_entries: [1] });

  await expect(client().get("/incidents/Q1/log_entries", { "include[]": "channels" }, signal())).resolves.toEqual({
    log_entries: [1],
  });
});

test("pages of a sub-resource are joined until there are no more", async () => {
  const path = "/incidents/Q1/notes";
  nock(`https://${HOST}`)
    .get(path)
    .query({ limit: "100", offset: "0" })
    .reply(200, { notes: [1, 2], more: true });
  nock(`https://${HOST}`)
    .get(path)
    .query({ limit: "100", offset: "2" })
    .reply(200, { notes: [3], more: false });

  await expect(client().list({ path, key: "notes", query: {}, maxPages: 5 }, signal())).resolves.toEqual([1, 2, 3]);
});

test("a refusal is an error with its status and PagerDuty's words, and is not retried", async () => {
  nock(`https://${HOST}`)
    .get("/incidents")
    .reply(403, { error: { message: "Access denied", errors: ["no scope"] } });

  const failure = await client()
    .get("/incidents", {}, signal())
    .catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(PagerDutyError);
  expect(failure).toMatchObject({ status: 403, retryable: false, isRefusal: true });
  expect(String(failure)).toContain("Access denied; no scope");
});

test("a body that is not JSON is an error with the status too", async () => {
  nock(`https://${HOST}`).post("/incidents/Q1/notes").reply(502, "<html>bad gateway</html>");

  const posting = client().post("/incidents/Q1/notes", { note: {} }, { from: "a@example.com", signal: signal() });

  await expect(posting).rejects.toMatchObject({ status: 502, isRefusal: false });
});

test("a write is sent once in somebody's name, even when its answer is lost", async () => {
  const scope = nock(`https://${HOST}`, { reqheaders: { from: "a@example.com" } })
    .post("/incidents/Q1/notes", { note: { content: "x" } })
    .replyWithError("socket hang up");

  const posting = client().post(
    "/incidents/Q1/notes",
    { note: { content: "x" } },
    { from: "a@example.com", signal: signal() },
  );

  await expect(posting).rejects.toMatchObject({ status: null, isRefusal: false });
  expect(scope.isDone()).toBe(true);
});

test("a read is tried again after a server error, and a change of fields too", async () => {
  nock(`https://${HOST}`).get("/a").reply(503, {}).get("/a").reply(200, { ok: 1 });
  nock(`https://${HOST}`).put("/b").replyWithError("reset").put("/b").reply(200, { ok: 2 });

  await expect(client().get("/a", {}, signal())).resolves.toEqual({ ok: 1 });
  await expect(client().put("/b", {}, { from: null, signal: signal() })).resolves.toEqual({ ok: 2 });
});

test("after a rate limit the next try waits as long as PagerDuty asks", async () => {
  const scope = nock(`https://${HOST}`)
    .get("/a")
    .times(4)
    .reply(429, { error: { message: "Rate Limit Exceeded", code: 2020 } }, { "ratelimit-reset": "600" });

  await expect(client().get("/a", {}, signal())).rejects.toMatchObject({ status: 429, retryable: true });
  expect(scope.isDone()).toBe(true);
});

test("a silent server is given up at the deadline and nothing stays behind", async () => {
  nock(`https://${HOST}`).get("/a").delay(3000).times(3).reply(200, {});
  const started = performance.now();

  await expect(client().get("/a", {}, AbortSignal.timeout(150))).rejects.toMatchObject({
    status: null,
    message: "PagerDuty did not answer in time",
  });
  expect(performance.now() - started).toBeLessThan(1000);
});

test.each([
  [400, { message: "Requester User Not Found", code: 1008 }, true],
  [400, { message: "Requester User Not Found" }, true],
  [400, { message: "Invalid Input Provided", code: 2001 }, false],
  [403, { message: "Access Denied", code: 2010 }, false],
])(
  "an address that is no user of the account is told apart from other refusals: %i %o",
  async (status, error, expected) => {
    nock(`https://${HOST}`).post("/incidents/Q1/notes").reply(status, { error });

    const posting = client().post("/incidents/Q1/notes", {}, { from: "a@example.com", signal: signal() });

    await expect(posting).rejects.toMatchObject({ status, isUnknownUser: expected });
  },
);

test("the check tells an address that is no user of the account, and stays silent where it cannot see", async () => {
  const users = nock(`https://${HOST}`).get("/users").query({ query: "bot@shop.example", limit: "100" });
  users.reply(200, { users: [{ email: "Bot@shop.example" }] });
  expect(await checkPagerDutyUser(client(), "bot@shop.example", signal())).toBeNull();

  nock(`https://${HOST}`).get("/users").query(true).reply(200, { users: [] });
  expect(await checkPagerDutyUser(client(), "bot@shop.example", signal())).toContain("PAGERDUTY_FROM_EMAIL is no user");

  nock(`https://${HOST}`)
    .get("/users")
    .query(true)
    .reply(403, { error: { message: "Access Denied" } });
  expect(await checkPagerDutyUser(client(), "bot@shop.example", signal())).toBeNull();
});
