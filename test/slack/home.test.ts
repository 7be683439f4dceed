import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { objects } from "../../dev/slack/json.ts";
import { People } from "../../dev/slack/people.ts";
import type { HealthFinding } from "../../src/app/health.ts";
import type { ChangesAnswer } from "../../src/app/recent-changes.ts";
import { DEFAULT_TENANT, epochMs, eventId, incidentId } from "../../src/core/ids.ts";
import { safe } from "../../src/core/safe.ts";
import { VERSION } from "../../src/surfaces/slack/home/version.ts";
import { problemsOfOurView } from "../support/fake-slack/block-kit.ts";
import { homeOpened, pressInView, submitView } from "../support/fake-slack/deliveries.ts";
import { anAnswer, aView, passed } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";

let stage: Stage;
let people: People;

const ADA = "U0ADA";
const DM = "D0ADA00";
const OPEN: readonly HealthFinding[] = [
  { sign: "ok", part: "alerts: pagerduty", text: "taken at /hooks/pagerduty" },
  { sign: "off", part: "evidence: GitHub", text: "Set GITHUB_TOKEN and GITHUB_REPOS.", tells: "changes" },
  { sign: "ok", part: "evidence: CloudWatch Logs", text: "works", tells: "evidence" },
  { sign: "FIX", part: "surface: PagerDuty notes", text: "Set PAGERDUTY_FROM_EMAIL to a user's address." },
  { sign: "ok", part: "links", text: "lead to https://traceops.example.com" },
];
const DONE: readonly HealthFinding[] = OPEN.map((finding) => ({ ...finding, sign: "ok" }));
const CHANGES: ChangesAnswer = {
  window: { fromMs: epochMs(0), toMs: epochMs(1) },
  changes: [
    {
      id: eventId("git", "1"),
      atMs: epochMs(Date.UTC(2026, 10, 20, 14, 9)),
      service: safe`checkout-api`,
      kind: "deploy",
      status: "deployed",
      version: safe`v412`,
      summary: safe`Deploy v412`,
      by: safe`ada-l`,
      url: safe`https://github.com/acme/checkout-api/pull/881`,
    },
  ],
  hidden: 0,
  read: [safe`git`],
  gaps: [{ source: safe`argo`, because: safe`it did not answer` }],
};

/** What stands in the Home of a person, as text; waits until it holds this. */
async function homeOf(user: string, until: RegExp, withinMs = 6000): Promise<string> {
  const end = Date.now() + withinMs;
  for (;;) {
    const home = stage.fake.workspace.homes.get(user);
    const shown = JSON.stringify(home?.["blocks"] ?? []);
    if (until.test(shown)) return shown;
    if (Date.now() > end) throw new Error(`the home never showed ${until.source}: ${shown}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

async function waitUntil(isSo: () => boolean, withinMs = 6000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!isSo()) {
    if (Date.now() > end) throw new Error("it did not happen");
    await new Promise((done) => setTimeout(done, 10));
  }
}

const published = () => stage.fake.workspace.callsOf("views.publish");
const viewOf = (user: string) => stage.fake.workspace.homes.get(user) ?? {};
const pressHome = (actionId: string, user = ADA) => people.press({ user, where: { kind: "home" }, actionId });
const incidentWith = (more: object) => ({ ...anAnswer().incident, ...more });

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    stage.health = OPEN;
    stage.verbs.changes = CHANGES;
    await stage.start(transport);
    people = new People(stage.fake.team(), stage.fake.courier);
  });
  afterEach(() => stage.stop());

  describe("the App Home", () => {
    test("is published for the person who opened it, within Slack's limits", async () => {
      expect((await people.openHome(ADA)).status).toBe(200);

      await homeOf(ADA, /Deploy v412/u);
      const view = viewOf(ADA);
      expect(problemsOfOurView({ type: "home", blocks: view["blocks"] })).toEqual([]);
      expect(objects(view["blocks"]).length).toBeLessThan(60);
      expect([...stage.fake.workspace.homes.keys()]).toEqual([ADA]);
    });

    test("is not published when another tab is opened", async () => {
      await stage.send(homeOpened({ eventId: "E1", user: ADA, tab: "messages" }));
      await stage.send(homeOpened({ eventId: "E2", user: "U0BOB", channel: "D0BOB00" }));

      await homeOf("U0BOB", /Open incidents/u);
      expect(stage.fake.workspace.homes.has(ADA)).toBe(false);
    });

    test("lists what is left to set up, each with what to do, in words", async () => {
      await people.openHome(ADA);

      const shown = await homeOf(ADA, /Set up/u);
      expect(shown).toContain("*Set up: 4 of 6 done*");
      expect(shown).toContain("*Done* · Alerts arrive: the first one was seen");
      expect(shown).toContain("*To do* · Changes and deploys: Set GITHUB_TOKEN and GITHUB_REPOS.");
      expect(shown).toContain("*To fix* · Writing back to the pager: PagerDuty notes: Set PAGERDUTY_FROM_EMAIL");
    });

    test("has no checklist any more when everything is connected", async () => {
      stage.health = DONE;
      await people.openHome(ADA);

      const shown = await homeOf(ADA, /\*OK\* [^"]*links/u);
      expect(shown).not.toContain("Set up:");
      expect(shown).toContain("Send a test alert to me");
    });

    test("shows open incidents with since when, the cause with its confidence in words, and the way to the card", async () => {
      await stage.publishUntilDone(anAnswer());
      await people.openHome(ADA);

      const shown = await homeOf(ADA, /Open in Slack/u);
      expect(shown).toContain("Suspected cause, high confidence: Deploy v412 of checkout-api");
      expect(shown).toContain("not acknowledged");
      expect(shown).toMatch(/since <!date\^\d+\^/u);
      expect(shown).toMatch(/"url":"https?:[^"]*\/archives\/\w+\/p\d+"/u);
    });

    test("puts the incidents that this person acknowledged first and says that they wait", async () => {
      stage.verbs.answer = anAnswer({
        incident: incidentWith({ acknowledgedBy: passed("ada"), status: "acknowledged" }),
      });
      await people.openHome(ADA);

      const shown = await homeOf(ADA, /Waiting for you/u);
      expect(shown).toContain("*Mine · P1");
      expect(shown).toContain("you acknowledged it and it is not resolved");
    });

    test("asks for the cause of resolved incidents that nobody confirmed", async () => {
      const incident = incidentWith({ acknowledgedBy: passed("Ada"), status: "resolved", resolvedAtMs: epochMs(1) });
      stage.verbs.answer = anAnswer({ incident });
      await people.openHome(ADA);

      expect(await homeOf(ADA, /Waiting for you/u)).toContain("nobody said what the cause was");
    });

    test("names the sources of changes that could not be read", async () => {
      await people.openHome(ADA);

      expect(await homeOf(ADA, /Deploy v412/u)).toContain("Could not be read: argo (it did not answer)");
    });

    test("is there before slow sources have answered, says so, and shows them when they have", async () => {
      const slow = Promise.withResolvers<readonly HealthFinding[]>();
      stage.slowHealth = slow.promise;
      await people.openHome(ADA);
      expect(await homeOf(ADA, /Open incidents/u)).toContain("Being checked.");

      slow.resolve(OPEN);

      expect(await homeOf(ADA, /\*OK\* [^"]*links/u)).not.toContain("Being checked.");
    });

    test("says that it is too early to judge the ranking under five confirmed causes", async () => {
      stage.verbs.record = { confirmed: 4, first: 4, firstThree: 4, looked: 10 };
      await people.openHome(ADA);

      expect(await homeOf(ADA, /Too early/u)).not.toContain("100 %");
    });

    test("says how often the ranking was right from five confirmed causes on", async () => {
      stage.verbs.record = { confirmed: 17, first: 12, firstThree: 15, looked: 30 };
      await people.openHome(ADA);

      const shown = await homeOf(ADA, /of 17 confirmed/u);
      expect(shown).toContain("First 71 %, among the first three 88 %, of 17 confirmed.");
    });

    test("is published again when an incident changes, at most once in three seconds", async () => {
      await people.openHome(ADA);
      await homeOf(ADA, /Deploy v412/u);
      const before = published().length;
      const since = Date.now();

      for (const sequence of [5, 6, 7, 8])
        await stage.publish(anAnswer({ sequence, view: aView({ revision: sequence }) }));
      await waitUntil(() => published().length > before);

      expect(published().length - before).toBe(1);
      expect(Date.now() - since).toBeLessThan(5000);
    });

    test("waits as long as Slack asks before it is published again, and then is", async () => {
      stage.fake.workspace.breakNext("views.publish", { kind: "rate-limit", retryAfterS: 1 });
      await people.openHome(ADA);
      await waitUntil(() => stage.log.lines.some(({ message }) => message.includes("took no app home")));
      const refusedAt = Date.now();

      stage.clock.advance(1001);
      await homeOf(ADA, /Deploy v412/u);

      expect(Date.now() - refusedAt).toBeGreaterThanOrEqual(990);
    });

    test("is still there, saying what to do, when nothing can be read", async () => {
      stage.verbs.failWith = new Error("database is gone");
      await people.openHome(ADA);

      expect(await homeOf(ADA, /could not read/u)).toContain("Open this page again in a minute");
    });

    test("shows the version of the package and no e-mail address", async () => {
      stage.fake.workspace.users.set(ADA, { name: "Ada", email: "ada@shop.example" });
      await people.openHome(ADA);

      const shown = await homeOf(ADA, /Deploy v412/u);
      const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8"));
      expect(VERSION).toBe(version);
      expect(shown).toContain(`TraceOps ${version}`);
      expect(shown).not.toContain("@shop.example");
    });
  });

  describe("a test alert", () => {
    test("goes the way of every alert, and its card comes into the person's own messages", async () => {
      await people.openHome(ADA);
      await homeOf(ADA, /Send a test alert/u);

      await pressHome("home.test");

      await homeOf(ADA, /on its way/u);
      expect(stage.verbs.of("investigate")).toEqual([
        ["T0ACME/U0ADA", "Ada", { service: "TEST, nothing is broken (U0ADA)", sinceMs: null }],
      ]);
      const answer = anAnswer();
      await stage.publishUntilDone({
        ...answer,
        incident: { ...answer.incident, id: incidentId("INC-7") },
        view: aView({ incidentId: incidentId("INC-7") }),
      });
      expect(stage.fake.workspace.roots().map(({ channel }) => channel)).toEqual([DM]);
    });

    test("leaves no route behind", async () => {
      await people.openHome(ADA);
      await homeOf(ADA, /Send a test alert/u);
      await pressHome("home.test");
      await homeOf(ADA, /on its way/u);

      expect(await stage.preferences.list(DEFAULT_TENANT, "slack/route")).toEqual([]);
    });

    test("is ended with one button, and only a test is", async () => {
      stage.verbs.answer = anAnswer({ incident: incidentWith({ service: passed("TEST, nothing is broken (U0ADA)") }) });
      await people.openHome(ADA);
      await homeOf(ADA, /End the test/u);

      await pressHome("home.test.end");
      await homeOf(ADA, /The test ended\./u);
      expect(stage.verbs.of("setStatus")).toEqual([
        ["T0ACME/U0ADA", "Ada", { incidentId: "INC-2041", status: "resolved" }],
      ]);

      stage.verbs.answer = anAnswer();
      const view = viewOf(ADA);
      await stage.send(pressInView({ user: ADA, view, action: "home.test.end", value: "INC-2041" }));
      await homeOf(ADA, /no such test/u);
      expect(stage.verbs.of("setStatus")).toHaveLength(1);
    });

    test("that fails says so, and is asked for again with the same button", async () => {
      await people.openHome(ADA);
      await homeOf(ADA, /Send a test alert/u);
      stage.preferences.set = async () => {
        throw new Error("database is gone");
      };
      await pressHome("home.test");

      expect(await homeOf(ADA, /That did not work/u)).toContain("Send a test alert to me");
    });
  });

  describe("what a person chooses", () => {
    test("are services, picked from known ones or typed, that then stand first", async () => {
      await people.openHome(ADA);
      await homeOf(ADA, /Choose my services/u);
      await pressHome("home.services");
      const window = await stage.until(() => stage.fake.workspace.openViews.at(-1)?.view);
      expect(problemsOfOurView(stage.fake.workspace.views.at(-1))).toEqual([]);
      expect(JSON.stringify(window)).toContain("checkout-api");

      await stage.send(
        submitView({
          user: ADA,
          view: window,
          values: {
            pick: { value: { type: "multi_static_select", selected_options: [{ value: "checkout-api" }] } },
            type: { value: { type: "plain_text_input", value: "ledger, , hunter2secret" } },
          },
        }),
      );

      const shown = await homeOf(ADA, /Your services are saved/u);
      expect(shown).toContain("*checkout-api* · last incident INC-2041");
      expect(shown).toContain("Mine · P1");
      expect(shown).toContain("*ledger* · no incident known");
      expect(shown).not.toContain("hunter2");
    });

    test("is to be told when a change of theirs is suspected, with quiet hours in their own zone", async () => {
      await people.openHome(ADA);
      await homeOf(ADA, /My settings/u);
      await pressHome("home.settings");
      const window = await stage.until(() => stage.fake.workspace.openViews.at(-1)?.view);
      expect(problemsOfOurView(stage.fake.workspace.views.at(-1))).toEqual([]);
      expect(JSON.stringify(window)).toContain("Times in Europe/Berlin");

      await stage.send(
        submitView({
          user: ADA,
          view: window,
          values: {
            on: { value: { type: "checkboxes", selected_options: [{ value: "on" }] } },
            names: { value: { type: "plain_text_input", value: "ada-l, Ada Lovelace" } },
            from: { value: { type: "timepicker", selected_time: "22:00" } },
            to: { value: { type: "timepicker", selected_time: "07:00" } },
          },
        }),
      );

      const shown = await homeOf(ADA, /Your settings are saved/u);
      expect(shown).toContain("*on* · my names there: ada-l, Ada Lovelace · quiet from 22:00 to 07:00 (Europe/Berlin)");
    });
  });
});
