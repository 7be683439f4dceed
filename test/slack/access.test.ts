import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { personToken } from "../../dev/slack/emulated-team.ts";
import { DEFAULT_ROSTER } from "../../src/core/access/roster.ts";
import { linkShared, mention, press, type Sent, slashCommand } from "../support/fake-slack/deliveries.ts";
import { anAnswer, PUBLIC_URL } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";
import { submit, typed as typedIn, windowWith } from "../support/fake-slack/windows.ts";
import { openAccess } from "../support/open-access.ts";

let stage: Stage;

const VALUE = { v: 1, i: "INC-2041", r: 4 };
const pressed = (over: object = {}, value: object = VALUE, action = "pd.resolve"): Sent => {
  const sent = press({ user: "U0ADA", action, value: JSON.stringify(value), responseUrl: stage.fake.responseUrl });
  const payload = { ...sent.payload, ...over };
  return { ...sent, payload, raw: new URLSearchParams({ payload: JSON.stringify(payload) }).toString() };
};
const typed = (text: string, user = "U0ADA") => slashCommand({ user, text, responseUrl: stage.fake.responseUrl });
const said = async () => JSON.stringify(await stage.until(() => stage.fake.workspace.responses.at(-1)));
const reasons = () => stage.rights.kept.filter(({ outcome }) => outcome === "refused").map(({ reason }) => reason);

/** A roster in which Ada may only read. */
const adaReads = () => openAccess({ roster: { ...DEFAULT_ROSTER, roles: new Map([["u0ada", "viewer" as const]]) } });

forEachTransport((transport) => {
  beforeEach(() => {
    stage = new Stage(anAnswer());
  });
  afterEach(() => stage.stop());

  describe("a press", () => {
    test.each([
      ["of another workspace", { team: { id: "T0EVIL" }, user: { id: "U0ADA", team_id: "T0EVIL" } }],
      ["of another company in a shared channel", { user: { id: "U0ADA", team_id: "T0EVIL" } }],
      [
        "of an organisation that is not ours",
        {
          team: null,
          enterprise: { id: "E0EVIL" },
          is_enterprise_install: true,
          user: { id: "U0ADA", team_id: "E0EVIL" },
        },
      ],
      ["without a workspace", { team: null, user: { id: "U0ADA" } }],
    ])("%s does nothing and says why", async (_, over) => {
      await stage.start(transport);

      await stage.send(pressed(over));

      expect(await said()).toContain("Only members of the workspace");
      expect(stage.verbs.asked).toEqual([]);
      expect(new Set(reasons())).toEqual(new Set(["foreign-workspace"]));
    });

    test("counts for who signed, whatever the button says about who pressed", async () => {
      await stage.start(transport);
      const forged = { ...VALUE, team: "T0EVIL", user: "U0ADMIN", actor: "T0ACME/U0ADMIN", role: "admin" };

      await stage.send(pressed({ user_id: "U0ADMIN", private_metadata: "U0ADMIN" }, forged));

      await said();
      expect(stage.verbs.of("setStatus")).toMatchObject([["T0ACME/U0ADA", "Ada", { status: "resolved" }]]);
    });

    test("of somebody who may only read changes nothing and names the role", async () => {
      stage.rights = adaReads();
      await stage.start(transport);

      await stage.send(pressed({}, { ...VALUE, role: "admin" }));

      expect(await said()).toContain("This needs the role responder");
      expect(stage.verbs.of("setStatus")).toEqual([]);
      expect(stage.rights.kept).toMatchObject([
        { actorId: "T0ACME/U0ADA", action: "incident.resolve", incident: "INC-2041", reason: "role" },
      ]);
    });
  });

  describe("a window", () => {
    test("counts for who signed, whatever its hidden data says", async () => {
      await stage.start(transport);
      await stage.send(pressed({}, VALUE, "inc.note"));
      const view = await windowWith(stage, "Add a note");
      const metadata = { ...JSON.parse(String(view["private_metadata"])), user: "U0ADMIN", actor: "T0EVIL/U0ADMIN" };
      const forged = { ...view, private_metadata: JSON.stringify(metadata) };

      await submit(stage, forged, { note: typedIn("mine") });

      await stage.until(() => stage.verbs.of("addNote").length > 0);
      expect(stage.verbs.of("addNote")).toMatchObject([["T0ACME/U0ADA", "Ada", { text: "mine" }]]);
    });
  });

  describe("words", () => {
    test("of another workspace get one sentence, also those that only read", async () => {
      await stage.start(transport);
      const sent = typed("version");
      const payload = { ...sent.payload, team_id: "T0EVIL" };
      const raw = new URLSearchParams({ ...payload }).toString();

      await stage.send({ ...sent, payload, raw });

      expect(await said()).toContain("Only members of the workspace");
    });

    test("of somebody who may only read still read, and neither mute nor route", async () => {
      stage.rights = adaReads();
      await stage.start(transport);

      await stage.send(typed("status INC-2041"));
      expect(await said()).toContain("checkout-api");
      for (const word of ["mute checkout", "watch checkout", "note INC-2041 hello", "ack INC-2041"]) {
        const before = stage.fake.workspace.responses.length;
        await stage.send(typed(word));
        await stage.until(() => stage.fake.workspace.responses.length > before);
        expect([word, await said()]).toEqual([word, expect.stringContaining("This needs the role responder")]);
      }
      expect(await stage.preferences.list("default" as never, "mute")).toEqual([]);
    });
  });

  describe("an incident whose card stands in a private channel", () => {
    beforeEach(async () => {
      stage.rights = openAccess({ places: () => stage.places() });
      await stage.start(transport, { SLACK_CHANNEL: "G0PRIVATE" });
      const { emulated } = stage.fake.team();
      // Ada invites the bot, Bob leaves.
      await emulated.call("conversations.leave", { channel: "G0PRIVATE" }, personToken("U0BOB"));
      await emulated.call("conversations.invite", { channel: "G0PRIVATE", users: "U0BOT" }, personToken("U0ADA"));
      await stage.publishUntilDone(anAnswer());
      stage.verbs.asked.length = 0;
    });

    test("is shown elsewhere to its members only, asked of Slack at that moment", async () => {
      await stage.send(typed("status INC-2041"));
      expect(await said()).toContain("checkout-api");
      await stage.send(typed("status INC-2041", "U0BOB"));
      await stage.until(() => stage.fake.workspace.responses.length > 1);

      expect(await said()).toContain("There is no incident");
      expect(reasons()).toEqual(["private"]);
      expect(stage.fake.workspace.callsOf("conversations.members").length).toBeGreaterThan(0);
    });

    test("is not shown where others read along, even when a member asks", async () => {
      await stage.send(linkShared({ user: "U0ADA", ts: "9.1", eventId: "Ev1", urls: [`${PUBLIC_URL}/i/INC-2041`] }));
      await stage.send(mention({ user: "U0ADA", text: "status INC-2041", ts: "9.2", eventId: "Ev2" }));
      const answer = await stage.until(() =>
        stage.fake.workspace.callsOf("chat.postMessage").find(({ body }) => body["channel"] === "C0INCIDENTS"),
      );

      expect(JSON.stringify(answer.body)).toContain("There is no incident");
      expect(stage.fake.workspace.callsOf("chat.unfurl")).toEqual([]);
    });
  });
});
