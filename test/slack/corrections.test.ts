import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { press } from "../support/fake-slack/deliveries.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";
import { chosen, responded, submit, typed, undoValue, whispered, windowWith } from "../support/fake-slack/windows.ts";

let stage: Stage;

const value = (extra: object = {}) => JSON.stringify({ v: 1, i: "INC-2041", r: 4, ...extra });
const pressed = (action: string, extra: object = {}, more: object = {}) =>
  press({ user: "U0ADA", action, value: value(extra), responseUrl: stage.fake.responseUrl, ...more });

const corrections = () => stage.verbs.of("correct");
const notIt = () => stage.send(pressed("hyp.feedback.no", { h: "h1", a: "no" }));
const choose = (choice: string, revision = 4) =>
  stage.send(pressed("inc.more", { a: choice, r: revision }, { kind: "overflow" }));
forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
  });
  afterEach(() => stage.stop());

  describe('"Not it"', () => {
    test("records the vote at once and asks what it was; what is sent is a correction that can be undone", async () => {
      await notIt();
      const view = await windowWith(stage, "What was it instead?");
      await responded(stage, "Recorded");
      expect(stage.verbs.of("recordFeedback")).toHaveLength(1);

      const { body } = await submit(stage, view, {
        kind: chosen("dependency", "radio_buttons"),
        text: typed("payments hunter2"),
      });

      expect(body ?? "").not.toMatchObject({ response_action: "errors" });
      const said = await whispered(stage, "suspects a dependency: payments [redacted]");
      expect(said).toMatchObject({ channel: "C0INCIDENTS", user: "U0ADA" });
      expect(corrections()).toEqual([
        [
          "T0ACME/U0ADA",
          "Ada",
          {
            incidentId: "INC-2041",
            correction: {
              kind: "cause-stated",
              stated: "dependency",
              text: "payments [redacted]",
              hypothesisId: "h1",
              isCause: false,
            },
          },
        ],
      ]);
      const undo = press({
        user: "U0ADA",
        action: "fix.undo",
        value: undoValue(said),
        responseUrl: stage.fake.responseUrl,
        ephemeral: true,
      });
      await stage.send(undo);
      await responded(stage, "Taken back for INC-2041");
      expect(corrections().at(-1)).toMatchObject(["T0ACME/U0ADA", "Ada", { correction: { kind: "undo", of: "7" } }]);
    });

    test("that was closed leaves the vote and corrects nothing", async () => {
      await notIt();
      await windowWith(stage, "What was it instead?");
      await responded(stage, "Recorded");

      expect(stage.verbs.of("recordFeedback")).toMatchObject([["T0ACME/U0ADA", "Ada", { verdict: "no" }]]);
      expect(corrections()).toEqual([]);
    });

    test("without a choice is told so in the window", async () => {
      await notIt();
      const { body } = await submit(stage, await windowWith(stage, "What was it instead?"), {
        text: typed("payments"),
      });

      expect(body).toEqual({
        response_action: "errors",
        errors: { kind: 'Choose what it was; "Not known yet" is an answer too.' },
      });
    });

    test("pressed twice by a trembling thumb is one vote and one window, and sent twice is one correction", async () => {
      await Promise.all([notIt(), notIt()]);
      const view = await windowWith(stage, "What was it instead?");
      await Promise.all(
        [1, 2].map(() => submit(stage, view, { kind: chosen("load", "radio_buttons"), text: typed("") })),
      );
      await whispered(stage, "suspects load");

      expect(stage.verbs.of("recordFeedback")).toHaveLength(1);
      expect(stage.fake.workspace.views).toHaveLength(1);
      expect(corrections()).toHaveLength(1);
    });
  });

  test("a press in a thread is answered in that thread", async () => {
    await stage.send(
      pressed("hyp.feedback.yes", { h: "h1", a: "yes" }, { within: { threadTs: "1.1", messageTs: "1.2" } }),
    );

    expect(await responded(stage, "Recorded")).toMatchObject({ thread_ts: "1.1" });
  });

  test('"This was it" offers to confirm the cause for everybody, as a correction with an author', async () => {
    await stage.send(pressed("hyp.feedback.yes", { h: "h1", a: "yes" }));
    await responded(stage, "Mark cause confirmed");
    await stage.send(pressed("cause.confirm", { h: "h1" }, { ephemeral: true }));
    await responded(stage, "named the cause");

    expect(corrections()).toMatchObject([
      [
        "T0ACME/U0ADA",
        "Ada",
        { correction: { kind: "cause-stated", stated: "change", hypothesisId: "h1", isCause: true } },
      ],
    ]);
  });

  describe("the menu of the card", () => {
    test("adds a note", async () => {
      await choose("note");

      expect(JSON.stringify(await windowWith(stage, "Add a note"))).toContain("inc.note.text");
    });

    test("posts an update with its author", async () => {
      await choose("update");
      const view = await windowWith(stage, "Post an update");
      expect((await submit(stage, view, { text: typed("") })).body).toMatchObject({ response_action: "errors" });
      await submit(stage, view, { text: typed("rolling back, ten minutes") });
      await whispered(stage, "update: rolling back");

      expect(corrections()).toMatchObject([
        ["T0ACME/U0ADA", "Ada", { correction: { kind: "status-update", text: "rolling back, ten minutes" } }],
      ]);
    });

    test("calls it no incident only after a question", async () => {
      await choose("dismiss");
      const view = await windowWith(stage, "Not an incident?");
      expect(corrections()).toEqual([]);
      await submit(stage, view, { text: typed("load test") });
      await whispered(stage, "no incident: load test");

      expect(corrections()).toMatchObject([
        ["T0ACME/U0ADA", "Ada", { correction: { kind: "cause-stated", stated: "not-an-incident", isCause: true } }],
      ]);
    });

    test("mutes new cards of the service for an hour, says until when, and undoes it", async () => {
      await choose("mute");
      const said = await responded(stage, "no new card about checkout-api until");
      const muted = () => stage.preferences.list("default" as never, "mute");
      expect(await muted()).toMatchObject([
        { name: "checkout-api", value: { untilMs: stage.clock.nowMs() + 3_600_000 }, by: "Ada" },
      ]);
      expect(JSON.stringify(said)).toMatch(/\d\d:\d\d:\d\d UTC/u);

      const undo = {
        user: "U0ADA",
        action: "fix.undo",
        value: undoValue(said),
        responseUrl: stage.fake.responseUrl,
      };
      await stage.send(press(undo));
      await responded(stage, "come again");
      expect(await muted()).toEqual([]);
    });

    test("of an outdated card says what is true now", async () => {
      await choose("mute", 3);

      expect(JSON.stringify(await responded(stage, "no new card"))).toContain("drawn earlier. Now:");
    });
  });

  test('"Not fixed" looks again and says that the sender still has it as resolved', async () => {
    const answer = anAnswer();
    stage.verbs.answer = { ...answer, incident: { ...answer.incident, status: "resolved" } };
    await stage.send(pressed("inc.reopen"));
    const said = JSON.stringify(await responded(stage, "Looking into checkout-api again as INC-7"));

    expect(said).toContain("still resolved, and nobody is paged");
    expect(stage.verbs.of("setStatus")).toEqual([]);
  });

  test("every press is acknowledged before anything slow, and its window opens while the answer still waits", async () => {
    const held = Promise.withResolvers<null>();
    stage.verbs.getIncident = () => held.promise;
    const slow = ["tl.edit", "hyp.feedback.no", "inc.reopen", "fix.undo"].map((action) =>
      stage.fake.courier.deliver(pressed(action, { h: "h1", a: "no", k: "note", f: "n1" })),
    );
    const receipts = [
      ...(await Promise.all(slow)),
      await stage.fake.courier.deliver(pressed("inc.more", { a: "mute" }, { kind: "overflow" })),
    ];

    expect(receipts.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(Math.max(...receipts.map(({ tookMs }) => tookMs))).toBeLessThan(1000);
    await stage.until(() => stage.fake.workspace.openViews.length === 2);
    held.resolve(null);
    await responded(stage, "not known here any more");
  });
});
