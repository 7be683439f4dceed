import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ChangesAnswer } from "../../src/app/recent-changes.ts";
import { DEFAULT_TENANT, epochMs, eventId } from "../../src/core/ids.ts";
import { safe } from "../../src/core/safe.ts";
import { globalShortcut, messageShortcut, press, pressInView } from "../support/fake-slack/deliveries.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { inventedIn, Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";
import {
  chosen,
  offeredMinute,
  picked,
  responded,
  submit,
  typed,
  undoValue,
  whispered,
  windowWith,
} from "../support/fake-slack/windows.ts";

let stage: Stage;
/** A minute before now, as the name of a message. */
let ts: string;

const MESSAGE = "I see <https://shop.example/q|queue> growing &amp; hunter2 since noon";
const READABLE = "I see queue (https://shop.example/q) growing & [redacted] since noon";

interface Chosen {
  readonly text?: string;
  readonly ts?: string;
  readonly threadTs?: string;
}
const onMessage = (callbackId: string, given: Chosen = {}) =>
  messageShortcut({
    user: "U0ADA",
    callbackId,
    responseUrl: stage.fake.responseUrl,
    message: {
      ts: given.ts ?? ts,
      user: "U0BOB",
      text: given.text ?? MESSAGE,
      ...(given.threadTs === undefined ? {} : { threadTs: given.threadTs }),
    },
  });
const onSearch = (callbackId: string) => globalShortcut({ user: "U0ADA", callbackId });
const rootTs = () => stage.fake.workspace.roots()[0]?.ts ?? "";

const open = async (given: Chosen = {}) => {
  const before = stage.fake.workspace.openViews.length;
  await stage.send(onMessage("tl.add", given));
  await stage.until(() => stage.fake.workspace.openViews.length > before);
  return windowWith(stage, "What should the timeline say?");
};
const fields = (minute: number, extra = {}) => ({
  incident: chosen("INC-2041"),
  text: typed(READABLE),
  minute: picked(minute),
  second: typed("07"),
  ...extra,
});

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
    ts = `${Math.floor(stage.clock.nowMs() / 1000) - 60}.000200`;
  });
  afterEach(() => stage.stop());

  describe('"Add to timeline"', () => {
    test("shows the message as people read it, its time and the incident of its thread", async () => {
      await stage.publishUntilDone(anAnswer());
      const view = await open({ threadTs: rootTs() });

      expect(JSON.stringify(view)).toContain(READABLE);
      expect(JSON.stringify(view)).toMatch(/"initial_option":\{[^}]*\}?[^}]*INC-2041/u);
      expect(offeredMinute(view)).toBe(Math.floor(Number(ts) / 60) * 60);
    });

    test("adds the message once at its own time, whoever does it how often; undo takes the note off", async () => {
      for (const _ of [1, 2]) {
        const view = await open();
        await submit(stage, view, fields(offeredMinute(view)));
      }
      const said = await whispered(stage, "Added to the timeline of INC-2041");
      await stage.until(() => stage.verbs.of("addNote")[1]);

      const note = {
        incidentId: "INC-2041",
        text: READABLE,
        atMs: (Math.floor(Number(ts) / 60) * 60 + 7) * 1000,
        externalKey: `slack/T0ACME/C0INCIDENTS/${ts}`,
      };
      expect(stage.verbs.of("addNote")).toEqual([
        ["T0ACME/U0ADA", "Ada", note],
        ["T0ACME/U0ADA", "Ada", note],
      ]);
      expect(stage.verbs.answer?.notes).toHaveLength(1);
      const undo = { user: "U0ADA", action: "fix.undo", value: undoValue(said), responseUrl: stage.fake.responseUrl };
      await stage.send(press(undo));
      await responded(stage, "The note is removed");
      expect(stage.verbs.answer?.notes).toEqual([]);
    });

    test("brings a removed note back", async () => {
      const first = await open();
      await submit(stage, first, fields(offeredMinute(first)));
      const said = await whispered(stage, "Added to the timeline");
      const undo = { user: "U0ADA", action: "fix.undo", value: undoValue(said), responseUrl: stage.fake.responseUrl };
      await stage.send(press(undo));
      await responded(stage, "The note is removed");

      const second = await open();
      await submit(stage, second, fields(offeredMinute(second)));
      await stage.until(() => (stage.verbs.answer?.notes.length ?? 0) > 0);
      expect(stage.verbs.answer?.notes).toMatchObject([{ text: READABLE }]);
    });

    test("tells in the window what is missing", async () => {
      const view = await open();
      const late = Math.floor(stage.clock.nowMs() / 60_000) * 60 + 600;
      const { body } = await submit(stage, view, { text: typed(""), minute: picked(late), second: typed("7") });

      expect(body).toEqual({
        response_action: "errors",
        errors: {
          incident: "Choose the incident that this belongs to.",
          text: "Some words are needed.",
          minute: expect.stringMatching(/^This is in the future: \d\d:\d\d:\d\d UTC\.$/u),
        },
      });
      expect(stage.verbs.of("addNote")).toEqual([]);
    });

    test("says what to do when there is no incident", async () => {
      stage.verbs.answer = null;
      await stage.send(onMessage("tl.add"));

      expect(JSON.stringify(await windowWith(stage, "no open incident"))).toContain("Start incident");
    });

    test("tells the person directly where TraceOps may not speak", async () => {
      const view = await open();
      stage.fake.workspace.breakNext("chat.postEphemeral", { kind: "refuse", code: "not_in_channel" });
      await submit(stage, view, fields(offeredMinute(view)));

      const told = await stage.until(() => stage.fake.workspace.callsOf("chat.postMessage")[0]);
      expect(told.body).toMatchObject({ channel: "U0ADA", text: expect.stringContaining("Added to the timeline") });
    });
  });

  describe('"This is the cause"', () => {
    test("names the words of the message as the cause, for the ranking and for everybody", async () => {
      await stage.send(onMessage("cause.this", { text: "the ledger v7 migration locked the table" }));
      const view = await windowWith(stage, "The cause in your words");
      await submit(stage, view, {
        incident: chosen("INC-2041"),
        text: typed("the ledger v7 migration locked the table"),
        kind: chosen("change"),
      });
      await whispered(stage, "named the cause: the ledger v7 migration");

      expect(stage.verbs.of("correct")).toMatchObject([
        [
          "T0ACME/U0ADA",
          "Ada",
          { correction: { kind: "cause-stated", stated: "change", hypothesisId: null, isCause: true } },
        ],
      ]);
    });

    test("on one of our own messages is a vote for the ranked cause", async () => {
      await stage.publishUntilDone(anAnswer());
      await stage.send(onMessage("cause.this", { ts: rootTs(), text: "card" }));
      const view = await windowWith(stage, "Which of the causes");
      await submit(stage, view, {
        incident: chosen("INC-2041"),
        cause: chosen("h1", "radio_buttons"),
        text: typed(""),
        kind: chosen("not-known"),
      });
      await whispered(stage, "This was it");

      expect(stage.verbs.of("recordFeedback")).toEqual([
        ["T0ACME/U0ADA", "Ada", { incidentId: "INC-2041", hypothesisId: "h1", verdict: "yes" }],
      ]);
      expect(stage.verbs.of("correct")).toEqual([]);
    });

    test("needs words or a choice", async () => {
      await stage.send(onMessage("cause.this"));
      const view = await windowWith(stage, "The cause in your words");
      const { body } = await submit(stage, view, { text: typed(" "), kind: chosen("change") });

      expect(body).toMatchObject({ errors: { incident: expect.any(String), text: expect.any(String) } });
    });
  });

  describe("looking into a service", () => {
    const since = { minute: picked(1_700_000_040), second: typed("05") };

    test("from a message starts it, says where the card comes, and keeps the message with its address", async () => {
      await stage.send(onMessage("inc.start"));
      const view = await windowWith(stage, "What happened?");
      await submit(stage, view, { service: chosen("checkout-api"), other: typed(""), what: typed(READABLE), ...since });
      await whispered(stage, "Looking into checkout-api as INC-7. The card comes into <#C0INCIDENTS>");

      expect(stage.verbs.of("investigate")).toEqual([
        ["T0ACME/U0ADA", "Ada", { service: "checkout-api", sinceMs: 1_700_000_045_000 }],
      ]);
      expect(stage.verbs.of("addNote")).toMatchObject([
        [
          "T0ACME/U0ADA",
          "Ada",
          {
            incidentId: "INC-7",
            text: `${READABLE} (https://acme.slack.com/archives/C0INCIDENTS/p${ts.replace(".", "")})`,
            atMs: Math.floor(Number(ts) * 1000),
          },
        ],
      ]);
      expect(await stage.preferences.list(DEFAULT_TENANT, "slack/place")).toMatchObject([
        { name: "INC-7", value: { channel: "C0INCIDENTS" }, by: "Ada" },
      ]);
    });

    test("from the search bar takes a typed name and a channel", async () => {
      await stage.send(onSearch("inv.service"));
      const view = await windowWith(stage, "Channel for the card");
      const channel = { type: "conversations_select", selected_conversation: "C0PAYMENTS" };
      await submit(stage, view, { service: { type: "static_select" }, other: typed("stock-api"), channel, ...since });
      const told = await stage.until(() => stage.fake.workspace.callsOf("chat.postMessage")[0]);

      expect(told.body["channel"]).toBe("U0ADA");
      expect(told.body["text"]).toContain("The card comes into <#C0PAYMENTS>");
      expect(stage.verbs.of("investigate")).toMatchObject([["T0ACME/U0ADA", "Ada", { service: "stock-api" }]]);
    });

    test.for([
      [{ other: typed("") }, "Choose a service or type the name of one."],
      [{ service: chosen("checkout-api"), other: typed("stock-api") }, expect.stringContaining("Two services")],
    ] as const)("tells in the window what is wrong: %#", async ([given, words]) => {
      await stage.send(onSearch("inv.service"));
      const view = await windowWith(stage, "Channel for the card");

      expect((await submit(stage, view, { ...given, ...since })).body).toMatchObject({ errors: { other: words } });
      expect(stage.verbs.of("investigate")).toEqual([]);
    });
  });

  describe('"What changed?"', () => {
    const changes: ChangesAnswer = {
      window: { fromMs: epochMs(0), toMs: epochMs(1) },
      changes: [
        {
          id: eventId("c", "1"),
          atMs: epochMs(1_700_000_000_000),
          service: safe`stock-api`,
          kind: "deploy",
          status: "deployed",
          version: safe`v9`,
          summary: safe`stock-api v9`,
          by: safe`Bob`,
          url: null,
        },
      ],
      hidden: 0,
      read: [safe`GitHub`],
      gaps: [{ source: safe`Kubernetes`, because: safe`no answer within 20 s` }],
    };

    test("opens at once, then lists the changes, and names what could not be read", async () => {
      const slow = Promise.withResolvers<ChangesAnswer>();
      stage.verbs.recentChanges = () => slow.promise;
      await stage.send(onSearch("changes.open"));
      await windowWith(stage, "Reading every source");
      slow.resolve(changes);
      const view = JSON.stringify(await windowWith(stage, "stock-api v9"));

      expect(view).toContain("Not seen, or not all of it");
      expect(view).toContain("no answer within 20 s");
      expect(view).toContain("Read: GitHub");
    });

    test("filters by time and service; a late answer to an older question is not shown", async () => {
      stage.verbs.changes = changes;
      await stage.send(onSearch("changes.open"));
      const view = await windowWith(stage, "stock-api v9");
      const held = Promise.withResolvers<ChangesAnswer>();
      const ask = stage.verbs.recentChanges.bind(stage.verbs);
      stage.verbs.recentChanges = () => held.promise;
      const choose = (action: string, value: string, from = view) =>
        stage.send(pressInView({ user: "U0ADA", view: from, action, value, kind: "static_select" }));
      await choose("changes.window", "24");
      const waiting = await windowWith(stage, '"hours\\":24');
      stage.verbs.recentChanges = ask;
      stage.verbs.changes = { ...changes, changes: [], gaps: [] };
      await choose("changes.service", "stock-api", waiting);
      await windowWith(stage, "No change of stock-api in the last 24 h in GitHub.");
      held.resolve({ ...changes, read: [safe`too late`] });
      await new Promise((resolve) => setTimeout(resolve, 50));

      expect(JSON.stringify(stage.fake.workspace.openViews.at(-1)?.view)).not.toContain("too late");
      expect(stage.verbs.of("recentChanges").at(-1)).toEqual([
        "T0ACME/U0ADA",
        "Ada",
        { service: "stock-api", sinceMs: stage.clock.nowMs() - 24 * 3_600_000 },
      ]);
    });

    test("does not call it quiet when nothing could be read", async () => {
      await stage.send(onSearch("changes.open"));
      const view = await windowWith(stage, "No source that tells of changes could be read, so nothing is known");

      expect(JSON.stringify(view)).not.toContain("No change in");
    });
  });
});

test.for(["tl.add", "changes.open"] as const)(
  "the shortcut %s as these tests send it has no invented key",
  (id, { skip }) => {
    stage = new Stage(anAnswer());
    ts = "1700000000.000200";
    const invented = inventedIn(id === "tl.add" ? onMessage(id) : onSearch(id));
    if (invented === null) skip("the vendor's samples are not on this machine");

    expect(invented).toEqual([]);
  },
);
