import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { guardVerbs } from "../../src/app/access/guard-verbs.ts";
import type { Resource } from "../../src/core/access/policy.ts";
import { epochMs, incidentId } from "../../src/core/ids.ts";
import { signLink } from "../../src/platform/signed-link.ts";
import { openAccess } from "../support/open-access.ts";
import { at } from "../support/sample-incident.ts";
import { KeptIncident, verbsOver } from "../support/surface-deps.ts";
import { type RunningSite, startSite } from "../support/web-site.ts";

const NOW = epochMs(at("03:00:00"));
const MINUTE_MS = 60_000;
const PASSWORD = "correct horse battery";
const sites: RunningSite[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const running of sites.splice(0)) await running.close();
});

/** An install that people reach from outside, whose clock and whose card's place the test moves. */
async function site() {
  const kept = new KeptIncident();
  const asked: { place: Resource["place"] | Error; nowMs: number } = { place: "open", nowMs: NOW };
  const placeFor = async () => {
    if (asked.place instanceof Error) throw asked.place;
    return asked.place;
  };
  const rights = openAccess({ places: () => [{ placeFor }] });
  const deps = {
    ...rights,
    publicUrl: "https://traceops.example.com",
    verbs: guardVerbs(verbsOver([kept]), rights.access),
    clock: { nowMs: () => epochMs(asked.nowMs) },
  };
  const running = await startSite([kept], { deps, env: { WEB_PASSWORD: PASSWORD } });
  sites.push(running);
  return { url: running.url, kept, asked };
}

/** An open live page: what it heard so far, and whether it was closed. */
async function watch(url: string, headers: Record<string, string>) {
  const response = await fetch(`${url}/i/INC-7/live`, { headers });
  const heard = { status: response.status, text: "", isClosed: false };
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const listen = async () => {
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) break;
      heard.text += value ?? "";
    }
    heard.isClosed = true;
  };
  void listen();
  await expect.poll(() => heard.text).toContain('"sequence":1');
  return heard;
}

const signedIn = { authorization: `Basic ${Buffer.from(`bo:${PASSWORD}`).toString("base64")}` };
const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * MINUTE_MS);

test("a live page whose session is over is closed within a minute, and not before", async () => {
  const { url, kept, asked } = await site();
  const link = signLink({ incident: incidentId("INC-7"), role: "viewer" }, "key for web-link", NOW);
  const exchanged = await fetch(`${url}/i/INC-7?${link}`, { redirect: "manual" });
  const page = await watch(url, { cookie: exchanged.headers.get("set-cookie")?.split(";")[0] ?? "" });

  await minutes(3);
  kept.change({ verdict: "several-candidates" });
  await minutes(1);
  await expect.poll(() => page.text).toContain('"sequence":2');
  expect(page.isClosed).toBe(false);
  asked.nowMs += 8 * 60 * MINUTE_MS;
  await minutes(1);
  await expect.poll(() => page.isClosed).toBe(true);
});

test("a live page hears nothing more of an incident whose card moved to a private channel", async () => {
  const { url, kept, asked } = await site();
  const page = await watch(url, signedIn);

  asked.place = "outside";
  await minutes(1);
  await expect.poll(() => page.isClosed).toBe(true);
  kept.change({ verdict: "several-candidates" });
  await minutes(1);

  expect(page.text).not.toContain('"sequence":2');
  expect((await fetch(`${url}/i/INC-7/live`, { headers: signedIn })).status).toBe(404);
});

test("a live page is closed when nobody can say whether it may still watch", async () => {
  const { url, asked } = await site();
  const page = await watch(url, signedIn);

  asked.place = new Error("the database is away");
  await minutes(1);

  await expect.poll(() => page.isClosed).toBe(true);
});
