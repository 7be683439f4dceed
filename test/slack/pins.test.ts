import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { People } from "../../dev/slack/people.ts";
import { reaction } from "../support/fake-slack/deliveries.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";
import { whispered } from "../support/fake-slack/windows.ts";

let stage: Stage;

const MESSAGE = "I see <https://shop.example/q|queue> growing &amp; hunter2 since noon";
const READABLE = "I see queue (https://shop.example/q) growing & [redacted] since noon";

const rootTs = () => stage.fake.workspace.roots()[0]?.ts ?? "";

/** Bob writes in the thread of the card. */
const written = async () => {
  await stage.publishUntilDone(anAnswer());
  const people = new People(stage.fake.team(), stage.fake.courier);
  return people.say({ channel: "C0INCIDENTS", user: "U0BOB", text: MESSAGE, threadTs: rootTs() });
};
let events = 0;
const pin = (at: string, given: { on?: boolean; user?: string; name?: string; eventId?: string } = {}) =>
  reaction({
    eventId: given.eventId ?? `EvPin${(events += 1)}`,
    user: given.user ?? "U0ADA",
    name: given.name ?? "pushpin",
    on: given.on ?? true,
    ts: at,
    itemUser: "U0BOB",
  });

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
  });
  afterEach(() => stage.stop());

  describe("a pushpin", () => {
    test("puts the message on the timeline once, and taking it off takes the note off", async () => {
      const at = await written();
      const sent = pin(at, { eventId: "EvTwice" });
      await stage.send(sent);
      await stage.send(sent, { retry: 1 });
      await whispered(stage, "Pinned to the timeline of INC-2041");
      expect(stage.verbs.of("addNote")).toMatchObject([
        ["T0ACME/U0ADA", "Ada", { text: READABLE, externalKey: `slack/T0ACME/C0INCIDENTS/${at}` }],
      ]);

      await stage.send(pin(at, { on: false, user: "U0CARLA" }));
      await stage.send(pin(at, { on: false }));
      await whispered(stage, "Unpinned");
      expect(stage.verbs.answer?.notes).toEqual([]);
      expect(stage.verbs.of("correct")).toHaveLength(1);
    });

    test("of two people stays until both took it off", async () => {
      const at = await written();
      await stage.send(pin(at));
      await whispered(stage, "Pinned to the timeline");
      await stage.send(pin(at, { user: "U0CARLA", name: "round_pushpin" }));
      await stage.until(() => stage.fake.workspace.whispersTo("U0CARLA")[0]);
      await stage.send(pin(at, { on: false }));
      await whispered(stage, "Somebody else pinned this message too");

      expect(stage.verbs.answer?.notes).toHaveLength(1);
    });

    test("on a message of a bot, or with another face, does nothing", async () => {
      await stage.publishUntilDone(anAnswer());
      await stage.send(pin(rootTs()));
      await stage.send(pin(rootTs(), { name: "thumbsup" }));
      await stage.until(() => stage.fake.workspace.callsOf("conversations.replies")[0]);
      await new Promise((resolve) => setTimeout(resolve, 50));

      expect(stage.verbs.of("addNote")).toEqual([]);
      expect(stage.fake.workspace.whispers).toEqual([]);
    });

    test("without the right to read tells each person once what to do", async () => {
      const at = await written();
      for (const _ of [1, 2]) {
        stage.fake.workspace.breakNext("conversations.replies", { kind: "refuse", code: "missing_scope" });
        await stage.send(pin(at));
      }
      await whispered(stage, "channels:history");
      await stage.until(() => stage.fake.workspace.callsOf("conversations.replies")[1]);
      await new Promise((resolve) => setTimeout(resolve, 50));

      expect(stage.fake.workspace.whispers).toHaveLength(1);
      expect(stage.verbs.of("addNote")).toEqual([]);
    });
  });
});
