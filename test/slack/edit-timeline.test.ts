import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { epochMs } from "../../src/core/ids.ts";
import { safe } from "../../src/core/safe.ts";
import { anAnalysis } from "../support/builders.ts";
import { press, pressInView } from "../support/fake-slack/deliveries.ts";
import { anAnswer, passed } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";
import {
  offeredMinute,
  picked,
  submit,
  ticked,
  typed,
  undoValue,
  whispered,
  windowWith,
} from "../support/fake-slack/windows.ts";

let stage: Stage;

const value = (extra: object = {}) => JSON.stringify({ v: 1, i: "INC-2041", r: 4, ...extra });
const pressed = (action: string, extra: object = {}, more: object = {}) =>
  press({ user: "U0ADA", action, value: value(extra), responseUrl: stage.fake.responseUrl, ...more });

const corrections = () => stage.verbs.of("correct");
const DEPLOY = "Deploy checkout-api v412 to production";
const open = async () => {
  await stage.send(pressed("tl.edit"));
  return windowWith(stage, "Which row?");
};
const choose = async (words: string) => {
  const view = await open();
  const option = /"value":"([^"]+)"/u.exec(
    JSON.stringify(view)
      .split('"text":{')
      .find((part) => part.includes(words)) ?? "",
  );
  const chooseRow = {
    user: "U0ADA",
    view,
    action: "tl.row",
    value: option?.[1] ?? "",
    kind: "static_select" as const,
  };
  await stage.send(pressInView(chooseRow));
  return windowWith(stage, "Now at");
};

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
  });
  afterEach(() => stage.stop());

  describe('"Edit timeline"', () => {
    test("moves a row to the second; the correction names its records and its author", async () => {
      const view = await choose(DEPLOY);
      await submit(stage, view, {
        minute: picked(offeredMinute(view) + 120),
        second: typed("30"),
        text: typed(`${DEPLOY}, pull request #881`),
        gone: ticked(false),
      });

      expect(await whispered(stage, "moved")).toBeDefined();
      const before = anAnswer().view.timeline.find((row) => row.text.includes(DEPLOY));
      expect(corrections()).toEqual([
        [
          "T0ACME/U0ADA",
          "Ada",
          {
            incidentId: "INC-2041",
            correction: {
              kind: "row-time",
              row: { eventIds: before?.evidenceIds, atMs: before?.atMs, text: before?.text },
              toMs: (before?.atMs ?? 0) + 150_000,
            },
          },
        ],
      ]);
    });

    test("moves a row that was moved before from where its records have it, so that moves do not add up", async () => {
      const answer = anAnswer();
      const rows = answer.view.timeline.map((row) => (row.text.includes(DEPLOY) ? { ...row, movedMs: 60_000 } : row));
      stage.verbs.answer = { ...answer, view: { ...answer.view, timeline: rows } };
      const view = await choose(DEPLOY);
      await submit(stage, view, {
        minute: picked(offeredMinute(view)),
        second: typed("30"),
        text: typed("canary"),
        gone: ticked(false),
      });
      await whispered(stage, "moved");

      const shown = rows.find((row) => row.text.includes(DEPLOY));
      expect(corrections()).toMatchObject([
        ["T0ACME/U0ADA", "Ada", { correction: { kind: "row-time", row: { atMs: (shown?.atMs ?? 0) - 60_000 } } }],
        ["T0ACME/U0ADA", "Ada", { correction: { kind: "row-text", text: "canary" } }],
      ]);
    });

    test("says why the time of a row that folds many records cannot be edited", async () => {
      const view = await choose("New error: ECONNRESET");

      expect(JSON.stringify(view)).toContain("this row folds 9870 records, and each has a time of its own");
      expect(JSON.stringify(view)).not.toContain("datetimepicker");
    });

    test("marks a row as irrelevant, and nothing else of it", async () => {
      const view = await choose("Deploy web v88");
      await submit(stage, view, { minute: picked(0), second: typed("99"), text: typed("other"), gone: ticked(true) });
      await whispered(stage, "marked as irrelevant");

      expect(corrections()).toMatchObject([["T0ACME/U0ADA", "Ada", { correction: { kind: "row-irrelevant" } }]]);
    });

    test.for([
      [{ second: typed("75") }, { second: "Type a number from 0 to 59." }],
      [{ minute: picked(4_000_000_000) }, { minute: expect.stringContaining("This is in the future") }],
      [{ text: typed(" ") }, { text: expect.stringContaining("The row needs some text") }],
      [{}, { text: expect.stringContaining("Nothing was changed") }],
    ] as const)("tells in the window what is wrong: %#", async ([change, errors]) => {
      const view = await choose(DEPLOY);
      const same = {
        minute: picked(offeredMinute(view)),
        second: typed("00"),
        text: typed(`${DEPLOY}, pull request #881`),
      };
      const { body } = await submit(stage, view, { ...same, gone: ticked(false), ...change });

      const byName = Object.entries((body as { errors: Record<string, string> }).errors).map(([id, words]) => [
        id.split(":")[0],
        words,
      ]);
      expect(Object.fromEntries(byName)).toEqual(errors);
      expect(corrections()).toEqual([]);
    });

    test("refuses a time outside of what was read, where no one could see the row", async () => {
      const answer = anAnswer();
      const analysis = anAnalysis();
      const until = new Date((answer.view.timeline.at(-1)?.atMs ?? 0) + 60_000).toISOString();
      const window = { ...analysis.window, baselineFrom: safe`2026-11-20T12:00:00Z`, to: passed(until) };
      stage.verbs.answer = { ...answer, analysis: { ...analysis, window } };
      const view = await choose(DEPLOY);
      const late = {
        minute: picked(offeredMinute(view) + 7200),
        second: typed("00"),
        text: typed("x"),
        gone: ticked(false),
      };

      const { body } = await submit(stage, view, late);

      expect(JSON.stringify(body)).toContain("The records were read from 12:00:00 UTC to 14:19:00 UTC");
      expect(corrections()).toEqual([]);
    });

    test("lists the corrections so far, each with its author and a way back", async () => {
      const answer = anAnswer();
      const fix = {
        id: "3",
        kind: "row-text" as const,
        by: safe`Grace`,
        byId: "T/G",
        atMs: epochMs(0),
        text: safe`reworded`,
      };
      stage.verbs.answer = { ...answer, view: { ...answer.view, corrections: [fix] } };
      const view = await open();
      expect(JSON.stringify(view)).toContain("Grace reworded");

      const undo = undoValue(view);
      await stage.send(pressInView({ user: "U0ADA", view, action: "fix.undo", value: undo }));
      await stage.until(() => corrections()[0]);

      expect(corrections()).toMatchObject([["T0ACME/U0ADA", "Ada", { correction: { kind: "undo", of: "3" } }]]);
    });

    test("removes a note of somebody else, with a way back", async () => {
      const answer = anAnswer();
      const note = {
        id: "5",
        actorKind: "slack-user" as const,
        actorId: "T/G",
        atMs: epochMs(0),
        who: safe`Grace`,
        text: safe`wrong thread`,
      };
      stage.verbs.answer = { ...answer, notes: [note] };
      await submit(stage, await choose("wrong thread"), { gone: ticked(true) });
      const said = await whispered(stage, "removed the note");

      expect(corrections()).toMatchObject([
        ["T0ACME/U0ADA", "Ada", { correction: { kind: "note-removed", noteId: "5" } }],
      ]);
      expect(JSON.parse(undoValue(said))).toMatchObject({ k: "correction", f: "7" });
    });
  });
});
