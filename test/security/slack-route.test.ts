import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { createSnsSender } from "../support/sns-sender.ts";
import { RawConnection } from "./raw-http.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { slack } from "./senders.ts";

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
