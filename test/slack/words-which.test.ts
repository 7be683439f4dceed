import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UnavailableError } from "../../src/app/errors.ts";
import type { IncidentAnswer } from "../../src/app/verbs.ts";
import { DEFAULT_TENANT, epochMs, type IncidentId, incidentId } from "../../src/core/ids.ts";
import { safe } from "../../src/core/safe.ts";
import { problemsOf } from "../support/fake-slack/block-kit.ts";
import { directMessage, mention } from "../support/fake-slack/deliveries.ts";
import { textLines } from "../support/fake-slack/read-aloud.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";
import { Typist, valueOf, words } from "../support/fake-slack/typist.ts";

let stage: Stage;
let ada: Typist;

/** Another open incident; the later its number, the later it began. */
function other(number: number): IncidentAnswer {
  const answer = anAnswer();
  const id = incidentId(`INC-${number}`);
  const detectedAtMs = epochMs(answer.incident.detectedAtMs + number * 1000);
  return {
    ...answer,
    incident: { ...answer.incident, id, detectedAtMs, title: safe`case ${number}` },
    view: { ...answer.view, incidentId: id, title: safe`case ${number}` },
  };
}

/** From now on these are open. */
function open(...answers: readonly IncidentAnswer[]): void {
  const byId = new Map(answers.map((answer) => [answer.incident.id, answer]));
  stage.verbs.listIncidents = async () => answers.map(({ incident }) => incident);
  stage.verbs.getIncident = async (_, id: IncidentId) => byId.get(id) ?? null;
}

const kept = (scope: string) => stage.preferences.list(DEFAULT_TENANT, scope);

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
    ada = new Typist(stage);
  });
  afterEach(() => stage.stop());

  describe("without an id", () => {
    test("a word that reads takes the newest incident with a card in this channel", async () => {
      await stage.publishUntilDone(other(3000));
      await stage.publishUntilDone(other(3001));
      open(other(3000), other(3001), other(3002));

      expect(words(await ada.typed("status"))).toContain("INC-3001");
    });

    test("where no card stands and several are open, the person chooses, and a mention gets the same menu", async () => {
      open(other(3000), other(3001));

      const answer = await ada.typed("status", "C0PAYMENTS");

      expect(problemsOf(answer.blocks)).toEqual([]);
      expect(words(answer)).toContain("Which incident? 2 are open.");
      expect(words(answer)).toContain("INC-3000 · checkout-api: case 3000");
      const [said] = await ada.pressed("word.pick", valueOf(answer, "word.pick"), { kind: "static_select" });
      expect(said).toMatchObject({ replace_original: true });
      expect(words(said)).toContain("INC-3001");
    });

    test("a word that changes something never guesses between two, and keeps what was typed", async () => {
      await stage.publishUntilDone(other(3000));
      await stage.publishUntilDone(other(3001));
      open(other(3000), other(3001));
      const note = "x".repeat(900);

      const answer = await ada.typed(`note ${note}`);
      expect(stage.verbs.of("addNote")).toEqual([]);
      const value = valueOf(answer, "word.pick");
      expect(value.length).toBeLessThanOrEqual(75);
      await ada.pressed("word.pick", value, { kind: "static_select" });

      expect(stage.verbs.of("addNote")).toEqual([["T0ACME/U0ADA", "Ada", { incidentId: "INC-3001", text: note }]]);
    });

    test("what one person typed is never done for another who presses the menu", async () => {
      open(other(3000), other(3001));
      const value = valueOf(await ada.typed("note mine"), "word.pick");

      const [said] = await ada.pressed("word.pick", value, { kind: "static_select", user: "U0BOB" });

      expect(words(said)).toContain("somebody else typed it");
      expect(stage.verbs.of("addNote")).toEqual([]);
    });

    test("an id in front of the text names the incident", async () => {
      open(other(3000), other(3001));

      await ada.typed("note inc-3000 rolled back");

      expect(stage.verbs.asked.at(-1)).toMatchObject({ what: { incidentId: "INC-3000", text: "rolled back" } });
    });
  });

  describe("resolve", () => {
    test("typed only asks; the button resolves as the person who presses it", async () => {
      const answer = await ada.typed("resolve");
      expect(stage.verbs.of("setStatus")).toEqual([]);

      stage.verbs.statusOutcome = { kind: "done", remark: safe`It stands there in the name of the bot.` };
      const [said] = await ada.pressed("pd.resolve", valueOf(answer, "pd.resolve"), { user: "U0BOB", ephemeral: true });

      expect(stage.verbs.of("setStatus")).toMatchObject([["T0ACME/U0BOB", "bob", { status: "resolved" }]]);
      expect(words(said)).toContain("INC-2041 is resolved. The card follows. It stands there in the name of the bot.");
    });
  });

  describe("Share to channel", () => {
    test("asks again as of now and says who shared; nothing of the first answer travels in the button", async () => {
      const answer = await ada.typed("status");
      expect(valueOf(answer, "word.share")).toBe('{"v":1,"w":"status","q":"INC-2041"}');
      const { view } = anAnswer();
      stage.verbs.answer = anAnswer({ view: { ...view, acknowledgedBy: safe`Carla` } });

      const said = await ada.pressed("word.share", valueOf(answer, "word.share"), { ephemeral: true, answers: 3 });

      expect(said).toMatchObject([
        { response_type: "ephemeral", replace_original: true },
        { response_type: "in_channel", replace_original: false },
        { response_type: "ephemeral", replace_original: true },
      ]);
      expect(words(said[1])).toContain("Carla");
      expect(words(said[1])).toContain("Shared by Ada, as of");
      expect(words(said[1])).not.toContain("word.share");
    });

    test("that fails is told to the person who pressed, never to the channel", async () => {
      const answer = await ada.typed("changes 2h");
      stage.verbs.failWith = new UnavailableError("source", { retryable: true });

      const said = await ada.pressed("word.share", valueOf(answer, "word.share"), { ephemeral: true, answers: 2 });

      expect(words(said[1])).toContain("Please try again in a minute.");
      expect(said.filter((each) => each["response_type"] === "in_channel")).toEqual([]);
    });

    test.for(['{"v":1,"w":"ack","q":"INC-2041"}', '{"v":1,"w":"note","q":"x"}', '{"v":2}', "x"])(
      "with the forged value %s does nothing",
      async (value) => {
        const said = await ada.pressed("word.share", value, { ephemeral: true });

        expect(words(said)).toContain("not one that TraceOps knows");
        expect(stage.verbs.asked).toEqual([]);
      },
    );
  });

  describe("choices that others read", () => {
    test("investigate puts its card where it was asked for, unless it stands somewhere", async () => {
      await ada.typed("investigate checkout-api 30m", "C0PAYMENTS");

      expect(stage.verbs.of("investigate")).toMatchObject([
        ["T0ACME/U0ADA", "Ada", { service: "checkout-api", sinceMs: stage.clock.nowMs() - 1_800_000 }],
      ]);
      expect(await kept("slack/place")).toMatchObject([
        { name: "INC-7", value: { team: null, channel: "C0PAYMENTS" } },
      ]);
      await stage.publishUntilDone(other(7));
      expect(words(await ada.typed("investigate checkout-api"))).toContain("open already and is looked at again");
    });

    test("mute is kept with its end, listed, and ended; how the name is written makes no second one", async () => {
      await ada.typed("mute Checkout-API 2h");
      await ada.typed("mute checkout-api 1h");

      const untilMs = stage.clock.nowMs() + 3_600_000;
      expect(await kept("mute")).toMatchObject([{ name: "Checkout-API", value: { untilMs }, by: "Ada" }]);
      expect(words(await ada.typed("mute"))).toContain("Checkout-API until");
      await ada.typed("unmute checkout-api");
      expect(await kept("mute")).toEqual([]);
      expect(words(await ada.typed("mute"))).toContain("Nothing is muted.");
    });

    test("watch brings cards here, not into a direct message, and is ended only where it is", async () => {
      await ada.typed("watch basket", "C0PAYMENTS");

      expect(await kept("slack/route")).toMatchObject([
        { name: "basket", value: { team: "T0ACME", channel: "C0PAYMENTS" } },
      ]);
      expect(words(await ada.typed("unwatch basket"))).toContain("<#C0PAYMENTS>: type it there");
      expect(words(await ada.typed("watch", "C0PAYMENTS"))).toContain("• basket, by Ada");
      expect(words(await ada.typed("watch till", "D0ADA"))).toContain("cards are for a team");
      await ada.typed("unwatch basket", "C0PAYMENTS");
      expect(await kept("slack/route")).toEqual([]);
    });

    test("settings changes what the person chose in the Home tab, and sends there who never chose", async () => {
      expect(words(await ada.typed("settings deploys on"))).toContain("https://slack.com/app_redirect?app=A0TRACEOPS");
      const value = { channel: "D0ADA", isOn: true, names: ["ada-l"], quiet: null, zone: "Europe/Berlin" };
      const mine = { scope: "slack/author", name: "T0ACME/U0ADA", by: safe`Ada`, atMs: epochMs(0) };
      await stage.preferences.set(DEFAULT_TENANT, { ...mine, value });

      await ada.typed("settings quiet 22:00-7:00");
      const answer = words(await ada.typed("settings deploys off"));

      const quiet = { from: "22:00", to: "07:00" };
      expect(await kept("slack/author")).toMatchObject([{ value: { ...value, isOn: false, quiet } }]);
      expect(answer).toContain("*22:00 to 07:00* (Europe/Berlin)");
    });

    test("a link has to be a web address", async () => {
      for (const bad of ["javascript:alert(1)", "ftp://x.example/a", "https://u:p@x.example", "runbook"]) {
        expect(words(await ada.typed(`link ${bad}`))).toContain("has to begin with https://");
      }
      expect(stage.verbs.of("correct")).toEqual([]);
      await ada.typed("link <https://wiki.example.com/r|wiki.example.com/r> Runbook of checkout");

      expect(stage.verbs.asked.at(-1)?.what).toEqual({
        incidentId: "INC-2041",
        correction: { kind: "link", url: "https://wiki.example.com/r", title: "Runbook of checkout" },
      });
    });
  });

  describe("changes", () => {
    test.for([
      [[], [], "nobody knows what changed"],
      [["github"], [], "Nothing changed in the last 2 h"],
      [["github"], ["flags"], "No change found in the last 2 h, but not everything could be read"],
      [[], ["flags"], "Could not look"],
    ] as const)("with %j read and %j not, it says so: %s", async ([read, missed, says]) => {
      const gaps = missed.map(() => ({ source: safe`flags`, because: safe`timed out after 8 s` }));
      stage.verbs.changes = { ...stage.verbs.changes, read: read.map(() => safe`github`), gaps };

      const answer = await ada.typed("changes");

      expect(words(answer)).toContain(says);
      expect(words(answer).includes("flags (timed out after 8 s)")).toBe(missed.length > 0);
    });
  });

  test("doctor tells what to fix of each broken part and fits a phone however many parts there are", async () => {
    stage.health = [
      ...Array.from({ length: 3 }, (_, index) => ({ sign: "FIX" as const, part: `broken ${index}`, text: "set IT" })),
      ...Array.from({ length: 15 }, (_, index) => ({ sign: "off" as const, part: `off ${index}`, text: "set IT" })),
      { sign: "FIX" as const, part: "evidence: Loki", text: "answered 401 to hunter2-token" },
    ];

    const answer = await ada.typed("doctor");

    expect(words(answer)).toContain("*FIX* broken 0: set IT");
    expect(words(answer)).toContain("answered 401 to [redacted]");
    expect(words(answer)).toContain("off 14");
    expect(textLines({ text: "", blocks: answer.blocks as never }).length).toBeLessThanOrEqual(12);
  });

  test("the plain text of an answer, which phones show, has its times in UTC and no markup", async () => {
    const { text } = await ada.typed("mute checkout-api 1h");

    expect(text).toMatch(/until \d{4}-\d\d-\d\d \d\d:\d\d UTC; cards/u);
    expect(text).not.toMatch(/[<>*`]/u);
  });

  describe("what is no question", () => {
    test("a bot, an edit and the same event again are not answered", async () => {
      const asked = mention({ user: "U0ADA", text: "note once", ts: "9.9", eventId: "EvX" });
      const bot = mention({ user: "U0ADA", text: "note by a bot", ts: "9.8", eventId: "EvB" });
      const edit = directMessage({ user: "U0ADA", text: "note edited", channel: "D0ADA", ts: "9.7", eventId: "EvE" });
      const changed = (sent: typeof bot, key: string) => {
        const payload = JSON.parse(JSON.stringify(sent.payload));
        payload.event[key] = "B0X";
        return { ...sent, payload, raw: JSON.stringify(payload) };
      };

      await stage.send(changed(bot, "bot_id"));
      await stage.send(changed(edit, "subtype"));
      await Promise.all([stage.send(asked), stage.send(asked), stage.send(asked)]);
      await stage.until(() => stage.fake.workspace.callsOf("chat.postMessage")[0]);

      expect(stage.verbs.of("addNote")).toMatchObject([["T0ACME/U0ADA", "Ada", { text: "once" }]]);
    });
  });
});
