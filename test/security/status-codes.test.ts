import { createHmac } from "node:crypto";
import nock from "nock";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { epochMs } from "../../src/core/ids.ts";
import { startPagerDutyPolling } from "../../src/main/polling.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createStore, type Store } from "../../src/store/create-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually, type Install, startInstall, WEBHOOK_SECRET } from "../support/install.ts";
import { PagerDutyAccount } from "../support/pagerduty-account.ts";
import { createSnsSender } from "../support/sns-sender.ts";
import { RawConnection, type RawRequest } from "./raw-http.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { allSenders, type Sender } from "./senders.ts";

/** How long each sender waits for an answer. */
const ANSWER_WITHIN_MS = { pagerduty: 5_000, alertmanager: 10_000, generic: 10_000, cloudwatch: 15_000, slack: 3_000 };

/** Sent while the database is away; each is repeated until it is taken, as its sender would. */
const EVENTS = 200;
const AWAY_MS = 4_000;

const signedBy = (sender: Sender): RawRequest => ({ path: sender.path, ...sender.sign(sender.bodies[0], Date.now()) });

describe("every sender, while PostgreSQL is away", () => {
  const sns = createSnsSender();
  const senders = allSenders(sns).filter(({ name }) => name !== "slack");
  let database: TestDatabase;
  let store: Store;
  let receiver: Receiver;
  let connection: RawConnection;
  beforeAll(async () => {
    database = await createTestDatabase();
    store = await createStore(database.connectionString, { clock: systemClock });
    receiver = await startReceiver({ inbox: store.inbox, clock: systemClock, sns });
    connection = new RawConnection(receiver.port);
  });
  afterAll(async () => {
    connection?.close();
    await receiver?.server.close(100);
    await store?.close();
    await database?.stop();
  });

  test.each([
    // Nothing refuses and nothing answers: the worst kind of away.
    ["hangs", lockedInbox],
    ["cuts and refuses connections", refusingDatabase],
  ] as const)(
    "when it %s, gets 503 within its own patience, and 202 for the same bytes afterwards",
    async (_how, takeAway) => {
      await emptyInbox(database.connectionString);
      const requests = senders.map((sender) => ({ sender, request: signedBy(sender) }));
      const away = await takeAway(database.connectionString);
      const during: (readonly [string, number, boolean])[] = [];
      for (const { sender, request } of requests) {
        const startedMs = performance.now();
        const status = await connection.send(request);
        during.push([sender.name, status, performance.now() - startedMs < ANSWER_WITHIN_MS[sender.name]]);
      }
      await away.release();

      expect(during).toEqual(senders.map(({ name }) => [name, 503, true]));
      for (const { request } of requests) {
        expect(await eventually(async () => (await connection.send(request)) === 202 || null)).toBe(true);
      }
      expect(await storedSources(database.connectionString)).toEqual(senders.map(({ name }) => name).toSorted());
    },
  );

  test(`misses none of ${EVENTS} different events that came while it was away, and takes none twice`, {
    timeout: 120_000,
  }, async () => {
    await emptyInbox(database.connectionString);
    const events = Array.from({ length: EVENTS }, (_, index) => {
      const sender = senders[index % senders.length] ?? senders[0];
      if (sender === undefined) throw new Error("there is no sender");
      // Other bytes and other ids: every one is an event of its own.
      const named = sender.bodies[0].toString().replace(/"id":\s*"[^"]*"/u, `"id":"event-${index}"`);
      const body = Buffer.from(`${named}${" ".repeat(index)}`);
      return { sender, request: { path: sender.path, ...sender.sign(body, Date.now()) } };
    });
    const away = await refusingDatabase(database.connectionString);
    const back = new Promise((done) => setTimeout(done, AWAY_MS)).then(() => away.release());
    const first = new Map<string, number>();
    const taken = await Promise.all(events.map((event) => untilTaken(receiver.port, event, first)));
    await back;

    expect(taken.filter((status) => status !== 202)).toEqual([]);
    const refused = [...first.keys()].filter((said) => !said.endsWith("202"));
    expect(refused).toEqual(["in time 503"]);
    expect(first.get("in time 503")).toBeGreaterThanOrEqual(EVENTS);
    expect(await storedCount(database.connectionString)).toEqual({ rows: EVENTS, bodies: EVENTS });
  });

  test("that is refused is told 401 meanwhile too, and never to slow down", async () => {
    const locked = await lockedInbox(database.connectionString);
    const statuses = await Promise.all(
      senders.map(({ path, bodies: [body] }) => new RawConnection(receiver.port).send({ path, headers: [], body })),
    );
    await locked.release();

    expect(statuses).toEqual(senders.map(() => 401));
  });

  test.each(allSenders(sns).map((sender) => [sender.name, sender] as const))(
    "%s: 413 begins above the sender's own maximum, for who shows what the sender shows",
    async (_name, sender) => {
      const atMost = Buffer.alloc(sender.maxBytes, " ");
      const more = Buffer.alloc(sender.maxBytes + 1, " ");
      const headers = [["content-type", "application/json"]] as const;

      expect(await connection.send({ path: sender.path, headers, body: atMost })).toBe(401);
      const shown = sender.sign(more, Date.now()).headers;
      expect(await connection.send({ path: sender.path, headers: shown, body: more })).toBe(413);
    },
  );
});

/** Repeats one event until it is taken or refused, and counts every answer by its status and whether it came in time. */
async function untilTaken(
  port: number,
  { sender, request }: { readonly sender: Sender; readonly request: RawRequest },
  answers: Map<string, number>,
): Promise<number> {
  const connection = new RawConnection(port);
  try {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const startedMs = performance.now();
      const status = await connection.send(request);
      const inTime = performance.now() - startedMs < ANSWER_WITHIN_MS[sender.name];
      const said = `${inTime ? "in time" : "late"} ${status}`;
      answers.set(said, (answers.get(said) ?? 0) + 1);
      if (status !== 503) return status;
      await new Promise((done) => setTimeout(done, 500));
    }
    return 503;
  } finally {
    connection.close();
  }
}

const MAX_TRIES = 60;

async function storedCount(connectionString: string) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ rows: number; bodies: number }>(
    "SELECT count(*)::int AS rows, count(DISTINCT raw)::int AS bodies FROM inbox",
  );
  await client.end();
  return rows[0];
}

/** Holds the table as a stuck session would. */
async function lockedInbox(connectionString: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => undefined);
  await client.connect();
  await client.query("BEGIN; LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE");
  return {
    release: async () => {
      await client.query("ROLLBACK");
      await client.end();
    },
  };
}

/** Ends every connection and takes no new one, as a server that restarts. */
async function refusingDatabase(connectionString: string): Promise<{ release(): Promise<void> }> {
  const url = new URL(connectionString);
  const name = url.pathname.slice(1);
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
  await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
  return {
    release: async () => {
      await client.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
      await client.end();
    },
  };
}

async function emptyInbox(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query("DELETE FROM inbox");
  await client.end();
}

async function storedSources(connectionString: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ source: string }>("SELECT DISTINCT source FROM inbox ORDER BY source");
  await client.end();
  return rows.map(({ source }) => source);
}

/** Between two looks at the subscription; SUBSCRIPTION_WATCH_MS=60000 is the program's own pace, in about ten minutes. */
const WATCH_EVERY_MS = Number(process.env["SUBSCRIPTION_WATCH_MS"] ?? 300);
const NOTICED_WITHIN_MS = 120_000;
const PATIENCE_MS = 30_000 + WATCH_EVERY_MS * 3;

describe("an install that PagerDuty stopped sending to", { timeout: 60_000 + WATCH_EVERY_MS * 12 }, () => {
  const account = new PagerDutyAccount();
  let install: Install;
  let stopWatching: () => Promise<void>;
  beforeAll(async () => {
    nock.disableNetConnect();
    nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
    account.install();
    account.subscriptions.set("PSUB", { url: "https://traceops.example.com/hooks/pagerduty", isDisabled: false });
    install = await startInstall({
      PAGERDUTY_API_TOKEN: "a-token-for-tests",
      PUBLIC_URL: "https://traceops.example.com",
    });
    stopWatching = startPagerDutyPolling(install.program.wiring, WATCH_EVERY_MS);
  });
  afterAll(async () => {
    await stopWatching?.();
    await install?.stop();
    nock.cleanAll();
    nock.enableNetConnect();
  });

  test("asks for nothing while PagerDuty sends, notices within two rounds that it stopped, and fills the gap", async () => {
    await new Promise((done) => setTimeout(done, WATCH_EVERY_MS * 3));
    const roundsBefore = account.rounds;

    account.open("QGAP", { title: "Checkout is slow", service: "checkout" });
    setDisabled(true);
    const disabledAtMs = performance.now();
    await eventually(() => (account.rounds > 0 ? true : null), PATIENCE_MS);
    const noticedMs = performance.now() - disabledAtMs;
    const filled = await incidentOf(install, "QGAP");

    expect(roundsBefore).toBe(0);
    // With the real minute between two rounds this is two minutes.
    expect(noticedMs / WATCH_EVERY_MS).toBeLessThan(2 + 2_000 / WATCH_EVERY_MS);
    expect(noticedMs).toBeLessThan(NOTICED_WITHIN_MS);
    expect(filled).toMatchObject({ title: "Checkout is slow", status: "triggered" });
  });

  test("looks once more after PagerDuty sends again, then leaves it alone", async () => {
    account.open("QLAST", { title: "Search is down", service: "search" });
    setDisabled(false);
    await incidentOf(install, "QLAST");
    await new Promise((done) => setTimeout(done, WATCH_EVERY_MS * 3));
    const rounds = account.rounds;
    await new Promise((done) => setTimeout(done, WATCH_EVERY_MS * 4));

    expect(account.rounds).toBe(rounds);
  });

  test("a webhook that comes after the gap was filled opens nothing twice", async () => {
    const body = JSON.stringify(triggered("QGAP", "Checkout is slow"));
    const signature = createHmac("sha256", WEBHOOK_SECRET).update(body).digest("hex");
    const connection = new RawConnection(Number(new URL(install.url).port));
    const headers = [["x-pagerduty-signature", `v1=${signature}`]] as const;
    const status = await eventually(async () => {
      const each = await connection.send({ path: "/hooks/pagerduty", headers, body: Buffer.from(body) });
      return each === 503 ? null : each;
    });
    connection.close();
    await new Promise((done) => setTimeout(done, 1_000));
    const incidents = (await install.incidents()).filter(({ title }) => title === "Checkout is slow");

    expect(status).toBe(202);
    expect(incidents).toMatchObject([{ alertCount: 1 }]);
  });

  function setDisabled(isDisabled: boolean): void {
    const held = account.subscriptions.get("PSUB");
    if (held !== undefined) held.isDisabled = isDisabled;
  }
});

function incidentOf(install: Install, externalId: string) {
  return eventually(
    async () =>
      (await install.incidents()).find(({ external }) => external.some((each) => each.externalId === externalId)) ??
      null,
    PATIENCE_MS,
  );
}

function triggered(id: string, title: string): object {
  const at = new Date(epochMs(Date.now())).toISOString();
  return {
    event: {
      id: `event-of-${id}`,
      event_type: "incident.triggered",
      occurred_at: at,
      data: {
        id,
        type: "incident",
        title,
        status: "triggered",
        created_at: at,
        service: { id: "P", summary: "checkout" },
      },
    },
  };
}
