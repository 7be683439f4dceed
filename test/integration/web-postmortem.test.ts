import { afterEach, expect, test } from "vitest";
import { text } from "../support/sample-incident.ts";
import { KeptIncident } from "../support/surface-deps.ts";
import { type RunningSite, startSite } from "../support/web-site.ts";

const sites: RunningSite[] = [];
const PATH = "/i/INC-7/postmortem";

afterEach(async () => {
  for (const running of sites.splice(0)) await running.close();
});

async function site(kept = new KeptIncident()): Promise<string> {
  const running = await startSite([kept]);
  sites.push(running);
  return running.url;
}

/** A browser: its cookie, and the fields of the form as it would send them back. */
class Browser {
  readonly #url: string;
  cookie = "";
  fields = { token: "", version: "", text: "" };

  constructor(url: string) {
    this.#url = url;
  }

  async open(path = PATH): Promise<string> {
    const page = await fetch(this.#url + path, { headers: { cookie: this.cookie } });
    this.cookie ||= page.headers.get("set-cookie")?.split(";")[0] ?? "";
    return this.read(await page.text());
  }

  read(markup: string): string {
    const typed = /<textarea[^>]*>\n(?<text>[^<]*)<\/textarea>/u.exec(markup)?.groups?.["text"] ?? "";
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`, "u").exec(markup)?.[1] ?? "";
    this.fields = { token: field("token"), version: field("version"), text: unescaped(typed) };
    return markup;
  }

  /** Sends the form with line ends as browsers write them. */
  save(words: string, name: string, headers: Record<string, string> = {}): Promise<Response> {
    const sent = { ...this.fields, text: words.replaceAll("\n", "\r\n"), name };
    return fetch(this.#url + PATH, {
      method: "POST",
      redirect: "manual",
      headers: { cookie: this.cookie, origin: this.#url, ...headers },
      body: new URLSearchParams(sent),
    });
  }
}

function unescaped(markup: string): string {
  const words: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'", "#96": "`" };
  return markup.replaceAll(/&(lt|gt|amp|quot|#39|#96);/gu, (_, name: string) => words[name] ?? "");
}

const markdownAt = async (url: string) => (await fetch(`${url}${PATH}.md`)).text();

test("the field holds the document byte for byte, and saving it unchanged stores nothing", async () => {
  const url = await site();
  const ann = new Browser(url);
  await ann.open();

  const answer = await ann.save(ann.fields.text, "Ann");

  expect(ann.fields.text).toBe(await markdownAt(url));
  expect([answer.status, answer.headers.get("location")]).toEqual([303, `${PATH}?saved=yes#notice`]);
  expect((await ann.open()).includes("Version 1, by TraceOps")).toBe(true);
});

test("what a person wrote stays byte for byte when new facts come in", async () => {
  const kept = new KeptIncident();
  const url = await site(kept);
  const ann = new Browser(url);
  await ann.open();
  const words = "- Customers   saw <b>502</b> & waited;\ttwo spaces  \n- Größe: 日本語 👍";
  const edited = ann.fields.text.replace("- 97 requests answered 502 in 5 min.", words);

  await ann.save(edited, "Ann");
  kept.vote(kept.answer().view.causes[0]?.id ?? unknown(), "yes", ["U9", text("Bo")]);
  const after = await markdownAt(url);

  expect(after).toContain(`\n${words} [e10f9esckfnp]\n`);
  expect(after).toContain("Confirmed by Bo");
});

test("facts that came in while a person was writing are no reason to refuse, and are there afterwards", async () => {
  const kept = new KeptIncident();
  const url = await site(kept);
  const ann = new Browser(url);
  await ann.open();
  kept.vote(kept.answer().view.causes[0]?.id ?? unknown(), "yes", ["U9", text("Bo")]);
  await markdownAt(url);

  const answer = await ann.save(`${ann.fields.text}\n## Lessons\n\nOurs.\n`, "Ann");

  expect(answer.status).toBe(303);
  const after = await markdownAt(url);
  expect(after).toMatch(/\n## Lessons\n\nOurs\.\n$/u);
  expect(after).toContain("Confirmed by Bo");
});

test("of two who write at once the second is told who saved, loses no word, and decides", async () => {
  const url = await site();
  const [ann, bo] = [new Browser(url), new Browser(url)];
  await ann.open();
  await bo.open();
  await ann.save(`${ann.fields.text}\nAnn's line\n`, "Ann");

  const refused = await bo.save(`${bo.fields.text}\nBo's line\n`, "Bo");
  const markup = bo.read(await refused.text());

  expect(refused.status).toBe(409);
  expect(markup).toContain('role="alert"');
  expect(markup).toContain("Ann saved version 2 while you were writing. Nothing of yours is stored yet");
  expect(markup).toMatch(/<pre tabindex="0">[^<]*Ann&#39;s line/u);
  expect(bo.fields.text).toContain("\nBo's line\n");
  expect(await markdownAt(url)).not.toContain("Bo's line");

  const second = await bo.save(`${bo.fields.text}Ann's line, too\n`, "Bo");
  expect(second.status).toBe(303);
  expect(await markdownAt(url)).toContain("Bo's line\nAnn's line, too\n");
});

test("a secret that somebody pastes is taken out before it is stored, and the page says so", async () => {
  const url = await site();
  const ann = new Browser(url);
  await ann.open();

  const answer = await ann.save(`${ann.fields.text}\npassword=hunter2hunter2\n`, "Ann");

  expect(answer.headers.get("location")).toBe(`${PATH}?saved=cleaned#notice`);
  expect(await ann.open(`${PATH}?saved=cleaned`)).toContain("looks like a secret");
  expect(await markdownAt(url)).not.toContain("hunter2");
});

test("only our own page saves: another site, a missing token and an unknown version store nothing", async () => {
  const url = await site();
  const ann = new Browser(url);
  await ann.open();
  const words = `${ann.fields.text}\nintruder\n`;

  const foreign = await ann.save(words, "Ann", { origin: "https://evil.example" });
  ann.fields = { ...ann.fields, token: "0" };
  const untold = await ann.save(words, "Ann");
  await ann.open();
  ann.fields = { ...ann.fields, version: "99" };
  const unknownVersion = await ann.save(words, "Ann");
  ann.fields = { ...ann.fields, version: "-1" };
  const unreadable = await ann.save(words, "Ann");

  const statuses = [foreign, untold, unknownVersion, unreadable].map(({ status }) => status);
  expect(statuses).toEqual([403, 403, 404, 400]);
  expect(await markdownAt(url)).not.toContain("intruder");
});

test("a text that is too long is given back whole with what to do", async () => {
  const url = await site();
  const ann = new Browser(url);
  await ann.open();

  const answer = await ann.save("word ".repeat(20_000), "Ann");
  const markup = await answer.text();

  expect(answer.status).toBe(422);
  expect(markup).toContain("Nothing was stored: shorten it");
  expect(markup).toContain("word word word");
});

test("the document can be had as Markdown, as one closed HTML file, and as JSON", async () => {
  const url = await site();

  const [html, json] = await Promise.all([fetch(`${url}${PATH}.html`), fetch(`${url}${PATH}.json`)]);

  expect(html.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /u);
  expect(await html.text()).toContain("<h2>Detection and response</h2>");
  expect(await json.json()).toMatchObject({ schema: "traceops.postmortem/v1", incident: { id: "INC-7" } });
  for (const path of ["/i/INC-404/postmortem", "/i/INC-404/postmortem.html", "/i/INC-404/postmortem.json"]) {
    expect((await fetch(url + path)).status).toBe(404);
  }
});

test("an incident's page leads to it, and a draft of a young incident says what is unknown", async () => {
  const url = await site(new KeptIncident(undefined, null));

  expect(await (await fetch(`${url}/i/INC-7`)).text()).toContain(`href="${PATH}"`);
  expect(await markdownAt(url)).toContain("- Unknown: the records name no cause.");
});

function unknown(): never {
  throw new TypeError("the sample has suspects");
}
