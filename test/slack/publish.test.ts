import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { own, ownWords, safe } from "../../src/core/safe.ts";
import { anAnswer, aView, investigatingView, resolvedView } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";

let stage: Stage;

const firstLook = anAnswer({ view: investigatingView(), analysis: null, sequence: 1 });
const changed = anAnswer({
  sequence: 6,
  changeOfMind: { label: "Strengthened", text: safe`deploy v412, medium (0.55) to high (0.81).` },
});

const post = () => stage.fake.workspace.callsOf("chat.postMessage").length;
const roots = () => stage.fake.workspace.roots();
const thread = () => stage.fake.workspace.replies(roots()[0]?.ts ?? "");

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
  });
  afterEach(() => stage.stop());

  describe("an answer", () => {
    test("is one card in the channel, and its thread holds the timeline before the causes", async () => {
      await stage.publishUntilDone(anAnswer());

      expect(roots().map(({ channel, text }) => [channel, text])).toEqual([["C0INCIDENTS", aView().notification]]);
      expect(thread().map(({ text }) => text.slice(0, 20))).toEqual(["Timeline of INC-2041", "INC-2041: 2 possible"]);
    });

    test("comes with the metadata by which it can be found again, and without unfurled links", async () => {
      await stage.publishUntilDone(anAnswer());

      const [root] = stage.fake.workspace.callsOf("chat.postMessage");
      expect(JSON.parse(root?.body["metadata"] ?? "")).toEqual({
        event_type: "traceops_message",
        event_payload: { v: 1, incident: "INC-2041", kind: "root", nonce: "n-1" },
      });
      expect(root?.body).toMatchObject({ unfurl_links: "false", unfurl_media: "false" });
      expect(root?.body).not.toHaveProperty("link_names");
    });

    test("keeps to the card while the first look runs, then edits it in place", async () => {
      await stage.publishUntilDone(firstLook);
      const before = roots()[0];
      expect(thread()).toEqual([]);

      await stage.publishUntilDone(anAnswer());

      expect(roots()).toHaveLength(1);
      expect(roots()[0]).toMatchObject({ ts: before?.ts, edits: 1, text: aView().notification });
      expect(thread()).toHaveLength(2);
    });

    test("that people would not see a difference in makes no call at all", async () => {
      await stage.publishUntilDone(anAnswer());
      const before = stage.fake.workspace.calls.length;

      const view = aView({ revision: 5, updatedAtMs: stage.clock.nowMs(), elapsedMs: 1 });
      await stage.publishUntilDone(anAnswer({ sequence: 5, view }));

      expect(stage.fake.workspace.calls).toHaveLength(before);
    });

    test("that changed its mind adds one reply, however often it is published and votes are cast", async () => {
      await stage.publishUntilDone(anAnswer());

      await stage.publishUntilDone(changed);
      await stage.publishUntilDone(changed);
      await stage.publishUntilDone({ ...changed, sequence: 9 });

      expect(thread().map(({ text }) => text.slice(0, 22))).toEqual([
        "Timeline of INC-2041, ",
        "INC-2041: 2 possible c",
        "INC-2041: strengthened",
      ]);
    });

    test("changes its mind twice in two replies, and in one when both come within two minutes", async () => {
      await stage.publishUntilDone(changed);
      const other = { label: "Ruled out" as const, text: safe`deploy v412.` };
      await stage.publishUntilDone({ ...changed, changeOfMind: other, sequence: 12 });
      expect(thread()).toHaveLength(3);
      expect(thread().map(({ text }) => text)).toContain("INC-2041: ruled out, deploy v412.");

      stage.clock.advance(121_000);
      await stage.publishUntilDone({ ...changed, sequence: 15 });

      expect(thread()).toHaveLength(4);
    });

    test("that goes back and forth between two causes writes three lines, the last one with the newest words", async () => {
      for (const [index, name] of [
        "deploy v412",
        "the search flag",
        "deploy v412",
        "the search flag",
        "a disk",
      ].entries()) {
        stage.clock.advance(300_000);
        const changeOfMind = { label: "New" as const, text: safe`${ownWords(own(name))}, look ${index + 1}.` };
        await stage.publishUntilDone({ ...changed, changeOfMind, sequence: 10 + index });
      }

      expect(thread().filter(({ text }) => text.includes(": new, "))).toHaveLength(3);
      expect(thread().at(-1)?.text).toContain("a disk, look 5.");
    });

    test("ends as a resolved card without live buttons", async () => {
      await stage.publishUntilDone(anAnswer());
      await stage.publishUntilDone(anAnswer({ view: resolvedView(), sequence: 20 }));

      expect(JSON.stringify(roots()[0]?.blocks)).not.toMatch(/pd\.|hyp\.feedback/u);
      expect(roots()[0]?.text).toContain("resolved after 24 min");
    });
  });

  describe("a lost answer", () => {
    test.for(["error-after", "reset-after"] as const)("(%s) leaves one message, found by its nonce", async (kind) => {
      stage.fake.workspace.breakNext("chat.postMessage", { kind });
      const startedAt = stage.clock.nowMs();

      const first = await stage.publish(anAnswer());
      expect(first).toMatchObject({ status: "again" });
      expect(stage.messages.row("root")?.state).toBe("settling");
      await stage.publishUntilDone(anAnswer());

      // What stands is to be kept up to date: it is looked for long before it may be called missing.
      expect(stage.clock.nowMs() - startedAt).toBeLessThanOrEqual(6000);

      expect(roots()).toHaveLength(1);
      expect(thread()).toHaveLength(2);
      expect(stage.messages.row("root")).toMatchObject({
        state: "posted",
        remote: { place: "C0INCIDENTS", id: roots()[0]?.ts },
      });
    });

    test("of a reply is looked up in the thread", async () => {
      await stage.publishUntilDone(firstLook);
      stage.fake.workspace.breakNext("chat.postMessage", { kind: "reset-after" });

      await stage.publishUntilDone(anAnswer());

      expect(thread()).toHaveLength(2);
      expect(stage.fake.workspace.callsOf("conversations.replies")).toHaveLength(1);
    });

    test.for([
      { what: "an error of Slack's own", fault: { kind: "error-before" }, patienceMs: [6000, 12_000] },
      {
        what: "an error in front of it, which may be working on",
        fault: { kind: "refuse", code: "service_unavailable" },
        patienceMs: [30_000, 45_000],
      },
    ] as const)("that stored nothing is sent again after three looks: $what", async ({ fault, patienceMs }) => {
      stage.fake.workspace.breakNext("chat.postMessage", fault);

      const startedAt = stage.clock.nowMs();
      await stage.publishUntilDone(anAnswer());
      const tookMs = stage.clock.nowMs() - startedAt;

      expect(roots()).toHaveLength(1);
      expect(stage.fake.workspace.callsOf("conversations.history")).toHaveLength(3);
      expect(tookMs).toBeGreaterThanOrEqual(patienceMs[0]);
      expect(tookMs).toBeLessThanOrEqual(patienceMs[1]);
    });

    test("after a call that Slack may still be at is not believed to be missing before 30 s, however often it is looked for", async () => {
      stage.fake.workspace.breakNext("chat.postMessage", { kind: "refuse", code: "service_unavailable" });
      const startedAt = stage.clock.nowMs();

      while (stage.clock.nowMs() < startedAt + 29_000) {
        await stage.publish(anAnswer());
        stage.clock.advance(1000);
      }

      expect(stage.fake.workspace.callsOf("chat.postMessage")).toHaveLength(1);
      expect(stage.fake.workspace.callsOf("conversations.history")).toHaveLength(1);
    });

    test("is never posted again while nobody can look", async () => {
      stage.fake.workspace.breakNext("chat.postMessage", { kind: "reset-after" });
      stage.fake.workspace.breakNext("conversations.history", { kind: "refuse", code: "missing_scope" });

      await stage.publishUntilDone(anAnswer());
      await stage.publishUntilDone(anAnswer());

      expect(roots()).toHaveLength(1);
      expect(stage.messages.row("root")?.state).toBe("ambiguous");
      expect(stage.log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    });

    test("because the process died in the call ends in one message too", async () => {
      await stage.publishUntilDone(firstLook);
      const row = stage.messages.row("root");
      if (row === undefined) throw new Error("no row");
      stage.messages.rows.set(row.id, { ...row, state: "sending", remote: null });

      await stage.publishUntilDone(anAnswer());

      expect(roots()).toHaveLength(1);
      expect(thread()).toHaveLength(2);
    });
  });

  describe("Slack asks to wait", () => {
    test("and the post goes out after exactly that time, once", async () => {
      stage.fake.workspace.breakNext("chat.postMessage", { kind: "rate-limit", retryAfterS: 17 });

      const outcome = await stage.publish(anAnswer());

      expect(outcome).toMatchObject({ status: "again", notBeforeMs: stage.clock.nowMs() + 17_000 });
      expect(stage.messages.row("root")?.state).toBe("pending");
      await stage.publishUntilDone(anAnswer());
      expect(roots()).toHaveLength(1);
    });

    test("and nothing is asked before that time, also when the job runs early", async () => {
      stage.fake.workspace.breakNext("chat.postMessage", { kind: "rate-limit", retryAfterS: 17 });
      await stage.publish(anAnswer());

      await stage.publish(anAnswer());

      expect(post()).toBe(1);
    });

    test("with an edit: the card stays as it is until then", async () => {
      await stage.publishUntilDone(firstLook);
      stage.fake.workspace.breakNext("chat.update", { kind: "rate-limit", retryAfterS: 5 });

      expect(await stage.publish(anAnswer())).toMatchObject({ status: "again" });
      await stage.publishUntilDone(anAnswer());

      expect(roots()[0]).toMatchObject({ edits: 1, text: aView().notification });
    });
  });

  describe("a workspace without the new blocks", () => {
    test("gets the classic form, and is not asked twice", async () => {
      stage.fake.workspace.unknownBlocks.add("container");

      await stage.publishUntilDone(anAnswer());
      await stage.publishUntilDone(anAnswer({ view: { ...aView(), causes: aView().causes.slice(0, 1) }, sequence: 5 }));

      const [, causes] = thread();
      expect(JSON.stringify(causes?.blocks)).toContain("hyp.feedback.yes");
      expect(causes?.edits).toBe(1);
      const asked = stage.fake.workspace.calls.filter(({ body }) => body["blocks"]?.includes('"container"'));
      expect(asked).toHaveLength(1);
    });
  });

  describe("a deleted card", () => {
    test("comes back once, says so, and gets a thread of its own", async () => {
      await stage.publishUntilDone(anAnswer());
      stage.fake.workspace.deleteByPerson(roots()[0]?.ts ?? "");

      await stage.publishUntilDone(anAnswer({ view: aView({ alertCount: 3 }), sequence: 5 }));

      expect(roots()).toHaveLength(1);
      expect(JSON.stringify(roots()[0]?.blocks)).toContain("re-created");
      expect(thread()).toHaveLength(2);
    });

    test("does not come back a second time", async () => {
      await stage.publishUntilDone(anAnswer());
      for (const alertCount of [3, 4, 5]) {
        stage.fake.workspace.deleteByPerson(roots()[0]?.ts ?? "");
        await stage.publishUntilDone(anAnswer({ view: aView({ alertCount }), sequence: alertCount + 5 }));
      }

      expect(roots()).toEqual([]);
    });

    test("leaves no stray reply in the channel", async () => {
      await stage.publishUntilDone(firstLook);
      stage.fake.workspace.deleteByPerson(roots()[0]?.ts ?? "");
      const sameCard = { ...aView(), ...investigatingView(), timeline: aView().timeline };

      await stage.publishUntilDone(anAnswer({ view: sameCard, sequence: 2 }));

      expect(roots()).toHaveLength(1);
      expect(thread()).toHaveLength(2);
    });

    test("is not brought back because people deleted a reply", async () => {
      await stage.publishUntilDone(anAnswer());
      const [timeline] = thread();
      stage.fake.workspace.deleteByPerson(timeline?.ts ?? "");

      await stage.publishUntilDone(anAnswer({ view: { ...aView(), hiddenRows: 7, causes: [] }, sequence: 5 }));

      expect(roots()).toHaveLength(1);
      expect(thread()).toHaveLength(1);
      expect(thread()[0]?.edits).toBe(1);
    });
  });

  describe("a refusal for good", () => {
    test("of the channel is one call and one alarm with what to do; after a while what is new may try again", async () => {
      stage.fake.workspace.refusingChannels.set("C0INCIDENTS", "channel_not_found");

      expect(await stage.publish(anAnswer())).toEqual({ status: "done", untold: true });
      await stage.publishUntilDone(anAnswer());
      await stage.publishUntilDone(anAnswer({ view: resolvedView(), sequence: 8 }));

      expect(post()).toBe(1);
      expect(stage.log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
      const problem = expect.stringContaining("/invite @traceops") as unknown;
      expect(await stage.messages.stuck(DEFAULT_TENANT, "slack", 5)).toMatchObject([
        { problem, key: { kind: "root" } },
      ]);

      stage.fake.workspace.refusingChannels.clear();
      stage.clock.advance(5 * 60_000);
      await stage.publishUntilDone(anAnswer({ view: resolvedView(), sequence: 9 }));
      expect(roots()).toHaveLength(1);
      expect(await stage.messages.stuck(DEFAULT_TENANT, "slack", 5)).toEqual([]);
    });

    test("of the content is one call for each new content", async () => {
      stage.fake.workspace.breakNext("chat.postMessage", { kind: "refuse", code: "msg_too_long" });

      await stage.publishUntilDone(anAnswer());
      await stage.publishUntilDone(anAnswer());
      expect(post()).toBe(1);
      expect(await stage.messages.stuck(DEFAULT_TENANT, "slack", 5)).toHaveLength(1);

      await stage.publishUntilDone(anAnswer({ view: resolvedView(), sequence: 9 }));
      expect(roots()).toHaveLength(1);
    });
  });
});
