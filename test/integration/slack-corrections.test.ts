import nock from "nock";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { People } from "../../dev/slack/people.ts";
import type { Analysis } from "../../src/core/analysis.ts";
import { generateScenario } from "../../src/demo/generate-scenario.ts";
import { press, SIGNING_SECRET, submitView } from "../support/fake-slack/deliveries.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { undoValue } from "../support/fake-slack/windows.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";
import { PagerDutyStub } from "../support/pagerduty-stub.ts";

/** The promise to people: what they correct is in the ranking within this time. */
const RERANKED_MS = 15_000;

const scenario = generateScenario("two-am");
const pagerDuty = new PagerDutyStub();
let slack: FakeSlack;
let install: Install;

beforeAll(async () => {
  nock.disableNetConnect();
  nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  pagerDuty.install();
  slack = new FakeSlack(() => Date.now());
  await slack.start();
  install = await startInstall({
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_API_URL: slack.apiUrl,
    PAGERDUTY_API_TOKEN: "a-token-for-tests",
    PAGERDUTY_FROM_EMAIL: "bot@shop.example",
  });
  slack.deliverTo(`${install.url}/slack/events`);
  install.tell(scenario);
});
afterAll(async () => {
  await install.stop();
  await slack.stop();
  nock.cleanAll();
  nock.enableNetConnect();
  vi.unstubAllEnvs();
});

/** Every argument of the ranking, except for what the vote taught meanwhile: that one stays. */
const claims = ({ hypotheses }: Analysis) =>
  hypotheses.map(({ id, parts, against }) => ({
    id,
    arguments: [...parts, ...against].filter(({ signal }) => signal !== "learned"),
  }));
const isCorrected = ({ hypotheses }: Analysis) => JSON.stringify(hypotheses).includes("says that it was not this");
const whispered = (words: string) =>
  eventually(() => slack.workspace.whispers.find((each) => JSON.stringify(each).includes(words)) ?? null);

test("a correction sent from Slack is ranked and stored within 15 s, and its undo gives the same ranking as before", async () => {
  await install.webhook(scenario.alert);
  const { analysis: first, incident } = await install.answerWhen(({ analysis }) => analysis !== null);
  const top = first?.hypotheses[0];
  if (first === null || top === undefined) throw new Error("no answer");
  const value = JSON.stringify({ v: 1, i: incident.id, r: 1, h: top.id, a: "no" });
  await slack.courier.deliver(
    press({ user: "U0ADA", action: "hyp.feedback.no", value, responseUrl: slack.responseUrl }),
  );
  const view = await eventually(() => slack.workspace.openViews.at(-1)?.view ?? null);
  const chosen = { text: { type: "plain_text", text: "chosen", emoji: true }, value: "dependency" };

  const sentAt = performance.now();
  const { status } = await slack.courier.deliver(
    submitView({
      user: "U0ADA",
      view,
      values: {
        kind: { field: { type: "radio_buttons", selected_option: chosen } },
        text: { field: { type: "plain_text_input", value: "inventory-service" } },
      },
    }),
  );
  await install.answerWhen(({ analysis }) => analysis !== null && isCorrected(analysis));
  const rerankedMs = performance.now() - sentAt;
  const card = await eventually(() => slack.workspace.roots().find(({ edits }) => edits > 0) ?? null);

  expect(status).toBe(200);
  expect(rerankedMs).toBeLessThan(RERANKED_MS);
  expect(card.channel).toBe("C0INCIDENTS");
  const said = await whispered("suspects a dependency: inventory-service");
  const undo = { user: "U0ADA", action: "fix.undo", value: undoValue(said), responseUrl: slack.responseUrl };
  await slack.courier.deliver(press(undo));
  const { analysis: again } = await install.answerWhen(({ analysis }) => analysis !== null && !isCorrected(analysis));
  expect(again === null ? null : claims(again)).toEqual(claims(first));
});

test("a pushpin in the incident's thread is a row of the timeline, with the name of who pinned it", async () => {
  const [card] = slack.workspace.roots();
  const people = new People(slack.team(), slack.courier);
  const said = { channel: "C0INCIDENTS", user: "U0BOB", text: "I restarted the ledger at noon", threadTs: card?.ts };
  const ts = await people.say(said);
  await people.react({ user: "U0ADA", channel: "C0INCIDENTS", ts, name: "pushpin", on: true });
  await whispered("Pinned to the timeline");

  const { notes } = await install.answerWhen((answer) => answer.notes.length > 0);
  expect(notes).toMatchObject([{ text: "I restarted the ledger at noon", who: "ada" }]);
  // The Slack for tests numbers its messages in fractions of a second, which may lie a little ahead.
  expect(Math.abs((notes[0]?.atMs ?? 0) - Number(ts) * 1000)).toBeLessThan(1000);
});

test("an incident that is started from a message has its card in the channel of that message", async () => {
  const people = new People(slack.team(), slack.courier);
  const ts = await people.say({ channel: "C0PAYMENTS", user: "U0BOB", text: "refunds hang since noon" });
  const before = slack.workspace.openViews.length;
  await people.shortcut({ user: "U0ADA", callbackId: "inc.start", channel: "C0PAYMENTS", ts });
  const view = await eventually(() => {
    const shown = slack.workspace.openViews[before]?.view;
    return shown !== undefined && JSON.stringify(shown).includes("What happened?") ? shown : null;
  });
  const second = Math.floor(Date.now() / 1000) - 60;
  const values = {
    other: { field: { type: "plain_text_input", value: "refund-service" } },
    what: { field: { type: "plain_text_input", value: "refunds hang since noon" } },
    minute: { field: { type: "datetimepicker", selected_date_time: second - (second % 60) } },
    second: { field: { type: "plain_text_input", value: "07" } },
  };

  await slack.courier.deliver(submitView({ user: "U0ADA", view, values }));

  const card = await eventually(
    () => slack.workspace.roots().find(({ blocks }) => JSON.stringify(blocks ?? []).includes("refund-service")) ?? null,
  );
  expect(card.channel).toBe("C0PAYMENTS");
  await whispered("The card comes into <#C0PAYMENTS>");
});
