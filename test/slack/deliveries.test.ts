import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  closeView,
  directMessage,
  entityDetailsRequested,
  globalShortcut,
  homeOpened,
  joined,
  linkShared,
  mention,
  messageShortcut,
  metadataPosted,
  press,
  pressInView,
  reaction,
  type Sent,
  slashCommand,
  submitView,
  tokensRevoked,
  uninstalled,
} from "../support/fake-slack/deliveries.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { inventedIn } from "../support/fake-slack/stage.ts";

let slack: FakeSlack;

beforeEach(async () => {
  slack = new FakeSlack(() => Date.now());
  await slack.start();
});
afterEach(() => slack.stop());

describe("a delivery", () => {
  const event = mention({ user: "U0ADA", text: "why", ts: "1795000000.000009", eventId: "Ev1" });

  test("that nobody takes comes again, with its number", async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers["x-slack-retry-num"]?.toString());
      response.writeHead(seen.length < 3 ? 500 : 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    slack.deliverTo(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/slack/events`);

    const receipts = await slack.courier.deliverUntilTaken(event, [0, 0, 0]);
    await slack.courier.deliverTwice(event);
    server.closeAllConnections();
    server.close();

    expect(seen).toEqual([undefined, "1", "2", undefined, "1"]);
    expect(receipts.map(({ status }) => status)).toEqual([500, 500, 200]);
    expect(slack.courier.ackTimes).toHaveLength(5);
  });

  const url = "https://traceops.example.com/i/INC-1";
  const view = { id: "V1", type: "modal", callback_id: "w", title: { type: "plain_text", text: "W" } };
  const responseUrl = "https://slack.example/respond";
  const of = { user: "U0ADA", eventId: "Ev2" };
  const message = { ts: "1795000000.000009", user: "U0BOB", text: "deploy is out" };
  const EVERY: Readonly<Record<string, Sent>> = {
    "slash command": slashCommand({ user: "U0ADA", text: "help", responseUrl }),
    press: press({ user: "U0ADA", action: "go", value: "v", responseUrl }),
    "press in an overflow menu": press({ user: "U0ADA", action: "go", value: "v", responseUrl, kind: "overflow" }),
    "press in a window": pressInView({ user: "U0ADA", view, action: "go", value: "v", kind: "static_select" }),
    "sent window": submitView({ user: "U0ADA", view, text: "words" }),
    "closed window": closeView({ user: "U0ADA", view }),
    "message shortcut": messageShortcut({ user: "U0ADA", callbackId: "s", responseUrl, message }),
    "global shortcut": globalShortcut({ user: "U0ADA", callbackId: "s" }),
    mention: event,
    "direct message": directMessage({ ...of, text: "list" }),
    "opened App Home": homeOpened(of),
    reaction: reaction({ ...of, name: "eyes", on: true }),
    "reaction taken back": reaction({ ...of, name: "eyes", on: false }),
    "shared link": linkShared({ ...of, urls: [url] }),
    "requested entity": entityDetailsRequested({ ...of, url, triggerId: "1.2.trigger" }),
    "posted metadata": metadataPosted({ ...of, metadata: { event_type: "t", event_payload: {} } }),
    "joined channel": joined({ ...of, inviter: "U0BOB" }),
    "removed app": uninstalled({ eventId: "Ev3" }),
    "revoked tokens": tokensRevoked({ eventId: "Ev4", bots: ["U0BOT"] }),
  };
  const UNSAMPLED = ["requested entity", "posted metadata"];

  test.for(Object.keys(EVERY).filter((name) => !UNSAMPLED.includes(name)))(
    "of a %s has no key that Slack's own sample lacks",
    (name, { skip }) => {
      const sent = EVERY[name];
      const invented = sent === undefined ? ["no such delivery"] : inventedIn(sent);
      if (invented === null) skip("the vendor's samples are not on this machine");

      expect(invented).toEqual([]);
    },
  );
});
