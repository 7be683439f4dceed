import { afterEach, expect, test } from "vitest";
import { guardVerbs } from "../../src/app/access/guard-verbs.ts";
import { epochMs, incidentId } from "../../src/core/ids.ts";
import { LINK_LIVES_MS, signLink } from "../../src/platform/signed-link.ts";
import { openAccess } from "../support/open-access.ts";
import { anIncident, at } from "../support/sample-incident.ts";
import { KeptIncident, verbsOver } from "../support/surface-deps.ts";
import { type RunningSite, startSite } from "../support/web-site.ts";

const sites: RunningSite[] = [];
const KEY = "key for web-link";
const NOW = epochMs(at("03:00:00"));
const HOUR_MS = 60 * 60_000;
const ID = incidentId("INC-7");

afterEach(async () => {
  for (const running of sites.splice(0)) await running.close();
});

/** An install that people reach from outside, without a password: nobody gets in but by a link. */
async function site(publicUrl = "https://traceops.example.com") {
  const kept = [new KeptIncident(), new KeptIncident(anIncident({ id: incidentId("INC-8") }))];
  const rights = openAccess();
  let nowMs: number = NOW;
  const deps = {
    ...rights,
    publicUrl,
    verbs: guardVerbs(verbsOver(kept), rights.access),
    clock: { nowMs: () => epochMs(nowMs) },
  };
  const running = await startSite(kept, { deps });
  sites.push(running);
  return { url: running.url, kept, later: (ms: number) => (nowMs += ms) };
}

const visit = (address: string, cookie = "") => fetch(address, { redirect: "manual", headers: { cookie } });
const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0] ?? "";

test("a signed link becomes a session of this host that opens its incident, again and again, and no other one", async () => {
  const { url } = await site();
  const link = `${url}/i/INC-7?${signLink({ incident: ID, role: "responder" }, KEY, NOW)}`;

  const exchanged = await visit(link);
  const again = await visit(link);
  const cookie = cookieOf(exchanged);

  expect([exchanged.status, exchanged.headers.get("location"), again.status]).toEqual([303, "/i/INC-7", 303]);
  expect(exchanged.headers.get("set-cookie")).toMatch(
    /^__Host-traceops_session=[\w.-]+; Path=\/; Max-Age=28800; HttpOnly; SameSite=Lax; Secure$/u,
  );
  const paths = ["/i/INC-7", "/i/INC-7.json", "/i/INC-7/postmortem.md", "/i/INC-8", "/i/INC-8/live", "/"];
  const statuses = await Promise.all(paths.map(async (path) => (await visit(url + path, cookie)).status));
  expect(statuses).toEqual([200, 200, 200, 404, 404, 403]);
  expect((await visit(`${url}/i/INC-7`)).status).toBe(403);
});

test("a link that was changed, belongs to another page, or is over gets 403 and a sentence", async () => {
  const { url, later } = await site();
  const good = signLink({ incident: ID, role: "responder" }, KEY, NOW);
  const refused = [
    `/i/INC-8?${good}`,
    `/i/INC-7?${good.replace(/expires=\d+/u, (part) => `expires=${Number(part.slice(8)) + 60}`)}`,
    `/i/INC-7?${good.slice(0, -1)}${good.endsWith("0") ? "1" : "0"}`,
    `/i/INC-7?${good.replace(/&link=.*/u, "&link=")}`,
    `/i/INC-7?${signLink({ incident: ID, role: "responder" }, "another key", NOW)}`,
    `/i/INC-7?${signLink({ incident: ID, role: "responder" }, KEY, epochMs(NOW + 60_000))}`,
    `/i/INC-7?link=1`,
    `/i/INC-7?${signLink({ incident: ID, role: "viewer" }, KEY, NOW).replace("as=viewer", "as=responder")}`,
  ];

  for (const path of refused) {
    const answer = await visit(url + path);
    expect([path, answer.status, answer.headers.get("set-cookie")]).toEqual([path, 403, null]);
    expect(await answer.text()).toContain("Ask for a new one in Slack");
  }
  later(LINK_LIVES_MS + 1_000);
  const late = await visit(`${url}/i/INC-7?${good}`);
  expect([late.status, (await late.text()).includes("15 minutes")]).toEqual([403, true]);
});

test("a session that was changed or is over opens nothing", async () => {
  const { url, later } = await site();
  const cookie = cookieOf(await visit(`${url}/i/INC-7?${signLink({ incident: ID, role: "responder" }, KEY, NOW)}`));
  const [name = "", value = ""] = cookie.split("=");
  const [, mac = ""] = value.split(".");
  const wider = Buffer.from(
    JSON.stringify({ v: 2, incidents: [{ id: "INC-8", role: "responder", until: NOW }] }),
  ).toString("base64url");

  expect((await visit(`${url}/i/INC-8`, `${name}=${wider}.${mac}`)).status).toBe(403);
  expect((await visit(`${url}/i/INC-7`, `traceops_session=${value}`)).status).toBe(403);
  expect((await visit(`${url}/i/INC-7`, cookie.slice(0, -2))).status).toBe(403);
  later(8 * 60 * 60_000 + 1_000);
  expect((await visit(`${url}/i/INC-7`, cookie)).status).toBe(403);
});

test("each incident of a session ends eight hours after its own link, whatever is opened later", async () => {
  const { url, later } = await site();
  const linkTo = (id: string, nowMs: number) =>
    `${url}/i/${id}?${signLink({ incident: incidentId(id), role: "responder" }, KEY, epochMs(nowMs))}`;
  const first = cookieOf(await visit(linkTo("INC-7", NOW)));
  later(7 * HOUR_MS);
  const both = cookieOf(await visit(linkTo("INC-8", NOW + 7 * HOUR_MS), first));
  const statuses = async () => [
    (await visit(`${url}/i/INC-7`, both)).status,
    (await visit(`${url}/i/INC-8`, both)).status,
  ];

  expect(await statuses()).toEqual([200, 200]);
  later(HOUR_MS + 1_000);
  expect(await statuses()).toEqual([404, 200]);
  later(7 * HOUR_MS);
  expect(await statuses()).toEqual([403, 403]);
});

test("a session of twenty incidents with the longest ids fits a cookie and opens all of them", async () => {
  const { url } = await site();
  const linkTo = (id: string) =>
    `${url}/i/${id}?${signLink({ incident: incidentId(id), role: "responder" }, KEY, NOW)}`;
  let cookie = cookieOf(await visit(linkTo("INC-7")));
  for (let number = 11; number < 30; number++) {
    cookie = cookieOf(await visit(linkTo(`INC-${"x".repeat(94)}${number}`), cookie));
  }

  expect(cookie.length).toBeLessThanOrEqual(4_096);
  expect((await visit(`${url}/i/INC-7`, cookie)).status).toBe(200);
  cookie = cookieOf(await visit(linkTo("INC-8"), cookie));
  expect((await visit(`${url}/i/INC-7`, cookie)).status).toBe(404);
});

test("a link for reading lets nobody vote", async () => {
  const { url, kept } = await site();
  const session = cookieOf(await visit(`${url}/i/INC-7?${signLink({ incident: ID, role: "viewer" }, KEY, NOW)}`));
  const page = await visit(`${url}/i/INC-7`, session);
  const token = /name="token" value="([^"]+)"/u.exec(await page.text())?.[1] ?? "";
  const answer = await fetch(`${url}/i/INC-7/feedback`, {
    method: "POST",
    redirect: "manual",
    headers: {
      cookie: `${session}; ${cookieOf(page)}`,
      origin: url,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ token, vote: "h1deploy:yes", name: "Ann" }),
  });

  expect([page.status, answer.status, kept[0]?.votes]).toEqual([200, 403, []]);
  expect(await answer.text()).toContain("This needs the role responder");
});

test("with a session, a vote counts from our own page only", async () => {
  const { url, kept } = await site();
  const session = cookieOf(await visit(`${url}/i/INC-7?${signLink({ incident: ID, role: "responder" }, KEY, NOW)}`));
  const page = await visit(`${url}/i/INC-7`, session);
  const token = /name="token" value="([^"]+)"/u.exec(await page.text())?.[1] ?? "";
  const cookie = `${session}; ${cookieOf(page)}`;
  const vote = (origin: string, incident = "INC-7", given = token) =>
    fetch(`${url}/i/${incident}/feedback`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, origin, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ token: given, vote: "h1deploy:yes", name: "Ann" }),
    });

  const refused = [
    await vote("https://evil.example"),
    await vote("null"),
    await vote(url, "INC-7", "wrong"),
    await vote(url, "INC-8"),
  ];
  const taken = await vote(url);

  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  expect([taken.status, kept.map(({ votes }) => votes.length)]).toEqual([303, [1, 0]]);
});
