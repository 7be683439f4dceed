import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isJson } from "../../dev/slack/json.ts";
import { People } from "../../dev/slack/people.ts";
import type { IncidentAnswer } from "../../src/app/verbs.ts";
import { incidentId } from "../../src/core/ids.ts";
import { problemsOf } from "../support/fake-slack/block-kit.ts";
import { entityDetailsRequested, linkShared } from "../support/fake-slack/deliveries.ts";
import { anAnswer, aView, PUBLIC_URL, passed } from "../support/fake-slack/sample-answers.ts";
import { inventedIn, Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";

let stage: Stage;

const PAGE = `${PUBLIC_URL}/i/INC-2041`;
const calls = () => stage.fake.workspace.callsOf("chat.unfurl");
const lastUnfurl = () => stage.until(() => calls().at(-1)?.body);
const parsed = (text: string | undefined): unknown => JSON.parse(text ?? "null");

const HOSTS = ["traceops.example.com", "traceops.example.com.evil.example", "evil.example"];

/** Somebody posts a message with these links, and Slack tells of all of them. */
async function share(urls: readonly string[]): Promise<void> {
  const people = new People(stage.fake.team(), stage.fake.courier, { unfurlDomains: HOSTS });
  await people.say({ user: "U0ADA", channel: "C0INCIDENTS", text: urls.join(" ") });
}

/** Waits until everything that was sent before was worked on: the last link is one of ours. */
async function unfurlsAfter(urls: readonly string[]): Promise<readonly string[]> {
  await share(urls);
  await share([PAGE]);
  await stage.until(() => calls().find(({ body }) => Object.keys(unfurlsIn(body)).join() === PAGE));
  return calls().flatMap(({ body }) => Object.keys(unfurlsIn(body)));
}

function unfurlsIn(body: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const unfurls = parsed(body["unfurls"]);
  return isJson(unfurls) ? unfurls : {};
}

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
  });
  afterEach(() => stage.stop());

  describe("a link to an incident's page", () => {
    test("shows state, cause with confidence, since when and who has it, without a button", async () => {
      await share([PAGE]);

      const shown = unfurlsIn(await lastUnfurl())[PAGE];
      const blocks = isJson(shown) ? shown["blocks"] : null;
      expect(problemsOf(blocks)).toEqual([]);
      const text = JSON.stringify(blocks);
      expect(text).toContain("Deploy v412 of checkout-api");
      expect(text).toContain("high confidence (0.81)");
      expect(text).toContain("Likely cause found · since <!date^");
      expect(text).toMatch(/acknowledged by Ada|not acknowledged/u);
      expect(text).not.toContain('"button"');
    });

    test("is unfurled by the id that Slack gave the link", async () => {
      await share([PAGE]);

      expect(await lastUnfurl()).toMatchObject({ source: "conversations_history", unfurl_id: expect.any(String) });
    });

    test("of which there are many shows five", async () => {
      const urls = [1, 2, 3, 4, 5, 6, 7].map((n) => `${PAGE}?n=${n}`);
      await share(urls);

      expect(Object.keys(unfurlsIn(await lastUnfurl()))).toEqual(urls.slice(0, 5));
    });

    test.for([
      ["of another host", "https://evil.example/i/INC-2041"],
      ["that only begins like ours", `${PUBLIC_URL}.evil.example/i/INC-2041`],
      ["with a name before our host", "https://traceops.example.com@evil.example/i/INC-2041"],
      ["to another page of ours", `${PUBLIC_URL}/health`],
      ["to an incident that nobody knows", `${PUBLIC_URL}/i/INC-9999`],
      ["with a path in the id", `${PUBLIC_URL}/i/..%2F..%2Fsecrets`],
    ] as const)("%s shows nothing", async ([, url]) => {
      expect(await unfurlsAfter([url])).toEqual([PAGE]);
    });

    test("carries the incident as Slack's own kind of object", async () => {
      await share([PAGE]);

      expect(parsed((await lastUnfurl())["metadata"])).toMatchObject({
        entities: [
          {
            entity_type: "slack#/entities/incident",
            app_unfurl_url: PAGE,
            url: PAGE,
            external_ref: { id: "INC-2041", type: "incident" },
            entity_payload: {
              attributes: { display_id: "INC-2041", product_name: "TraceOps" },
              fields: {
                status: { value: "Likely cause found" },
                priority: { value: "P1" },
                urgency: { value: "High" },
              },
            },
          },
        ],
      });
    });

    test("is shown without the object where a workspace refuses it, and the object is not tried again", async () => {
      stage.fake.workspace.breakNext("chat.unfurl", { kind: "refuse", code: "feature_not_enabled" });
      await share([PAGE]);
      await stage.until(() => calls().length === 2);
      await share([`${PAGE}?again`]);
      await stage.until(() => calls().length === 3);

      expect(calls().map(({ body }) => body["metadata"] !== undefined)).toEqual([true, false, false]);
    });

    test("stays bare without the scope: one call, one line in the log", async () => {
      stage.fake.workspace.breakNext("chat.unfurl", { kind: "refuse", code: "missing_scope" });
      await share([PAGE]);
      await stage.until(() => stage.log.lines.find(({ message }) => message.includes("links:write")));
      await share([PAGE]);
      await stage.send(entityDetailsRequested({ eventId: "E3", user: "U0ADA", url: PAGE, triggerId: "1.2.3" }));
      await stage.until(() => stage.fake.workspace.entityDetails[0]);

      expect(calls()).toHaveLength(1);
      expect(stage.log.lines.filter(({ message }) => message.includes("links:write"))).toHaveLength(1);
    });

    test("shows what foreign text says as text, whatever it says", async () => {
      const hostile = passed("<!channel> <https://evil.example|press> *bold*\u202Eevil");
      const answer: IncidentAnswer = anAnswer({ view: aView({ title: hostile, acknowledgedBy: hostile }) });
      stage.verbs.answer = answer;
      await share([PAGE]);

      const text = JSON.stringify(unfurlsIn(await lastUnfurl()));
      expect(text).not.toMatch(/<!channel|<https:\/\/evil|\u202E/u);
    });
  });

  describe("a private channel without the bot", () => {
    test.for([
      ["watch", "watch checkout-api"],
      ["investigate", "investigate checkout-api"],
    ] as const)("is answered to %s with how to invite it", async ([, text]) => {
      const people = new People(stage.fake.team(), stage.fake.courier);
      await people.command({ user: "U0ADA", channel: "G0PRIVATE", text });

      const answer = await stage.until(() => stage.fake.workspace.responses.at(-1));
      expect(JSON.stringify(answer)).toContain("type /invite @traceops in this channel");
    });

    test("is not confused with one that the bot is in", async () => {
      const people = new People(stage.fake.team(), stage.fake.courier);
      await people.command({ user: "U0ADA", channel: "C0PAYMENTS", text: "watch checkout-api" });

      const answer = await stage.until(() => stage.fake.workspace.responses.at(-1));
      expect(JSON.stringify(answer)).not.toContain("/invite");
    });
  });

  describe("the pane beside a conversation", () => {
    test("shows the incident's status, service, times and what can be done", async () => {
      stage.verbs.answer = anAnswer({ view: aView({ acknowledgedBy: null }) });
      await stage.send(entityDetailsRequested({ eventId: "E1", user: "U0ADA", url: PAGE, triggerId: "1.2.3" }));

      const shown = await stage.until(() => stage.fake.workspace.entityDetails[0]);
      expect(shown).toMatchObject({ trigger_id: "1.2.3" });
      const text = JSON.stringify(shown);
      for (const part of ["checkout-api", "date_created", "assigned_to", "pd.ack", "inc.open"])
        expect(text).toContain(part);
    });

    test("says when the incident is not known", async () => {
      const url = `${PUBLIC_URL}/i/INC-9999`;
      await stage.send(entityDetailsRequested({ eventId: "E1", user: "U0ADA", url, triggerId: "1.2.3" }));

      const shown = await stage.until(() => stage.fake.workspace.entityDetails[0]);
      expect(JSON.stringify(shown)).toContain("not_found");
    });

    test("is left alone where Slack does not have it", async () => {
      stage.fake.workspace.breakNext("entity.presentDetails", { kind: "refuse", code: "feature_not_enabled" });
      const ask = (eventId: string) =>
        stage.send(entityDetailsRequested({ eventId, user: "U0ADA", url: PAGE, triggerId: "1.2.3" }));
      expect(await ask("E1")).toBe(200);
      await stage.until(() => stage.log.lines.some(({ message }) => message.includes("no details")));
      await ask("E2");
      await share([PAGE]);
      await lastUnfurl();

      expect(stage.fake.workspace.callsOf("entity.presentDetails")).toHaveLength(1);
    });
  });
});

test("what the tests send has no key that Slack's own sample lacks", () => {
  const sent = linkShared({ eventId: "E1", user: "U0ADA", urls: [`${PUBLIC_URL}/i/${incidentId("INC-1")}`] });

  expect(inventedIn(sent) ?? []).toEqual([]);
});
