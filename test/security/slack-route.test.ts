import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { eventually } from "../support/install.ts";
import { createSnsSender } from "../support/sns-sender.ts";
import { RawConnection } from "./raw-http.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { slack } from "./senders.ts";
import { slackApp } from "./slack-app.ts";
import { slackBodies } from "./slack-bodies.ts";
import { type SlackStub, startSlackStub } from "./slack-stub.ts";

const sender = slack();
let receiver: Receiver;
let connection: RawConnection;
beforeAll(async () => {
  const inbox = { store: () => Promise.resolve("stored" as const) };
  receiver = await startReceiver({ inbox, clock: systemClock, sns: createSnsSender() });
  connection = new RawConnection(receiver.port);
});
afterAll(async () => {
  connection.close();
  await receiver.server.close(100);
});

const signed = (body: string | Buffer) => ({ path: sender.path, ...sender.sign(Buffer.from(body), Date.now()) });

const FORM = "application/x-www-form-urlencoded";

test.each([
  ["application/json", "null"],
  ["application/json", "[]"],
  ["application/json", '"text"'],
  ["application/json", "7"],
  ["application/json", "{"],
  ["application/json", "\u0000"],
  ["application/json", ""],
  ["text/plain", "<xml/>"],
  [FORM, "payload=null"],
  [FORM, "payload=%5B%5D"],
  [FORM, "payload={"],
])("what Slack signed is taken although nobody can act on it: %s %j", async (type, body) => {
  const before = receiver.taken.slack;
  const { headers, ...request } = signed(body);
  const typed = [["content-type", type] as const, ...headers.filter(([name]) => name !== "content-type")];

  expect(await connection.send({ ...request, headers: typed })).toBe(200);
  expect(receiver.taken.slack - before).toBe(0);
});

const form = (payload: unknown) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

describe("behind it, the whole Slack surface", () => {
  const logger = createLogger({ level: "silent" });
  let stub: SlackStub;
  let whole: Receiver;
  beforeAll(async () => {
    stub = await startSlackStub();
    const route = await slackApp(stub.apiUrl, { clock: systemClock, logger });
    const inbox = { store: () => Promise.resolve("stored" as const) };
    whole = await startReceiver({ inbox, clock: systemClock, sns: createSnsSender(), slack: route });
  });
  afterAll(async () => {
    await whole?.server.close(100);
    stub?.close();
  });

  const sendInTime = async (body: string | Buffer) => {
    const own = new RawConnection(whole.port);
    const startedMs = performance.now();
    const status = await own.send(signed(body));
    own.close();
    // Slack gives three seconds; Bolt alone would let all of them pass before it says 404.
    return [status, performance.now() - startedMs < 2_000];
  };

  test.each([
    ["a shape without a type", '{"a":1}'],
    ["an event that is none", '{"type":"event_callback","event":null}'],
    ["a press without buttons", form({ type: "block_actions", actions: null, team: null, user: null })],
    ["a window that is none", form({ type: "view_submission", view: null })],
    ["a shortcut that nobody hears", form({ type: "shortcut", callback_id: "nobody.hears", user: { id: "U1" } })],
    ["a command that nobody hears", "command=%2Fother&text=x&team_id=T0ACME&user_id=U0ADA"],
    ["a form of nothing", "a=b"],
  ])("takes what Slack signed, in time: %s", async (_name, body) => {
    expect(await sendInTime(body)).toEqual([200, true]);
  });

  test("takes everything that can happen in Slack, and its handlers answer to Slack", async () => {
    const answers = [];
    for (const { raw } of slackBodies(stub.responseUrl)) answers.push(await sendInTime(raw));

    expect(answers.filter(([status, inTime]) => status !== 200 || inTime !== true)).toEqual([]);
    expect(answers.length).toBeGreaterThan(60);
    await eventually(() => (stub.calls() > 20 ? true : null));
  });
});

test("a body that asks for the old certificate check still needs a signature", async () => {
  const headers = [["content-type", FORM]] as const;

  expect(await connection.send({ path: sender.path, headers, body: Buffer.from("ssl_check=1") })).toBe(401);
  expect(await connection.send(signed("ssl_check=1"))).toBe(200);
});

test("other paths and methods below Slack's address are no failures of ours", async () => {
  expect(await connection.send({ ...signed("{}"), path: "/slack/events/elsewhere" })).toBe(404);
  expect((await fetch(`http://127.0.0.1:${receiver.port}/slack/events`)).status).toBe(404);
  expect(await connection.send({ ...signed(sender.bodies[0]), path: "/slack/events?x=1" })).toBe(200);
});
