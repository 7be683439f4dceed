import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isJson } from "../../dev/slack/json.ts";
import { People } from "../../dev/slack/people.ts";
import { close, submit, topWindow } from "../../dev/slack/windows.ts";
import type { Sent } from "../support/fake-slack/deliveries.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";

let nowMs = Date.UTC(2026, 10, 20, 14, 16);
let slack: FakeSlack;
let bot: WebClient;

const clientOf = (token: string, timeoutMs = 2000) =>
  new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
  });
const answerTo = (url: string, body: object) => fetch(url, { method: "POST", body: JSON.stringify(body) });

beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 20, 14, 16);
  slack = new FakeSlack(() => nowMs);
  await slack.start();
  bot = clientOf("xoxb-test");
});
afterEach(() => slack.stop());

const CHANNEL = "C0INCIDENTS";
const say = async (text: string, more: object = {}) =>
  (await bot.chat.postMessage({ channel: CHANNEL, text, ...more })).ts ?? "";
const texts = async (client: WebClient, more: object = {}) =>
  ((await client.conversations.history({ channel: CHANNEL, ...more })).messages ?? []).map(({ text }) => text);

const modal = (title: string, more: object = {}) => ({
  type: "modal" as const,
  callback_id: "w",
  title: { type: "plain_text" as const, text: title },
  submit: { type: "plain_text" as const, text: "Send" },
  blocks: [
    {
      type: "input" as const,
      block_id: "note",
      label: { type: "plain_text" as const, text: "Note" },
      element: { type: "plain_text_input" as const, action_id: "text" },
    },
  ],
  ...more,
});
const button = { type: "button", action_id: "go", value: "v1", text: { type: "plain_text", text: "Go" } };
const overflow = {
  type: "overflow",
  action_id: "more",
  options: [{ text: { type: "plain_text", text: "Mute" }, value: "mute" }],
};
const vote = (value: string) => ({ text: { type: "plain_text", text: value }, value });
const votes = {
  type: "feedback_buttons",
  action_id: "vote",
  positive_button: vote("yes"),
  negative_button: vote("no"),
};
const BLOCKS = [
  { type: "actions", block_id: "act:1", elements: [button, overflow] },
  { type: "context_actions", block_id: "fb:1", elements: [votes] },
];

describe("what people do", () => {
  let heard: Sent["payload"][] = [];
  let answer: object | undefined;
  let people: People;

  beforeEach(() => {
    heard = [];
    answer = undefined;
    const { courier } = slack;
    courier.deliver = async (sent) => {
      heard.push(sent.payload);
      return { status: 200, body: answer, tookMs: 1 };
    };
    people = new People(slack.team(), courier, { unfurlDomains: ["traceops.example.com"] });
  });

  test("an event that the app did not ask for is not sent", async () => {
    const quiet = new People(slack.team(), slack.courier, { events: ["reaction_added"] });
    const direct = await quiet.directChannel("U0ADA");

    await quiet.say({ user: "U0ADA", channel: direct, text: "list" });
    await quiet.say({ user: "U0ADA", channel: await quiet.directChannel("U0ADA"), text: "list" });

    expect(heard).toEqual([]);
    expect(slack.workspace.roots(direct)).toHaveLength(2);
  });

  test("a press carries the value that stands in the message now", async () => {
    const ts = await say("card", { blocks: BLOCKS });
    const where = { kind: "message" as const, channel: CHANNEL, ts, isWhisper: false };

    await people.press({ user: "U0ADA", where, actionId: "go" });
    await people.press({ user: "U0ADA", where, actionId: "more", chosen: "mute" });
    await people.press({ user: "U0ADA", where, actionId: "vote", chosen: "negative" });

    expect(heard.map(({ actions }) => actions)).toMatchObject([
      [{ type: "button", value: "v1", block_id: "act:1" }],
      [{ type: "overflow", selected_option: { value: "mute" } }],
      [{ type: "feedback_buttons", value: "no" }],
    ]);
    expect(heard[0]).toMatchObject({ container: { message_ts: ts, is_ephemeral: false }, team: { id: "T0ACME" } });
  });

  test("an answer through a press's address changes the message, adds to it, or goes to one person: five times", async () => {
    const ts = await say("card", { blocks: BLOCKS });
    await people.press({
      user: "U0ADA",
      where: { kind: "message", channel: CHANNEL, ts, isWhisper: false },
      actionId: "go",
    });
    const url = String(heard[0]?.["response_url"]);

    await answerTo(url, { text: "for you" });
    await answerTo(url, { response_type: "in_channel", text: "for all", replace_original: false });
    await answerTo(url, { replace_original: true, text: "card, done" });
    expect((await answerTo(url, { text: "x".repeat(9), blocks: [{ type: "marquee" }] })).status).toBe(400);
    await answerTo(url, { delete_original: true });
    const sixth = await answerTo(url, { text: "too many" });

    expect(sixth.status).toBe(404);
    expect(slack.workspace.whispersTo("U0ADA").map(({ text }) => text)).toEqual(["for you"]);
    expect(slack.workspace.whispersTo("U0BOB")).toEqual([]);
    expect(await texts(bot)).toEqual(["for all"]);
  });

  test("an answer after thirty minutes is refused", async () => {
    await people.command({ user: "U0ADA", channel: CHANNEL, text: "help" });
    nowMs += 31 * 60_000;

    expect((await answerTo(String(heard[0]?.["response_url"]), { text: "late" })).status).toBe(404);
  });

  test("a message with a mention, a known link or in a direct channel is reported as Slack reports it", async () => {
    await people.say({ user: "U0ADA", channel: CHANNEL, text: "@traceops why" });
    await people.say({ user: "U0ADA", channel: CHANNEL, text: "see https://traceops.example.com/i/INC-1" });
    await people.say({ user: "U0ADA", channel: await people.directChannel("U0ADA"), text: "list" });
    await people.say({ user: "U0ADA", channel: CHANNEL, text: "only for people" });

    expect(heard.map(({ event }) => (isJson(event) ? event["type"] : null))).toEqual([
      "app_mention",
      "link_shared",
      "message",
    ]);
    expect((await texts(bot)).length).toBe(3);
  });

  const openOne = async (more: object = {}) => {
    await people.command({ user: "U0ADA", channel: CHANNEL, text: "note" });
    const trigger_id = String(heard.at(-1)?.["trigger_id"]);
    return { trigger_id, opened: await bot.views.open({ trigger_id, view: modal("First", more) }) };
  };

  test("a window opens with a key that works once and for three seconds", async () => {
    const { trigger_id } = await openOne();

    await expect(bot.views.open({ trigger_id, view: modal("Again") })).rejects.toThrow(/exchanged_trigger_id/u);
    await people.command({ user: "U0ADA", channel: CHANNEL, text: "note" });
    nowMs += 3001;
    const late = String(heard.at(-1)?.["trigger_id"]);
    await expect(bot.views.open({ trigger_id: late, view: modal("Late") })).rejects.toThrow(/expired_trigger_id/u);
    expect(topWindow(slack.team(), "U0ADA")).toMatchObject({ view: { title: { text: "First" } } });
  });

  test("a window that is sent stays with its errors, changes, gets one on top, or closes, as the program says", async () => {
    const { opened } = await openOne();
    const at = { team: slack.team(), courier: slack.courier };
    const values = { note: { text: { type: "plain_text_input", value: "" } } };
    const viewId = opened.view?.id ?? "";

    answer = { response_action: "errors", errors: { note: "Write something." } };
    expect(await submit(at, { viewId, values })).toEqual({ kind: "errors", errors: { note: "Write something." } });
    expect(heard.at(-1)).toMatchObject({ type: "view_submission", view: { id: viewId, state: { values } } });
    answer = { response_action: "update", view: modal("Second") };
    expect(await submit(at, { viewId, values })).toEqual({ kind: "changed" });
    answer = { response_action: "push", view: modal("On top") };
    await submit(at, { viewId, values });
    expect(topWindow(slack.team(), "U0ADA")).toMatchObject({ view: { title: { text: "On top" } }, previousId: viewId });
    answer = { response_action: "clear" };
    await submit(at, { viewId: topWindow(slack.team(), "U0ADA")?.id ?? "", values });
    expect(topWindow(slack.team(), "U0ADA")).toBeUndefined();
  });

  test("closing a window is told to a program that asked for it", async () => {
    const at = { team: slack.team(), courier: slack.courier };
    const first = await openOne();
    await close(at, first.opened.view?.id ?? "");
    const second = await openOne({ notify_on_close: true });
    await close(at, second.opened.view?.id ?? "");

    expect(heard.filter(({ type }) => type === "view_closed")).toHaveLength(1);
  });

  test("a window with a mistake is refused with its place", async () => {
    await people.command({ user: "U0ADA", channel: CHANNEL, text: "note" });
    const trigger_id = String(heard.at(-1)?.["trigger_id"]);

    await expect(bot.views.open({ trigger_id, view: modal("x".repeat(25)) })).rejects.toThrow(/invalid_arguments/u);
  });

  test("the App Home is each person's own", async () => {
    await people.openHome("U0ADA");
    await bot.views.publish({ user_id: "U0ADA", view: { type: "home", blocks: [{ type: "divider" }] } });

    expect(heard.at(-1)).toMatchObject({ event: { type: "app_home_opened", user: "U0ADA" } });
    expect([...slack.workspace.homes.keys()]).toEqual(["U0ADA"]);
  });
});
