import nock from "nock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mention, press, SIGNING_SECRET, slashCommand } from "../support/fake-slack/deliveries.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { TRANSPORTS } from "../support/fake-slack/transports.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";
import { PagerDutyStub } from "../support/pagerduty-stub.ts";

const ADA = "ada@shop.example";
const BOT = "bot@shop.example";
const isNote = ({ incident, content }: { incident: string; content: string }) =>
  incident === "QSHELF" && content.includes("restarted the shelf");

/** From a press in Slack through the whole program to PagerDuty's API and back by its webhook. */
describe.each(TRANSPORTS)("over %s", (transport) => {
  let pagerDuty: PagerDutyStub;
  let slack: FakeSlack;
  let install: Install;
  let events = 0;

  beforeAll(async () => {
    nock.disableNetConnect();
    nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
    pagerDuty = new PagerDutyStub();
    pagerDuty.users = new Set([ADA, BOT]);
    pagerDuty.install();
    slack = new FakeSlack(() => Date.now());
    await slack.start();
    install = await startInstall({
      SLACK_BOT_TOKEN: "xoxb-test",
      ...(transport === "http" ? { SLACK_SIGNING_SECRET: SIGNING_SECRET } : { SLACK_APP_TOKEN: "xapp-test" }),
      SLACK_CHANNEL: "C0INCIDENTS",
      SLACK_API_URL: slack.apiUrl,
      PAGERDUTY_API_TOKEN: "a-token-for-tests",
      PAGERDUTY_FROM_EMAIL: BOT,
    });
    if (transport === "http") slack.deliverTo(`${install.url}/slack/events`);
    else await eventually(() => (slack.line.isOpen ? true : null));
  });
  afterAll(async () => {
    await install?.stop();
    await slack?.stop();
    nock.cleanAll();
    nock.enableNetConnect();
  });

  const tell = async (type: string, id: string, agent: object | null = null) => {
    events += 1;
    const status = type.replace("incident.", "");
    const data = {
      id,
      type: "incident",
      title: `${id.toLowerCase()} is slow`,
      status,
      urgency: "high",
      html_url: `https://shop.pagerduty.com/incidents/${id}`,
      created_at: new Date().toISOString(),
      service: { id: `S${id}`, type: "service_reference", summary: id.toLowerCase() },
      priority: null,
    };
    const occurred_at = new Date().toISOString();
    const event = {
      id: `01${transport}${events}`,
      event_type: type,
      resource_type: "incident",
      occurred_at,
      agent,
      client: null,
      data,
    };
    expect(await install.webhook({ event })).toBe(202);
  };
  const begin = async (id: string) => {
    await tell("incident.triggered", id);
    const answer = await install.answerWhen(({ analysis }) => analysis !== null, id);
    const card = await eventually(
      () => slack.workspace.roots().find(({ text }) => text.includes(id.toLowerCase())) ?? null,
    );
    return { id: answer.incident.id, card };
  };
  const pressed = (user: string, action: string, incident: string) =>
    slack.courier.deliver(
      press({
        user,
        action,
        value: JSON.stringify({ v: 1, i: incident, r: 1 }),
        responseUrl: slack.responseUrl,
      }),
    );
  const answered = (words: string) =>
    eventually(() => slack.workspace.responses.find((each) => JSON.stringify(each).includes(words)) ?? null);
  const changesOf = (id: string) => pagerDuty.changes.filter(({ incident }) => incident === id);

  test("Acknowledge acts in PagerDuty as the person who pressed, and the card follows PagerDuty's word", async () => {
    const { id, card } = await begin("QBASKET");

    await pressed("U0ADA", "pd.ack", id);
    await answered(`${id} is acknowledged`);
    await tell("incident.acknowledged", "QBASKET", { id: "PADA", type: "user_reference", summary: "Ada Byte" });

    expect(changesOf("QBASKET")).toEqual([{ incident: "QBASKET", status: "acknowledged", from: ADA }]);
    await eventually(() =>
      JSON.stringify(slack.workspace.find("C0INCIDENTS", card.ts)?.blocks).includes("acknowledged by Ada Byte")
        ? true
        : null,
    );
    expect(slack.workspace.roots().filter(({ text }) => text.includes("qbasket"))).toHaveLength(1);
  });

  test("somebody whom PagerDuty does not know acts under the stand-in, PagerDuty is told who it was, and so is the person", async () => {
    const { id } = await begin("QTILL");

    await pressed("U0BOB", "pd.ack", id);
    const reply = await answered(`${id} is acknowledged`);

    expect(changesOf("QTILL")).toEqual([{ incident: "QTILL", status: "acknowledged", from: BOT }]);
    expect(JSON.stringify(reply)).toMatch(/PagerDuty has no user/u);
    const note = await eventually(
      () =>
        pagerDuty.notes.find(({ incident, content }) => incident === "QTILL" && /acknowledged/iu.test(content)) ?? null,
    );
    expect(note.content).toMatch(/bob/iu);
  });

  test("resolve by a word asks first, and a confirmed one ends the incident there", async () => {
    const { id, card } = await begin("QCART");
    await slack.courier.deliver(slashCommand({ user: "U0ADA", text: `resolve ${id}`, responseUrl: slack.responseUrl }));
    await answered(`Resolve ${id}`);
    expect(changesOf("QCART")).toEqual([]);

    await pressed("U0ADA", "pd.resolve", id);
    await answered(`${id} is resolved`);
    await tell("incident.resolved", "QCART");

    expect(changesOf("QCART")).toEqual([{ incident: "QCART", status: "resolved", from: ADA }]);
    const ended = await eventually(() => {
      const now = slack.workspace.find("C0INCIDENTS", card.ts);
      return now !== undefined && now.text.includes("resolved") ? now : null;
    });
    expect(JSON.stringify(ended.blocks)).not.toMatch(/pd\.ack|pd\.resolve/u);
  });

  test("a note by a mention in the thread stands in PagerDuty once, with its author", async () => {
    const { card } = await begin("QSHELF");

    await slack.courier.deliverTwice(
      mention({
        user: "U0ADA",
        text: "note restarted the shelf",
        ts: "7.7",
        threadTs: card.ts,
        eventId: `Ev${transport}`,
      }),
    );
    await eventually(() => pagerDuty.notes.find(isNote) ?? null);
    const answer = await install.answerWhen(({ notes }) => notes.length > 0, "QSHELF");

    expect(answer.notes).toMatchObject([{ text: "restarted the shelf", who: "ada" }]);
    expect(pagerDuty.notes.filter(isNote)).toHaveLength(1);
    expect(pagerDuty.notes.find(isNote)?.content).toMatch(/^ada \(Slack\)/u);
  });
});
