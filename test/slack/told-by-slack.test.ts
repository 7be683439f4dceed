import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { metadataPosted } from "../support/fake-slack/deliveries.ts";
import { anAnswer, investigatingView } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";

let stage: Stage;

const firstLook = anAnswer({ view: investigatingView(), analysis: null, sequence: 1 });
const roots = () => stage.fake.workspace.roots();

function card(): { readonly nonce: string; readonly ts: string } {
  const row = stage.messages.row("root");
  if (row === undefined || row.remote === null) throw new Error("there is no card");
  return { nonce: row.nonce, ts: row.remote.id };
}

/** What Slack sends after a message with metadata was posted. */
function told(ts: string, nonce: string) {
  const event_payload = { v: 1, incident: "INC-2041", kind: "root", nonce };
  return metadataPosted({
    eventId: `Ev${ts}`,
    user: "U0BOT",
    ts,
    metadata: { event_type: "traceops_message", event_payload },
  });
}

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
  });

  describe("Slack tells of a message of ours", () => {
    test("whose answer was lost and that nobody may look up: it is the card from then on", async () => {
      stage.fake.workspace.breakNext("chat.postMessage", { kind: "reset-after" });
      stage.fake.workspace.breakNext("conversations.history", { kind: "refuse", code: "missing_scope" });
      await stage.publishUntilDone(firstLook);
      expect(stage.messages.row("root")).toMatchObject({
        state: "ambiguous",
        problem: expect.stringContaining("look"),
      });

      const ts = roots()[0]?.ts ?? "";
      expect(await stage.send(told(ts, stage.messages.row("root")?.nonce ?? ""))).toBe(200);
      await stage.until(() => stage.messages.row("root")?.state === "posted");
      // Its job was done long ago.
      await stage.until(() => stage.redrawn.length > 0);
      expect(stage.redrawn).toEqual(["slack INC-2041"]);
      await stage.publishUntilDone(anAnswer());

      expect(roots()).toHaveLength(1);
      expect(stage.fake.workspace.replies(ts)).toHaveLength(2);
      expect(stage.messages.row("root")?.problem).toBeNull();
    });

    test("that was carried out twice: the one that is not the card goes away", async () => {
      stage.fake.workspace.breakNext("chat.postMessage", { kind: "doubled", isAnswerLost: false });
      await stage.publishUntilDone(firstLook);
      expect(roots()).toHaveLength(2);
      const { nonce, ts } = card();
      const [other = ""] = roots().flatMap((root) => (root.ts === ts ? [] : [root.ts]));

      await stage.send(told(ts, nonce));
      await stage.send(told(other, nonce));

      await stage.until(() => roots().length === 1);
      expect(roots()[0]?.ts).toBe(ts);
    });

    test("that it does not know, or of somebody else's nonce: nothing happens", async () => {
      await stage.publishUntilDone(firstLook);
      const before = stage.fake.workspace.calls.length;

      expect(await stage.send(told("1795.000001", "n-of-nobody"))).toBe(200);

      expect(stage.fake.workspace.calls).toHaveLength(before);
      expect(roots()).toHaveLength(1);
      expect(stage.redrawn).toEqual([]);
    });
  });
});

afterEach(() => stage.stop());

test("a message of ours whose process died in the call is the card from then on, and is drawn", {
  timeout: 30_000,
}, async () => {
  stage = new Stage(anAnswer());
  await stage.start();
  stage.fake.workspace.breakNext("chat.postMessage", { kind: "reset-after" });
  await stage.publish(firstLook);
  const row = stage.messages.row("root");
  if (row === undefined) throw new Error("there is no row");
  stage.messages.rows.set(row.id, { ...row, state: "sending" });
  const ts = roots()[0]?.ts ?? "";

  await stage.send(told(ts, row.nonce));
  await vi.waitUntil(() => stage.redrawn.length > 0, 20_000);

  expect(stage.messages.row("root")).toMatchObject({ state: "posted", remote: { id: ts }, bodyHash: null });
  await stage.publishUntilDone(anAnswer());
  expect(roots()).toHaveLength(1);
  expect(stage.fake.workspace.replies(ts)).toHaveLength(2);
});
