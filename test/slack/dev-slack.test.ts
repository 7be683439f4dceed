import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isJson, type Json } from "../../dev/slack/json.ts";
import { perform } from "../../dev/slack/methods/registry.ts";
import { Site } from "../../dev/slack/page/site.ts";
import { ACME } from "../../dev/slack/seed.ts";
import { SlackServer } from "../../dev/slack/server.ts";
import { TRANSPORTS } from "../support/fake-slack/transports.ts";
import { freePort } from "../support/free-port.ts";

const MAIN = resolve(import.meta.dirname, "../../dev/slack/main.ts");
/** A database is made and started; on a busy machine that takes a while. */
const WITHIN_MS = 110_000;
const SHORTCUT = { id: "tl.add", name: "Add to timeline", type: "message" as const };

describe("the page for people", () => {
  let slack: SlackServer;
  let site: Site | null = null;
  const heard: Json[] = [];

  beforeEach(async () => {
    slack = new SlackServer({
      nowMs: () => Date.now(),
      teams: [ACME],
      makesChannels: false,
      pages: (request, response) => site?.handle(request, response) ?? false,
    });
    await slack.start();
    site = new Site(slack, { shortcuts: [SHORTCUT] });
    heard.length = 0;
    slack.courier.deliver = async (sent) => {
      heard.push(sent.payload);
      return { status: 200, body: undefined, tookMs: 3 };
    };
  });
  afterEach(async () => {
    site?.stop();
    await slack.stop();
  });

  const textOf = async (path: string) => (await fetch(`${slack.url}${path}`)).text();
  const ask = async (path: string, body?: object): Promise<Json> => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify({ me: "U0ADA", ...body }) };
    const answer: unknown = await (await fetch(`${slack.url}${path}`, init)).json();
    return isJson(answer) ? answer : {};
  };
  const act = (body: object) => ask("/page/act", body);
  const button = { type: "button", action_id: "go", value: "v", text: { type: "plain_text", text: "Go" } };

  test("brings everything with it and loads nothing from elsewhere", async () => {
    const html = await textOf("/");
    const script = (await Promise.all(["page", "messages"].map((name) => textOf(`/${name}.js`)))).join("");
    const local = [
      ...[...html.matchAll(/(?:src|href)="(\/[^"]+)"/gu)].map(([, path = ""]) => path),
      ...[...script.matchAll(/from "\.(\/[^"]+)"/gu)].map(([, path = ""]) => path),
    ];

    expect(html).not.toMatch(/(?:src|href)="https?:/u);
    const answers = await Promise.all(local.map((path) => fetch(`${slack.url}${path}`)));
    expect(answers.map(({ status }) => status)).toEqual(local.map(() => 200));
  });

  test("shows a whisper to its reader only", async () => {
    const team = slack.team();
    await perform(team, "chat.postEphemeral", { channel: "C0INCIDENTS", user: "U0ADA", text: "for you" });

    expect(JSON.stringify(await ask("/page/state?me=U0ADA"))).toContain("for you");
    expect(JSON.stringify(await ask("/page/state?me=U0BOB"))).not.toContain("for you");
  });

  test("lets a person type a command, ask the bot, press a button and use a shortcut", async () => {
    const team = slack.team();
    const posted = await perform(team, "chat.postMessage", {
      channel: "C0INCIDENTS",
      text: "card",
      blocks: [{ type: "actions", elements: [button] }],
    });
    const at = { channel: "C0INCIDENTS", ts: posted["ts"] };

    await act({ do: "say", channel: "C0INCIDENTS", text: "/traceops why" });
    await act({ do: "say", channel: "C0INCIDENTS", text: "@traceops why", threadTs: posted["ts"] });
    await act({ do: "press", where: "message", ...at, actionId: "go" });
    await act({ do: "shortcut", id: "tl.add", ...at });

    expect(heard).toMatchObject([
      { command: "/traceops", text: "why", user_id: "U0ADA" },
      { event: { type: "app_mention", thread_ts: posted["ts"] } },
      { type: "block_actions", actions: [{ action_id: "go", value: "v" }] },
      { type: "message_action", callback_id: "tl.add", message: { text: "card" } },
    ]);
  });

  test("says so when the program did not answer", async () => {
    slack.courier.deliver = async () => ({ status: 0, body: undefined, tookMs: 3000 });

    const answer = await act({ do: "say", channel: "C0INCIDENTS", text: "/traceops why" });

    expect(answer["problem"]).toContain("did not answer within 3 seconds");
  });
});

test.for(TRANSPORTS)(
  "dev:slack over %s plays the demo into the channel and its thread, and ends",
  { timeout: WITHIN_MS + 10_000 },
  async (transport) => {
    const port = await freePort();
    const flags = ["--once", "--port", String(port), ...(transport === "http" ? ["--http"] : [])];
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...flags], {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: WITHIN_MS,
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
    });
    const code = await new Promise((done) => child.on("close", done));

    expect(said).toContain("The incident is in #incidents");
    expect(code).toBe(0);
  },
);
