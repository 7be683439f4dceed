import { afterEach, describe, expect, test } from "vitest";
import { commands } from "../../src/cli/registry.ts";
import { ACTIONS } from "../../src/core/access/actions.ts";
import { DEFAULT_ROSTER } from "../../src/core/access/roster.ts";
import { ENTRIES, ruleOf } from "../../src/surfaces/entries.ts";
import { tools } from "../../src/surfaces/mcp/registry.ts";
import { EARS } from "../../src/surfaces/slack/listen.ts";
import { ALL_WORDS } from "../../src/surfaces/slack/words/words.ts";
import { web } from "../../src/surfaces/web/index.ts";
import { press, slashCommand } from "../support/fake-slack/deliveries.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { openAccess } from "../support/open-access.ts";
import { surfaceDeps } from "../support/surface-deps.ts";

const OTHER_RULES = new Set(["by-word", "opens-form", "vendor", "nothing", "local", "ingest-token", "webhook-secret"]);

/** Every way in that the code has. */
function waysIn(): readonly string[] {
  const routes = web.create({}, surfaceDeps([]))?.routes ?? [];
  return [
    ...EARS.flatMap(({ actions = [] }) => actions).map((id) => `slack action ${String(id)}`),
    ...EARS.flatMap(({ views = [] }) => views).map((id) => `slack window ${id}`),
    ...EARS.flatMap(({ shortcuts = [] }) => shortcuts).map((id) => `slack shortcut ${id}`),
    ...EARS.flatMap(({ events = [] }) => events).map((id) => `slack event ${id}`),
    ...ALL_WORDS.map((word) => `slack word ${word}`),
    ...Object.keys(tools).map((name) => `mcp ${name}`),
    ...routes.map((route) => `web ${route.kind === "plain" ? route.method : "*"} ${route.path}`),
    ...Object.keys(commands).map((name) => `command ${name}`),
  ];
}

let stage: Stage;
afterEach(() => stage?.stop());

test("every way in names what it asks of the policy, and no other one is named", () => {
  const found = new Set(waysIn());

  expect([...found].filter((entry) => !(entry in ENTRIES))).toEqual([]);
  expect(Object.keys(ENTRIES).filter((entry) => !found.has(entry))).toEqual([]);
  expect(Object.values(ENTRIES).filter((rule) => !(rule in ACTIONS) && !OTHER_RULES.has(rule))).toEqual([]);
  expect(found.size).toBeGreaterThan(80);
});

/** Words with something behind them, so that each of them does what it is for. */
const REST: Readonly<Record<string, string>> = {
  graph: "checkout",
  investigate: "checkout 30m",
  cause: "INC-2041 1",
  note: "INC-2041 hello",
  update: "INC-2041 news",
  link: "INC-2041 https://wiki.shop.example/runbook",
  mute: "checkout",
  unmute: "checkout",
  watch: "checkout",
  unwatch: "checkout",
  settings: "quiet 22:00-07:00",
  changes: "checkout",
  oncall: "checkout",
};
const IN_PLACE = new Set(["list", "version", "help", "doctor", ...Object.keys(REST)]);

async function type(word: string, over: Readonly<Record<string, string>> = {}): Promise<string> {
  const before = stage.fake.workspace.responses.length;
  const text = `${word} ${REST[word] ?? (IN_PLACE.has(word) ? "" : "INC-2041")}`.trim();
  const sent = slashCommand({ user: "U0ADA", text, responseUrl: stage.fake.responseUrl });
  const payload = { ...sent.payload, ...over };
  const form = Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, String(value)]));
  await stage.send({ ...sent, payload, raw: new URLSearchParams(form).toString() });
  await stage.until(() => stage.fake.workspace.responses.length > before);
  return JSON.stringify(stage.fake.workspace.responses.slice(before));
}

describe("through the whole of Slack", () => {
  test("no word and no button does or shows anything for somebody of another workspace", async () => {
    stage = new Stage(anAnswer());
    await stage.start("http");
    for (const word of ALL_WORDS) {
      expect([word, await type(word, { team_id: "T0EVIL" })]).toEqual([
        word,
        expect.stringContaining("Only members of the workspace"),
      ]);
    }
    for (const action of EARS.flatMap(({ actions = [] }) => actions)) {
      const id = typeof action === "string" ? action : "hyp.feedback.yes";
      const value = JSON.stringify({ v: 1, i: "INC-2041", r: 4, h: "h1", a: "yes" });
      const team = { id: "T0EVIL", domain: "evil" };
      await stage.send(press({ user: "U0ADA", action: id, value, responseUrl: stage.fake.responseUrl, team }));
    }
    await type("version");

    expect(stage.verbs.asked).toEqual([]);
    expect(await stage.preferences.list("default" as never, "mute")).toEqual([]);
  });

  test("every word asks for the action that is named for it: who may only read gets what reads, and nothing else", async () => {
    stage = new Stage(anAnswer());
    stage.rights = openAccess({ roster: { ...DEFAULT_ROSTER, roles: new Map([["u0ada", "viewer"]]) } });
    await stage.start("http");
    for (const word of ALL_WORDS) {
      const rule = ruleOf(`slack word ${word}`);
      const least = rule in ACTIONS ? ACTIONS[rule as keyof typeof ACTIONS].least : "viewer";
      const asksFirst = word === "resolve" || word === "undo" || word === "unmute" || word === "unwatch";
      if (asksFirst) continue;
      const said = await type(word);
      expect([word, said.includes("This needs the role")]).toEqual([word, least !== "viewer"]);
    }

    const changing = ["recordFeedback", "addNote", "correct", "setStatus", "investigate"];
    expect(stage.verbs.asked.filter(({ verb }) => changing.includes(verb))).toEqual([]);
  });
});
