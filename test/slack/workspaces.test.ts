import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs } from "../../src/core/ids.ts";
import { safe } from "../../src/core/safe.ts";
import { mention, press, slashCommand } from "../support/fake-slack/deliveries.ts";
import { TWO_TEAMS } from "../support/fake-slack/fake-slack.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";

const BETA = { id: "T0BETA", domain: "beta" };
const FURTHER = JSON.stringify([{ team: "T0BETA", botToken: "xoxb-beta", channel: "C0INCIDENTS" }]);

forEachTransport((transport) => {
  let stage: Stage;
  const acme = () => stage.fake.workspaceOf("T0ACME");
  const beta = () => stage.fake.workspaceOf("T0BETA");
  const value = JSON.stringify({ v: 1, i: "INC-2041", r: 4, h: "h1", a: "yes" });

  const startWith = async (routes: string) => {
    stage = new Stage(anAnswer(), TWO_TEAMS);
    await stage.start(transport, { SLACK_WORKSPACES: FURTHER, SLACK_ROUTES: routes });
  };

  describe("with two workspaces whose channels have the same id", () => {
    beforeEach(() => startWith("checkout-*=T0BETA/C0INCIDENTS"));
    afterEach(() => stage.stop());

    test("a card goes to the workspace of its route with that workspace's token, and to no other", async () => {
      await stage.publishUntilDone(anAnswer());

      expect(beta().roots()).toHaveLength(1);
      expect(beta().replies(beta().roots()[0]?.ts ?? "")).toHaveLength(2);
      expect(acme().roots()).toEqual([]);
      expect(acme().callsOf("chat.postMessage")).toEqual([]);
    });

    test("a later drawing edits the card where it stands, although the route has changed", async () => {
      await stage.publishUntilDone(anAnswer());
      await stage.preferences.set(DEFAULT_TENANT, {
        scope: "slack/route",
        name: "checkout-api",
        value: { channel: "C0PAYMENTS" },
        by: safe`Ada`,
        atMs: epochMs(stage.clock.nowMs()),
      });

      const view = { ...anAnswer().view, notification: safe`P1 checkout-api: something else.` };
      await stage.publishUntilDone(anAnswer({ view, sequence: 9 }));

      expect(beta().roots()).toMatchObject([{ text: "P1 checkout-api: something else." }]);
      expect(acme().roots()).toEqual([]);
    });

    test("a thread of the same id in the other workspace is not this incident's", async () => {
      await stage.publishUntilDone(anAnswer());
      const ts = beta().roots()[0]?.ts ?? "";

      await stage.send(mention({ user: "U0ADA", text: "note not here", ts: "9.9", threadTs: ts, eventId: "Ev1" }));
      await stage.until(() => stage.verbs.asked.find(({ actor }) => actor.id === "T0ACME/U0ADA"));
      await stage.send(
        mention({ user: "U0DORA", team: BETA, text: "note here", ts: "9.9", threadTs: ts, eventId: "Ev2" }),
      );
      await stage.until(() =>
        stage.verbs.asked.some(({ verb, actor }) => verb === "addNote" && actor.id === "T0BETA/U0DORA"),
      );

      // The word of the first workspace fell back to the open incidents, the second found its thread without looking.
      expect(
        stage.verbs.asked.filter(({ verb, actor }) => verb === "listIncidents" && actor.id === "T0BETA/U0DORA"),
      ).toEqual([]);
    });

    test("a press is by the person of the workspace it came from, and answered with its token", async () => {
      const responseUrl = stage.fake.responseUrl;
      await stage.send(press({ user: "U0DORA", team: BETA, action: "hyp.feedback.yes", value, responseUrl }));
      await stage.until(() => stage.verbs.of("recordFeedback")[0]);

      expect(stage.verbs.of("recordFeedback")).toMatchObject([["T0BETA/U0DORA", "dora", {}]]);
      expect(beta().callsOf("users.info")).toHaveLength(1);
      expect(acme().callsOf("users.info")).toEqual([]);
    });

    test("one id in two workspaces is two people", async () => {
      for (const { users } of [stage.fake.workspace, beta()]) users.set("U0SAME", { name: "Sam" });
      const { responseUrl } = stage.fake;
      for (const team of [undefined, BETA]) {
        await stage.send(
          press({
            user: "U0SAME",
            ...(team === undefined ? {} : { team }),
            action: "hyp.feedback.yes",
            value,
            responseUrl,
          }),
        );
      }
      await stage.until(() => stage.verbs.of("recordFeedback")[1]);

      expect(
        stage.verbs.asked
          .filter(({ verb }) => verb === "recordFeedback")
          .map(({ actor }) => actor.id)
          .toSorted(),
      ).toEqual(["T0ACME/U0SAME", "T0BETA/U0SAME"]);
    });

    test("a limit of one workspace's channel delays nothing in the other one", async () => {
      beta().breakNext("chat.postMessage", { kind: "rate-limit", retryAfterS: 60 });
      expect(await stage.publish(anAnswer())).toMatchObject({ status: "again" });

      const other = anAnswer();
      const incident = { ...other.incident, id: "INC-9" as never, service: safe`billing` };
      await stage.publish({ ...other, incident, view: { ...other.view, incidentId: "INC-9" as never } });

      expect(acme().roots("C0INCIDENTS")).toHaveLength(1);
      expect(beta().roots()).toEqual([]);
    });
  });

  describe("with a channel that people chose by a word", () => {
    beforeEach(() => startWith("billing=C0PAYMENTS"));
    afterEach(() => stage.stop());

    test("the next card of that service stands there", async () => {
      const { responseUrl } = stage.fake;
      await stage.send(
        slashCommand({ user: "U0DORA", team: BETA, channel: "C0BETAOPS", text: "watch checkout-api", responseUrl }),
      );
      await stage.until(() => stage.fake.workspace.responses[0] ?? beta().responses[0]);

      await stage.publishUntilDone(anAnswer());

      expect(beta().roots("C0BETAOPS")).toHaveLength(1);
      expect(acme().roots()).toEqual([]);
    });
  });
});
