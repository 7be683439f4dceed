import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { homeOpened, joined, tokensRevoked, uninstalled } from "../support/fake-slack/deliveries.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { inventedIn, Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";

let stage: Stage;

const invite = (eventId: string, user = "U0BOT") =>
  stage.send(joined({ eventId, user, channel: "C0PAYMENTS", inviter: "U0ADA" }));

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
  });
  afterEach(() => stage.stop());

  describe("a channel that the bot was invited to", () => {
    test("is welcomed once, with what to type", async () => {
      expect(await invite("E1")).toBe(200);
      await stage.until(() => stage.fake.workspace.roots("C0PAYMENTS")[0]);
      await invite("E2");
      await invite("E3", "U0BOB");
      await stage.send(joined({ eventId: "E4", user: "U0BOT", channel: "C0FALLBACK" }));
      await stage.until(() => stage.fake.workspace.roots("C0FALLBACK")[0]);

      const [message, ...more] = stage.fake.workspace.roots("C0PAYMENTS");
      expect(more).toEqual([]);
      const shown = JSON.stringify(message?.blocks);
      expect(shown).toContain("/traceops help");
      expect(shown).toContain("/traceops watch &lt;service&gt;");
      expect(shown).toContain("reads no history");
    });
  });

  describe("a workspace that removed the app", () => {
    test.for([
      ["by uninstalling it", () => uninstalled({ eventId: "E1" })],
      ["by revoking the bot's token", () => tokensRevoked({ eventId: "E1", bots: ["U0BOT"] })],
    ] as const)("%s gets nothing any more, and the log says so", async ([, sent]) => {
      await stage.send(sent());
      await stage.until(() => stage.log.lines.some(({ level }) => level === "error"));

      await stage.publish(anAnswer());
      stage.clock.advance(24 * 60 * 60_000);
      await stage.publish(anAnswer());

      expect(stage.fake.workspace.callsOf("chat.postMessage")).toEqual([]);
    });

    test("for one person's token only, still gets its cards", async () => {
      await stage.send(tokensRevoked({ eventId: "E1", bots: [] }));

      await stage.publishUntilDone(anAnswer());

      expect(stage.fake.workspace.roots("C0INCIDENTS")).toHaveLength(1);
    });
  });
});

test.each([homeOpened({ eventId: "E1", user: "U0ADA" }), joined({ eventId: "E1", user: "U0BOT" })])(
  "what the tests send has no key that Slack's own samples lack (%#)",
  (sent) => {
    expect(inventedIn(sent) ?? []).toEqual([]);
  },
);
