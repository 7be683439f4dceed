import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_TENANT, incidentId } from "../../src/core/ids.ts";
import { press, slashCommand } from "../support/fake-slack/deliveries.ts";
import { anAnswer, passed } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";

let stage: Stage;
/** The thread also holds the picture of its errors. */
const drafts = () => stage.fake.workspace.files.filter(({ filename }) => filename.endsWith(".md"));

const FIRST = "# Postmortem\n\n## Cause\n\n- Unknown.\n";
const LATER = "# Postmortem\n\n## Cause\n\n- Deploy v412, confirmed by Bo.\n";

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
    stage.verbs.markdown = passed(FIRST);
    await stage.publishUntilDone(anAnswer());
  });
  afterEach(() => stage.stop());

  describe("a postmortem where the workspace has canvases", () => {
    test("is one canvas, open to the channel, with its link in the thread and to the person", async () => {
      const said = await ask();

      expect(canvases()).toMatchObject([{ title: "Postmortem of INC-2041", markdown: FIRST }]);
      expect(calls("canvases.access.set")).toMatchObject([{ channel_ids: '["C0INCIDENTS"]', access_level: "write" }]);
      expect(said).toContain("Everybody in this channel can write in it.");
      expect(said).toContain("/i/INC-2041/postmortem|Edit or export");
      expect(replies().at(-1)).toContain("canvas of the postmortem of INC-2041");
      expect(drafts()).toEqual([]);
    });

    test("asked for again, by word or button, stays one canvas and answers with it", async () => {
      await ask();
      const said = await pressDraft();

      expect(said).toContain("nothing new was found since");
      expect(calls("canvases.create")).toHaveLength(1);
      expect(calls("canvases.edit")).toHaveLength(0);
    });

    test("gets new facts at its end only, once, and what people wrote in it is untouched", async () => {
      await ask();
      const [canvas] = stage.fake.workspace.canvases;
      if (canvas === undefined) throw new TypeError("there is a canvas");
      canvas.markdown = `${FIRST}\nAnn wrote this\twith a tab.`;
      stage.verbs.markdown = passed(LATER);

      const first = await ask();
      const second = await ask();

      expect(first).toContain("What is new stands at the end");
      expect(second).toContain("nothing new was found since");
      expect(canvas.markdown).toMatch(
        /^# Postmortem\n\n## Cause\n\n- Unknown\.\n\nAnn wrote this\twith a tab\.\n## Updated \d{4}-\d\d-\d\d \d\d:\d\d UTC: what changed since\n\n### Cause\n\n- Deploy v412, confirmed by Bo\.$/u,
      );
    });

    test("with a lost answer is said to be unclear, and only the person's next word makes another call", async () => {
      stage.fake.workspace.breakNext("canvases.create", { kind: "reset-after" });

      const said = await ask();

      expect(said).toContain("Look into the thread, and ask again if it is not there");
      expect(calls("canvases.create")).toHaveLength(1);
      expect(drafts()).toEqual([]);
      expect(await ask()).toContain("Here is the");
      expect(calls("canvases.create")).toHaveLength(2);
    });

    test("that a process died over is for the person to look for before another one is made", async () => {
      const key = { tenant: DEFAULT_TENANT, incidentId: incidentId("INC-2041"), surface: "slack", ordinal: 0 };
      const row = await stage.messages.open({ ...key, kind: "postmortem" });
      await stage.messages.move(row, { state: "sending", attempt: 1, attemptAtMs: stage.clock.nowMs() });

      expect(await ask()).toContain("is being written");
      stage.clock.advance(60_000);
      expect(await ask()).toContain("ask again if it is not there");
      expect(canvases()).toEqual([]);
      expect(await ask()).toContain("Here is the");
      expect(canvases()).toHaveLength(1);
    });

    test("with an update whose answer got lost asks the person to look, and adds nothing by itself", async () => {
      await ask();
      stage.verbs.markdown = passed(LATER);
      stage.fake.workspace.breakNext("canvases.edit", { kind: "error-after" });

      expect(await ask()).toContain("ask again if it is not there");
      expect(calls("canvases.edit")).toHaveLength(1);
    });

    test("deleted by a person is made anew, once", async () => {
      await ask();
      stage.fake.workspace.canvases.splice(0);
      stage.verbs.markdown = passed(LATER);

      expect(await ask()).toContain("Here is the");
      expect(await ask()).toContain("nothing new was found since");
      expect(canvases()).toMatchObject([{ markdown: LATER }]);
    });

    test("is not written into a workspace that has no card of the incident", async () => {
      const key = { tenant: DEFAULT_TENANT, incidentId: incidentId("INC-2041"), surface: "slack", ordinal: 1 };
      const row = await stage.messages.open({ ...key, kind: "root" });
      await stage.messages.move(row, { state: "posted", remote: { place: "T0BETA/C0OTHER", id: "1.1" } });

      expect(await ask()).toContain("in another workspace");
      expect(canvases()).toEqual([]);
    });

    test("asked for by two people at once is still one canvas", async () => {
      await Promise.all([send(), send(), send()]);
      await stage.until(() => stage.fake.workspace.responses.length === 3);

      expect(canvases()).toHaveLength(1);
    });
  });

  describe("a postmortem where the workspace has no canvases", () => {
    test.for(["missing_scope", "canvas_disabled_user_team", "unknown_method"])(
      "(%s) is a Markdown file in the thread, and canvases are not asked for again",
      async (code) => {
        stage.fake.workspace.breakNext("canvases.create", { kind: "refuse", code });

        const first = await ask();
        await ask();

        expect(first).toContain("is in its thread");
        expect(first).toContain("/i/INC-2041/postmortem|Edit or export");
        expect(calls("canvases.create")).toHaveLength(1);
        const [root] = stage.fake.workspace.roots();
        expect(drafts()[0]).toMatchObject({
          filename: "postmortem-INC-2041.md",
          channel: "C0INCIDENTS",
          threadTs: root?.ts,
        });
        expect(drafts()[0]?.content).toContain(FIRST);
      },
    );

    test("on a free plan is a tab of the channel, and a file where the tab is taken", async () => {
      stage.fake.workspace.breakNext("canvases.create", { kind: "refuse", code: "free_team_not_allowed" });
      await ask();

      expect(canvases()).toMatchObject([{ channel: "C0INCIDENTS", markdown: FIRST }]);
      expect(calls("canvases.access.set")).toHaveLength(0);

      stage.fake.workspace.canvases.splice(0);
      stage.verbs.markdown = passed(LATER);
      for (const code of ["free_team_not_allowed", "free_team_canvas_tab_already_exists"]) {
        stage.fake.workspace.breakNext("canvases.create", { kind: "refuse", code });
      }
      expect(await ask()).toContain("is in its thread");
    });

    test("nor files is text in the thread, in pieces and letter by letter", async () => {
      stage.fake.workspace.breakNext("canvases.create", { kind: "refuse", code: "missing_scope" });
      stage.fake.workspace.breakNext("files.getUploadURLExternal", { kind: "refuse", code: "missing_scope" });
      const lines = Array.from({ length: 200 }, (_, index) => `- line ${index} <b> & more of the same`);
      stage.verbs.markdown = passed(lines.join("\n"));

      expect(await ask()).toContain("as text");

      const posted = replies().join("\n");
      expect(posted).toContain("line 0 &lt;b&gt; &amp; more");
      expect(posted).toContain("line 199 &lt;b&gt;");
    });
  });
});

const send = () =>
  stage.send(slashCommand({ user: "U0ADA", text: "postmortem INC-2041", responseUrl: stage.fake.responseUrl }));

/** Types the word and gives what the person is told. */
async function ask(): Promise<string> {
  return answerTo(send);
}

async function pressDraft(): Promise<string> {
  const value = JSON.stringify({ v: 1, i: "INC-2041", r: 4 });
  return answerTo(() =>
    stage.send(press({ user: "U0ADA", action: "pm.draft", value, responseUrl: stage.fake.responseUrl })),
  );
}

async function answerTo(sent: () => Promise<number>): Promise<string> {
  const before = stage.fake.workspace.responses.length;
  expect(await sent()).toBe(200);
  return JSON.stringify(await stage.until(() => stage.fake.workspace.responses[before]));
}

const canvases = () => stage.fake.workspace.canvases;
const calls = (method: string) => stage.fake.workspace.callsOf(method).map(({ body }) => body);

function replies(): readonly string[] {
  const [root] = stage.fake.workspace.roots();
  return stage.fake.workspace.replies(root?.ts ?? "").map(({ blocks }) => JSON.stringify(blocks));
}
