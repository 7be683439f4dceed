import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isJson } from "../../dev/slack/json.ts";
import { FakeSlack, TWO_TEAMS } from "../support/fake-slack/fake-slack.ts";

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

beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 20, 14, 16);
  slack = new FakeSlack(() => nowMs, TWO_TEAMS);
  await slack.start();
  bot = clientOf("xoxb-test");
});
afterEach(() => slack.stop());

const CHANNEL = "C0INCIDENTS";
const say = async (text: string, more: object = {}) =>
  (await bot.chat.postMessage({ channel: CHANNEL, text, ...more })).ts ?? "";
const texts = async (client: WebClient, more: object = {}) =>
  ((await client.conversations.history({ channel: CHANNEL, ...more })).messages ?? []).map(({ text }) => text);

describe("the state", () => {
  test("is the emulator's, and the record of the front says the same", async () => {
    const root = await say("card");
    await say("reply", { thread_ts: root });
    await bot.chat.update({ channel: CHANNEL, ts: root, text: "card, edited" });
    const gone = await say("gone");
    await bot.chat.delete({ channel: CHANNEL, ts: gone });

    const held = (await slack.team().held(CHANNEL, root)).map(({ ts, text }) => [ts, text]);
    const recorded = slack.workspace.messages.filter(({ deleted }) => !deleted).map(({ ts, text }) => [ts, text]);
    expect(held).toEqual(recorded);
    expect(await texts(bot)).toEqual(["card, edited"]);
  });

  test("shows metadata only to those who ask for all of it", async () => {
    await say("card", { metadata: { event_type: "traceops_message", event_payload: { nonce: "n-1" } } });

    const plain = await bot.conversations.history({ channel: CHANNEL });
    const full = await bot.conversations.history({ channel: CHANNEL, include_all_metadata: true });
    expect(plain.messages?.[0]?.metadata).toBeUndefined();
    expect(full.messages?.[0]?.metadata).toMatchObject({ event_payload: { nonce: "n-1" } });
  });

  test("gives history in pages, newest first, from a given time on", async () => {
    const [, second] = [await say("1"), await say("2"), await say("3")];

    const page = await bot.conversations.history({ channel: CHANNEL, limit: 2 });
    expect(page.messages?.map(({ text }) => text)).toEqual(["3", "2"]);
    const cursor = page.response_metadata?.next_cursor ?? "";
    expect(await texts(bot, { limit: 2, cursor })).toEqual(["1"]);
    expect(await texts(bot, { oldest: second })).toEqual(["3"]);
    expect(await texts(bot, { oldest: second, inclusive: true })).toEqual(["3", "2"]);
  });

  test("keeps the blocks of a message when an edit names none", async () => {
    const blocks = [{ type: "section", text: { type: "mrkdwn", text: "words" } }];
    const ts = await say("card", { blocks });
    await bot.chat.update({ channel: CHANNEL, ts, text: "card, edited" });

    expect((await slack.team().held(CHANNEL, null))[0]).toMatchObject({ text: "card, edited", blocks });
  });

  test("puts a reply to a deleted message into the channel, without an error", async () => {
    const root = await say("card");
    slack.workspace.deleteByPerson(root);

    const answer = await bot.chat.postMessage({ channel: CHANNEL, text: "stray", thread_ts: root });

    expect(answer.ok).toBe(true);
    expect(answer.message?.thread_ts).toBeUndefined();
    expect(await texts(bot)).toEqual(["stray"]);
  });

  test("of two workspaces stays apart although a channel has the same id in both", async () => {
    const beta = clientOf("xoxb-beta");
    await say("for acme");
    await beta.chat.postMessage({ channel: CHANNEL, text: "for beta" });

    expect(await texts(bot)).toEqual(["for acme"]);
    expect(await texts(beta)).toEqual(["for beta"]);
    expect((await beta.auth.test()).team_id).toBe("T0BETA");
    expect(slack.workspaceOf("T0BETA").roots()).toHaveLength(1);
  });

  test("knows people by id and e-mail, and refuses tokens that nobody issued", async () => {
    const info = await bot.users.info({ user: "U0ADA" });
    expect(info.user).toMatchObject({ id: "U0ADA", profile: { email: "ada@shop.example" } });
    expect((await bot.users.lookupByEmail({ email: "bob@shop.example" })).user?.id).toBe("U0BOB");
    await expect(bot.users.lookupByEmail({ email: "nobody@shop.example" })).rejects.toThrow(/users_not_found/u);
    await expect(clientOf("xoxb-stolen").auth.test()).rejects.toThrow(/invalid_auth/u);
  });

  test("tells of channels and their members, and lets the bot join and open conversations", async () => {
    const info = await bot.conversations.info({ channel: CHANNEL });
    const members = await bot.conversations.members({ channel: CHANNEL });
    await bot.conversations.join({ channel: "C0PAYMENTS" });
    const direct = await bot.conversations.open({ users: "U0ADA" });

    expect(info.channel).toMatchObject({ id: CHANNEL, name: "incidents", is_private: false });
    expect(members.members).toEqual(expect.arrayContaining(["U0ADA", "U0BOT"]));
    expect(direct.channel?.id).toMatch(/^D/u);
    await expect(bot.chat.postMessage({ channel: "G0PRIVATE", text: "card" })).rejects.toThrow(/not_in_channel/u);
  });

  test("takes files without a channel, which images may then name", async () => {
    const image = { type: "image", alt_text: "Errors per minute", slack_file: { id: "F0NOBODY" } };
    await expect(say("chart", { blocks: [image] })).rejects.toThrow(/invalid_blocks/u);

    await bot.filesUploadV2({ filename: "chart.png", file: Buffer.from("not really a picture") });

    const [file] = slack.workspace.files;
    expect(file).toMatchObject({ filename: "chart.png", channel: null });
    await say("chart", { blocks: [{ ...image, slack_file: { id: file?.id } }] });
    expect(slack.workspace.roots()).toHaveLength(1);
  });

  test("keeps reactions, bookmarks, canvases and direct messages", async () => {
    const ts = await say("card");
    await bot.reactions.add({ channel: CHANNEL, timestamp: ts, name: "eyes" });
    await bot.bookmarks.add({ channel_id: CHANNEL, title: "Page", type: "link", link: "https://traceops.example.com" });
    const canvas = await bot.canvases.create({
      title: "Postmortem",
      document_content: { type: "markdown", markdown: "# What happened\n\nWords of a person" },
    });
    const found = await bot.canvases.sections.lookup({
      canvas_id: canvas.canvas_id ?? "",
      criteria: { contains_text: "happened" },
    });
    await bot.canvases.edit({
      canvas_id: canvas.canvas_id ?? "",
      changes: [
        {
          operation: "replace",
          section_id: found.sections?.[0]?.id ?? "",
          document_content: { type: "markdown", markdown: "# Then" },
        },
      ],
    });
    const direct = await bot.chat.postMessage({ channel: "U0ADA", text: "for you" });

    expect([...(slack.workspace.find(CHANNEL, ts)?.reactions.keys() ?? [])]).toEqual(["eyes"]);
    expect((await bot.bookmarks.list({ channel_id: CHANNEL })).bookmarks).toHaveLength(1);
    expect(slack.workspace.canvases[0]?.markdown).toBe("# Then\n\nWords of a person");
    expect(direct.channel).toMatch(/^D/u);
  });
});

describe("a fault", () => {
  test.for([
    { fault: { kind: "rate-limit" as const, retryAfterS: 7 }, stored: 0, says: /rate-limit/u },
    { fault: { kind: "refuse" as const, code: "is_archived" }, stored: 0, says: /is_archived/u },
    { fault: { kind: "error-before" as const }, stored: 0, says: /500/u },
    { fault: { kind: "error-after" as const }, stored: 1, says: /500/u },
    { fault: { kind: "reset-after" as const }, stored: 1, says: /fetch failed/u },
    { fault: { kind: "silence-before" as const }, stored: 0, says: /timeout/u },
    { fault: { kind: "silence-after" as const }, stored: 1, says: /timeout/u },
    { fault: { kind: "stored-late" as const, ms: 0 }, stored: 1, says: /fetch failed/u },
    { fault: { kind: "doubled" as const, isAnswerLost: true }, stored: 2, says: /fetch failed/u },
    { fault: { kind: "late" as const, ms: 800 }, stored: 1, says: /timeout/u },
  ])("$fault.kind fails one call and leaves $stored messages", async ({ fault, stored, says }) => {
    slack.workspace.breakNext("chat.postMessage", fault);

    await expect(clientOf("xoxb-test", 300).chat.postMessage({ channel: CHANNEL, text: "card" })).rejects.toThrow(says);

    await expect.poll(() => slack.team().held(CHANNEL, null)).toHaveLength(stored);
    await say("the next one works");
  });

  test("of a channel lasts: archived, or without the bot", async () => {
    slack.workspace.refusingChannels.set(CHANNEL, "is_archived");

    await expect(say("card")).rejects.toThrow(/is_archived/u);
    await expect(say("card")).rejects.toThrow(/is_archived/u);
    expect((await bot.chat.postMessage({ channel: "C0FALLBACK", text: "card" })).ok).toBe(true);
  });

  test("of the blocks is explained with its place", async () => {
    const blocks = [{ type: "section", text: { type: "mrkdwn", text: "x".repeat(3001) } }];
    const refusal: unknown = await bot.chat
      .postMessage({ channel: CHANNEL, text: "t", blocks })
      .catch((error) => error);

    expect(isJson(refusal) ? refusal["data"] : null).toMatchObject({
      error: "invalid_blocks",
      response_metadata: { messages: expect.arrayContaining([expect.stringContaining("json-pointer:/blocks/0/text")]) },
    });
  });

  test("of a block type that the workspace has not got refuses messages and windows with it", async () => {
    slack.workspace.unknownBlocks.add("container");
    const blocks = [
      { type: "container", title: { type: "plain_text", text: "1" }, child_blocks: [{ type: "divider" }] },
    ];

    await expect(say("card", { blocks })).rejects.toThrow(/invalid_blocks/u);
    slack.workspace.unknownBlocks.clear();
    await say("card", { blocks });
  });
});
