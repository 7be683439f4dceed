import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../../src/app/errors.ts";
import { safe } from "../../src/core/safe.ts";
import { valueOf } from "../../src/surfaces/slack/drawing/values.ts";
import { mention, press, type Sent, slashCommand, submitView } from "../support/fake-slack/deliveries.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { inventedIn, Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";

let stage: Stage;

const value = (extra: object = {}) => JSON.stringify({ v: 1, i: "INC-2041", r: 4, ...extra });
const pressed = (action: string, extra: object = {}, more: object = {}) =>
  press({ user: "U0ADA", action, value: value(extra), responseUrl: stage.fake.responseUrl, ...more });
const typed = (text: string) => slashCommand({ user: "U0ADA", text, responseUrl: stage.fake.responseUrl });
const answered = () => stage.until(() => stage.fake.workspace.responses.at(-1));
const shown = async () => JSON.stringify(await answered());

async function ask(text: string): Promise<string> {
  expect(await stage.send(typed(text))).toBe(200);
  return shown();
}

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
  });
  afterEach(() => stage.stop());

  describe("a vote", () => {
    test.for([
      { action: "hyp.feedback", kind: "feedback_buttons" as const },
      { action: "hyp.feedback.yes", kind: "button" as const },
    ])("by $action is recorded for the person in the signed payload", async ({ action, kind }) => {
      const status = await stage.send(pressed(action, { h: "h1", a: "yes" }, { kind }));

      expect(status).toBe(200);
      expect(await answered()).toMatchObject({ response_type: "ephemeral", replace_original: false });
      expect(stage.verbs.of("recordFeedback")).toEqual([
        ["T0ACME/U0ADA", "Ada", { incidentId: "INC-2041", hypothesisId: "h1", verdict: "yes" }],
      ]);
      expect(await shown()).toContain("Change it any time.");
    });

    test("can be taken back with the button of its answer, which then changes in place", async () => {
      await stage.send(pressed("hyp.feedback.no", { h: "h1", a: "no" }));
      expect(await shown()).toContain("hyp.feedback.undo");

      await stage.send(pressed("hyp.feedback.undo", { h: "h1", a: "undo" }, { ephemeral: true }));

      const last = await stage.until(() => stage.fake.workspace.responses[1]);
      expect(last).toMatchObject({ replace_original: true });
      expect(JSON.stringify(last)).toContain("is withdrawn");
      expect(stage.verbs.asked.at(-1)).toMatchObject({ verb: "recordFeedback", what: { verdict: "withdrawn" } });
    });

    test("on an older drawing is answered with what is true now", async () => {
      await stage.send(pressed("hyp.feedback.yes", { h: "h1", a: "yes", r: 3 }));

      expect(await shown()).toContain("drawn earlier. Now: P1 checkout-api: likely cause");
    });

    test("on a drawing whose sentence still holds is not called outdated, although notes raised the revision", async () => {
      const view = anAnswer().view;
      const drawn = JSON.parse(valueOf({ ...view, revision: 3 }));
      await stage.send(pressed("hyp.feedback.yes", { ...drawn, h: "h1", a: "yes" }));
      expect(await shown()).not.toContain("drawn earlier");

      stage.verbs.answer = anAnswer({ view: { ...view, notification: safe`P1 checkout-api: another cause.` } });
      await stage.send(pressed("hyp.feedback.no", { ...drawn, h: "h1", a: "no" }));
      const last = await stage.until(() => stage.fake.workspace.responses[1]);
      expect(JSON.stringify(last)).toContain("drawn earlier. Now: P1 checkout-api: another cause.");
    });

    test("on a cause that is gone says why and what is true now", async () => {
      stage.verbs.feedback = { kind: "outdated", because: safe`This cause is not in the answer any more.` };

      await stage.send(pressed("hyp.feedback.yes", { h: "h9", a: "yes" }));

      expect(await shown()).toMatch(/not in the answer any more.*Now: P1 checkout-api/u);
    });

    test("with a value that is not ours changes nothing", async () => {
      const forged = press({
        user: "U0ADA",
        action: "hyp.feedback.yes",
        value: '{"v":2}',
        responseUrl: stage.fake.responseUrl,
      });

      expect(await stage.send(forged)).toBe(200);

      expect(await shown()).toContain("not one that TraceOps knows");
      expect(stage.verbs.asked).toEqual([]);
    });

    test("by somebody whose name Slack does not tell counts under the id", async () => {
      stage.fake.workspace.users.set("U0NONAME", { name: "" });
      const other = press({
        user: "U0NONAME",
        action: "hyp.feedback.yes",
        value: value({ h: "h1", a: "yes" }),
        responseUrl: stage.fake.responseUrl,
      });

      await stage.send(other);
      await answered();

      expect(stage.verbs.of("recordFeedback")).toMatchObject([["T0ACME/U0NONAME", "U0NONAME", {}]]);
    });
  });

  describe("a button of the card", () => {
    test("acknowledges in the name of the person who pressed", async () => {
      await stage.send(pressed("pd.ack"));

      expect(await shown()).toContain("INC-2041 is acknowledged");
      expect(stage.verbs.of("setStatus")).toEqual([
        ["T0ACME/U0ADA", "Ada", { incidentId: "INC-2041", status: "acknowledged" }],
      ]);
    });

    test("shows the reason when the sender refuses", async () => {
      stage.verbs.statusOutcome = {
        kind: "refused",
        because: safe`your e-mail is no user there; set PAGERDUTY_FROM_EMAIL.`,
      };

      await stage.send(pressed("pd.resolve"));

      expect(await shown()).toContain("set PAGERDUTY_FROM_EMAIL");
    });

    test("does not resolve what is resolved", async () => {
      const answer = anAnswer();
      stage.verbs.answer = { ...answer, incident: { ...answer.incident, status: "resolved" } };

      await stage.send(pressed("pd.resolve"));

      expect(await shown()).toContain("already resolved");
      expect(stage.verbs.of("setStatus")).toEqual([]);
    });

    test("that only opens a page is acknowledged and answered with nothing", async () => {
      expect(await stage.send(pressed("inc.open"))).toBe(200);
      expect(await stage.send(pressed("gh.compare"))).toBe(200);
      expect(stage.fake.workspace.responses).toEqual([]);
    });

    test("opens a window for a note, and the note is redacted before anything keeps it", async () => {
      await stage.send(pressed("inc.note"));
      const view = await stage.until(() => stage.fake.workspace.views[0]);

      await stage.send(submitView({ user: "U0ADA", view: view as object, text: "rotated password hunter2-abc" }));

      await stage.until(() => stage.fake.workspace.whispers[0]);
      expect(stage.verbs.of("addNote")).toEqual([
        [
          "T0ACME/U0ADA",
          "Ada",
          {
            incidentId: "INC-2041",
            text: "rotated password [redacted]",
            externalKey: expect.stringContaining("T0ACME/window/"),
          },
        ],
      ]);
      expect(stage.fake.workspace.whispers).toMatchObject([{ user: "U0ADA", channel: "C0INCIDENTS" }]);
    });

    test("says whose move is next when it fails", async () => {
      stage.verbs.failWith = new AppError("forbidden", "no");

      await stage.send(pressed("hyp.feedback.yes", { h: "h1", a: "yes" }));

      expect(await shown()).toContain("An administrator of TraceOps can allow it");
    });
  });

  describe("the slash command", () => {
    test.for([
      ["help", "`investigate`"],
      ["", "Words that TraceOps knows"],
      ["list", "Open incidents: 1"],
      ["status", "Likely cause found"],
      ["status INC-2041", "Likely cause found"],
      ["status INC-9", 'There is no incident \\"INC-9\\"'],
      ["why", "the canary was healthy for 4 min"],
      ["timeline", "New error: ECONNRESET ledger:8443"],
      ["timelin", "Did you mean `timeline [incident]`?"],
      ["frobnicate", 'There is no word \\"frobnicate\\".'],
      ["investigate", "Type it like this: investigate"],
      ["note", "Type it like this: note"],
      ["ack", "INC-2041 is acknowledged"],
      ["resolve INC-2041", "Resolve INC-2041"],
    ] as const)('"%s" answers one person with "%s"', async ([text, expected]) => {
      const answer = await ask(text);

      expect(answer).toContain(expected);
      expect(answer).toContain('"response_type":"ephemeral"');
    });

    test("looks into a service from a given time on", async () => {
      await ask("investigate checkout-api 2h");

      expect(stage.verbs.of("investigate")).toEqual([
        ["T0ACME/U0ADA", "Ada", { service: "checkout-api", sinceMs: stage.clock.nowMs() - 7_200_000 }],
      ]);
    });

    test("keeps what people typed, redacted", async () => {
      await ask("note rolled back &amp; rotated hunter2");

      expect(stage.verbs.asked.at(-1)).toMatchObject({
        verb: "addNote",
        what: { text: "rolled back & rotated [redacted]" },
      });
    });

    test("shows typed text without obeying it", async () => {
      expect(await ask("status <!channel>")).not.toContain("<!channel>");
    });

    test("says that there is nothing when there is nothing", async () => {
      stage.verbs.answer = null;

      expect(await ask("list")).toContain("No open incidents.");
      expect(await ask("why")).toBeDefined();
    });
  });

  describe("a mention", () => {
    test("in an incident's thread is about that incident and answered there", async () => {
      await stage.publishUntilDone(anAnswer());
      const [root] = stage.fake.workspace.roots();
      const threadTs = root?.ts ?? "";

      await stage.send(mention({ user: "U0ADA", text: "why", ts: "9.9", threadTs, eventId: "Ev1" }));

      const reply = await stage.until(() => stage.fake.workspace.replies(threadTs)[2]);
      expect(JSON.stringify(reply.blocks)).toContain("the canary was healthy for 4 min");
    });

    test("finds its incident after a restart too, from the stored messages", async () => {
      await stage.publishUntilDone(anAnswer());
      const [root] = stage.fake.workspace.roots();
      const second = new Stage(anAnswer());
      await second.start("http", { SLACK_API_URL: stage.fake.apiUrl });
      for (const [id, row] of stage.messages.rows) second.messages.rows.set(id, row);

      await second.send(
        mention({ user: "U0ADA", text: "note from the thread", ts: "9.9", threadTs: root?.ts ?? "", eventId: "Ev2" }),
      );
      await stage.until(() => stage.fake.workspace.replies(root?.ts ?? "")[2]);

      expect(second.verbs.of("addNote")).toMatchObject([["T0ACME/U0ADA", "Ada", { incidentId: "INC-2041" }]]);
      await second.stop();
    });

    test("that Slack sends again is done once", async () => {
      const sent = mention({ user: "U0ADA", text: "note once", ts: "9.9", eventId: "Ev3" });

      await stage.send(sent);
      await stage.send(sent, { headers: { "x-slack-retry-num": "1" } });
      await stage.until(() => stage.fake.workspace.callsOf("chat.postMessage").length > 0);

      expect(stage.verbs.of("addNote")).toHaveLength(1);
    });
  });

  describe("Slack's own trouble", () => {
    test("with auth.test does not keep presses from being acknowledged", async () => {
      const other = new Stage(anAnswer());
      other.fake.workspace.breakNext("auth.test", { kind: "error-before" });
      await other.start(transport);

      const sent = press({ user: "U0ADA", action: "pd.ack", value: value(), responseUrl: other.fake.responseUrl });
      expect(await other.send(sent)).toBe(200);
      await other.until(() => other.fake.workspace.responses[0]);
      await other.stop();
    });

    test("with a refused bot token stops the start and names the setting", async () => {
      const other = new Stage(anAnswer());
      other.fake.workspace.refusedTokens.set("xoxb-test", "invalid_auth");

      await expect(other.start(transport)).rejects.toThrow(/SLACK_BOT_TOKEN \(invalid_auth\)/u);
      await other.stop();
    });
  });
});

describe("what is not from Slack", () => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start("http");
  });
  afterEach(() => stage.stop());

  test.for([
    { name: "with another signature", headers: { "x-slack-signature": `v0=${"0".repeat(64)}` }, skewS: 0 },
    { name: "from six minutes ago", headers: {}, skewS: -360 },
    { name: "from six minutes ahead", headers: {}, skewS: 360 },
    { name: "without a time", headers: { "x-slack-request-timestamp": "soon" }, skewS: 0 },
  ])("$name is refused and does nothing", async ({ headers, skewS }) => {
    expect(await stage.send(pressed("pd.ack"), { headers, skewS })).toBe(401);
    expect(stage.verbs.asked).toEqual([]);
  });
});

const SHAPES: readonly { readonly name: string; readonly sent: () => Sent }[] = [
  { name: "slash command", sent: () => typed("help") },
  { name: "press", sent: () => pressed("pd.ack") },
  { name: "mention", sent: () => mention({ user: "U0ADA", text: "why", ts: "1.1", threadTs: "1.0", eventId: "Ev9" }) },
];

test.for(SHAPES)("the $name that these tests send has no key that Slack's own sample lacks", ({ sent }, { skip }) => {
  const invented = inventedIn(sent());
  if (invented === null) skip("the vendor's samples are not on this machine");

  expect(invented).toEqual([]);
});
