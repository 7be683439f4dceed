import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStore, type Store } from "../../src/store/create-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { ManualClock } from "../support/fakes.ts";
import { createSnsSender } from "../support/sns-sender.ts";
import { RawConnection } from "./raw-http.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { alertmanager, allSenders, generic, pagerduty, SECRETS, type Sender, slack } from "./senders.ts";
import { runSignatures } from "./signatures-run.ts";

/** Per scheme. The full size is `npm run -s test:signatures`. */
const MUTANTS = Number(process.env["SIGNATURE_MUTANTS"] ?? 2_000);
const SEED = Number(process.env["SIGNATURE_SEED"] ?? 4);

test(`${MUTANTS} forged requests per scheme from seed ${SEED}: none accepted, and every right one between them is`, {
  timeout: 120_000 + MUTANTS * 20,
}, async () => {
  const reports = await runSignatures({ count: MUTANTS, seed: SEED });

  expect(reports.flatMap(({ accepted }) => accepted)).toEqual([]);
  expect(reports.map(({ scheme, mutants }) => [scheme, mutants])).toEqual(
    ["pagerduty", "alertmanager", "generic", "cloudwatch", "slack"].map((scheme) => [scheme, MUTANTS]),
  );
  for (const { controls } of reports) expect(controls.taken).toBe(controls.sent);
});

const DAY_MS = 86_400_000;

describe("one receiver on a real PostgreSQL", () => {
  const sns = createSnsSender();
  const clock = new ManualClock();
  let database: TestDatabase;
  let store: Store;
  let receiver: Receiver;
  let connection: RawConnection;
  beforeAll(async () => {
    database = await createTestDatabase();
    store = await createStore(database.connectionString, { clock });
    receiver = await startReceiver({ inbox: store.inbox, clock, sns });
    connection = new RawConnection(receiver.port);
  });
  afterAll(async () => {
    connection?.close();
    await receiver?.server.close(100);
    await store?.close();
    await database?.stop();
  });

  /** The answer; waits while the receiver is too busy to take anything. */
  async function send(request: Parameters<RawConnection["send"]>[0]): Promise<number> {
    for (let tries = 0; tries < 20; tries++) {
      const status = await connection.send(request);
      if (status !== 503) return status;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return 503;
  }

  test.each([
    ["pagerduty", pagerduty(SECRETS.pagerduty), pagerduty(SECRETS.pagerdutyOld)],
    ["alertmanager", alertmanager(SECRETS.alertmanager), alertmanager(SECRETS.alertmanagerOld)],
    ["generic", generic(SECRETS.generic), generic(SECRETS.genericOld)],
  ] as const)("%s: while a secret is rotated, both are accepted", async (_name, now, before) => {
    for (const sender of [now, before]) {
      expect(await send({ path: sender.path, ...sender.sign(sender.bodies[0], clock.nowMs()) })).toBe(202);
    }
  });

  test.each([
    [-299, 200],
    [299, 200],
    [-301, 401],
    [301, 401],
    [365 * 86_400, 401],
    [-365 * 86_400, 401],
  ])("slack: a request signed %i s from now is answered with %i", async (seconds, status) => {
    const sender = slack();
    const atMs = clock.nowMs() + seconds * 1000;

    expect(await send({ path: sender.path, ...sender.sign(sender.bodies[0], atMs) })).toBe(status);
  });

  test("what was recorded and is sent again after a day and after a month has no effect, by any scheme", async () => {
    const recorded = allSenders(sns).flatMap((sender) => sender.bodies.map((body) => recordedBy(sender, body)));
    for (const request of recorded) expect([200, 202]).toContain(await send(request));
    const before = { ...receiver.taken };

    for (const days of [1, 30]) {
      clock.advance(days * DAY_MS);
      for (const request of recorded) {
        expect([request.path, await send(request)]).toEqual([
          request.path,
          request.path === "/slack/events" ? 401 : 202,
        ]);
      }
    }

    expect({ webhooks: receiver.taken.webhooks, slack: receiver.taken.slack }).toEqual({
      webhooks: before.webhooks,
      slack: before.slack,
    });
  });

  function recordedBy(sender: Sender, body: Buffer) {
    return { path: sender.path, ...sender.sign(body, clock.nowMs()) };
  }
});
