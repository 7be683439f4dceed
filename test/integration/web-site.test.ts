import { afterEach, describe, expect, test } from "vitest";
import { incidentId } from "../../src/core/ids.ts";
import { anIncident, at } from "../support/sample-incident.ts";
import { KeptIncident } from "../support/surface-deps.ts";
import { type RunningSite, startSite } from "../support/web-site.ts";

const sites: RunningSite[] = [];

afterEach(async () => {
  for (const running of sites.splice(0)) await running.close();
});

async function site(kept: readonly KeptIncident[], options: Parameters<typeof startSite>[1] = {}): Promise<string> {
  const running = await startSite(kept, options);
  sites.push(running);
  return running.url;
}

interface Opened {
  readonly token: string;
  readonly cookie: string;
}

/** What a browser knows after it opened the page. */
async function open(url: string): Promise<Opened> {
  const page = await fetch(`${url}/i/INC-7`);
  const token = /name="token" value="([^"]+)"/u.exec(await page.text())?.[1] ?? "";
  return { token, cookie: page.headers.get("set-cookie")?.split(";")[0] ?? "" };
}

function vote(url: string, { token, cookie }: Opened, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/i/INC-7/feedback`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: url, "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams({ token, vote: "h1deploy:yes", name: "Ann" }),
  });
}

describe("pages", () => {
  test("lists open incidents first, each with its answer", async () => {
    const resolved = anIncident({ id: incidentId("INC-6"), status: "resolved", resolvedAtMs: at("02:00:00") });
    const url = await site([new KeptIncident(resolved), new KeptIncident()]);

    const markup = await (await fetch(url)).text();

    expect(markup.indexOf("INC-7")).toBeLessThan(markup.indexOf("INC-6"));
    expect(markup).toContain("Deploy v412 of checkout lowered pool.max from 50 to 5");
  });

  test("gives agents the analysis as it is, and people a postmortem draft", async () => {
    const kept = new KeptIncident();
    const url = await site([kept]);

    const document = await fetch(`${url}/i/INC-7.json`);
    const draft = await fetch(`${url}/i/INC-7/postmortem.md`);

    expect(await document.json()).toEqual(kept.analysis);
    expect(draft.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
    expect(await draft.text()).toContain("# Postmortem draft: 5xx rate above 5 % on checkout");
  });

  test("says that the first look still runs, and knows no incident that is not there", async () => {
    const url = await site([new KeptIncident(anIncident({ id: incidentId("INC-8") }), null)]);

    const early = await fetch(`${url}/i/INC-8.json`);
    const missing = await Promise.all(
      ["/i/INC-404", "/i/INC-404.json", "/i/INC-404/postmortem.md", "/i/INC-404/live", "/assets/..%2Fsite.ts"].map(
        async (path) => (await fetch(url + path)).status,
      ),
    );

    expect([early.status, await early.json()]).toEqual([202, { status: "investigating", incident: "INC-8" }]);
    expect(missing).toEqual([404, 404, 404, 404, 404]);
  });

  test("runs only our own files and is framed and kept by nobody", async () => {
    const url = await site([new KeptIncident()]);

    const page = await fetch(`${url}/i/INC-7`);
    const markup = await page.text();

    expect(page.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("set-cookie")).toMatch(/; HttpOnly; SameSite=Strict$/u);
    expect(markup).not.toMatch(/ style=| on[a-z]+=|<script(?! type="module" src="\/assets)/u);
  });
});

describe("a vote", () => {
  test("from our page is recorded under the name given, and the browser goes back to the cause", async () => {
    const kept = new KeptIncident();
    const url = await site([kept]);

    const answer = await vote(url, await open(url));

    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/i/INC-7#cause-h1deploy"]);
    expect(kept.votes).toMatchObject([{ hypothesisId: "h1deploy", verdict: "yes", actorName: "Ann" }]);
    expect(kept.votes[0]?.actorId).toMatch(/^web:[0-9a-f]{12}$/u);
  });

  test("from elsewhere changes nothing: another site, no site, no token, another visitor's token", async () => {
    const kept = new KeptIncident();
    const url = await site([kept]);
    const mine = await open(url);
    const other = await open(url);

    const answers = [
      await vote(url, mine, { origin: "https://evil.example" }),
      await vote(url, mine, { origin: "null" }),
      await vote(url, mine, { "sec-fetch-site": "cross-site" }),
      await vote(url, { ...mine, token: "" }),
      await vote(url, { ...mine, token: other.token }),
      await vote(url, { ...mine, cookie: "" }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    expect(kept.votes).toEqual([]);
  });

  test("that cannot be read is refused in words", async () => {
    const url = await site([new KeptIncident()]);
    const { cookie, token } = await open(url);

    const answer = await fetch(`${url}/i/INC-7/feedback`, {
      method: "POST",
      headers: { cookie, origin: url, "content-type": "application/json", "x-traceops-token": token },
      body: '{"hypothesisId":"h1deploy","verdict":"maybe"}',
    });

    expect(answer.status).toBe(400);
  });
});

describe("an install that people reach from outside", () => {
  test("opens no page until it is protected, and says how", async () => {
    const url = await site([new KeptIncident()], { deps: { publicUrl: "https://traceops.example" } });

    const page = await fetch(`${url}/i/INC-7`);
    const live = await fetch(`${url}/i/INC-7/live`);

    expect([page.status, live.status]).toEqual([403, 403]);
    expect(await page.text()).toContain("WEB_PASSWORD");
  });

  test("asks for its password everywhere, and puts the user's name beside the vote", async () => {
    const kept = new KeptIncident();
    const deps = { publicUrl: "https://traceops.example" };
    const url = await site([kept], { deps, env: { WEB_PASSWORD: "correct horse battery" } });
    const authorization = `Basic ${Buffer.from("bo:correct horse battery").toString("base64")}`;

    const paths = ["/", "/i/INC-7", "/i/INC-7.json", "/i/INC-7/postmortem.md"];
    const shut = await Promise.all(paths.map(async (path) => (await fetch(url + path)).status));
    const page = await fetch(`${url}/i/INC-7`, { headers: { authorization } });
    const token = /name="token" value="([^"]+)"/u.exec(await page.text())?.[1] ?? "";
    const cookie = page.headers.get("set-cookie") ?? "";
    await fetch(`${url}/i/INC-7/feedback`, {
      method: "POST",
      redirect: "manual",
      headers: { authorization, cookie: cookie.split(";")[0] ?? "", origin: "https://traceops.example" },
      body: new URLSearchParams({ token, vote: "h1deploy:no", name: "somebody else" }),
    });

    expect(shut).toEqual([401, 401, 401, 401]);
    expect(cookie).toContain("; Secure");
    expect(kept.votes).toMatchObject([{ verdict: "no", actorName: "bo" }]);
  });
});

test("the live stream tells what is newer, and ends when the site stops", async () => {
  const kept = new KeptIncident();
  const url = await site([kept]);
  const response = await fetch(`${url}/i/INC-7/live`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new TypeError("the stream has a body");
  const next = async (wanted: string) => {
    for (let text = ""; ; ) {
      const { value, done } = await reader.read();
      text += value ?? "";
      if (text.includes(wanted) || done) return text;
    }
  };

  const first = await next('"sequence":1');
  kept.change({ verdict: "several-candidates" });
  const second = await next('"sequence":2');
  await sites.pop()?.close();

  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(first).toContain("event: state");
  expect(second).toContain("possible causes");
  expect((await reader.read()).done).toBe(true);
});
