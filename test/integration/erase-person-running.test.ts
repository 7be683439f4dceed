import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { People } from "../../dev/slack/people.ts";
import { ACME } from "../../dev/slack/seed.ts";
import { deliverSigned } from "../../src/cli/deliver.ts";
import { withClient } from "../../src/store/client.ts";
import { traceops } from "../support/command-line.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { SIGNING_SECRET } from "../support/fake-slack/deliveries.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, WEBHOOK_SECRET } from "../support/install.ts";
import { pagerDutyAlert } from "../support/limits/alert.ts";
import { dumpDatabase, dumpRedis, readFiles, tablesWith, tracesIn } from "../support/person-traces.ts";
import { type RealProcess, startTraceops } from "../support/processes.ts";

const REDIS = process.env["TEST_REDIS_URL"] ?? "";
if (REDIS === "") process.stderr.write("the queue on Redis is not searched: TEST_REDIS_URL is not set\n");
/** A numbered database of that server that nothing else of the tests uses. */
const REDIS_DATABASE = 11;
const TIMEOUT_MS = 240_000;
const PATIENCE_MS = 60_000;
const SEND_EVERY_MS = 40;
const WORDS = "it was the basket flag, I forgot it on Friday";
const HER = ["U0ADA", "ada@example.com", "Ada Lovelace", "ada.lovelace", WORDS];
const ADA = { id: "U0ADA", name: "ada.lovelace", realName: "Ada Lovelace", email: "ada@example.com" };
const ERASE = ["erase-person", ADA.id, ADA.email];
const DUE = `SELECT job FROM outbox WHERE done_at IS NULL AND quarantined_at IS NULL
  AND not_before < now() + CASE WHEN job = 'surface.publish' THEN interval '8 s' ELSE interval '2 s' END`;

const ON_POSTGRES = { queue: "PostgreSQL", redisUrl: "" };
const ON_REDIS = REDIS === "" ? [] : [{ queue: "Redis", redisUrl: new URL(`/${REDIS_DATABASE}`, REDIS).href }];
/** Both: ERASE_EVERYWHERE=yes. Else Redis where there is one. */
const QUEUES = process.env["ERASE_EVERYWHERE"] === "yes" || REDIS === "" ? [ON_POSTGRES, ...ON_REDIS] : ON_REDIS;

describe.each(QUEUES)("an install that works, with its queue in $queue", ({ redisUrl }) => {
  let database: TestDatabase;
  let folder: string;
  let settings: Record<string, string>;
  let slack: FakeSlack;
  let program: RealProcess;
  let url: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    const people = [ADA, ...ACME.people.filter(({ id }) => id !== ADA.id)];
    slack = new FakeSlack(() => Date.now(), [{ ...ACME, people }]);
    await slack.start();
    folder = mkdtempSync(join(tmpdir(), "traceops-erase-running-"));
    if (redisUrl !== "") await withRedis(redisUrl, (redis) => redis.flushdb());
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    settings = {
      DATABASE_URL: database.connectionString,
      ...(redisUrl === "" ? {} : { REDIS_URL: redisUrl }),
      TRACEOPS_DATA_DIR: folder,
      TRACEOPS_SECRET: "a-master-secret-of-this-test-install-0123456789",
      PAGERDUTY_WEBHOOK_SECRETS: WEBHOOK_SECRET,
      SLACK_BOT_TOKEN: "xoxb-test",
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      SLACK_CHANNEL: "C0INCIDENTS",
      SLACK_API_URL: slack.apiUrl,
      PORT: String(port),
      LOG_LEVEL: "debug",
    };
    program = startTraceops(["start"], settings);
    slack.deliverTo(`${url}/slack/events`);
    await eventually(async () => ((await fetch(`${url}/readyz`).catch(() => null))?.ok ? true : null), PATIENCE_MS);
  });
  afterEach(async () => {
    program.child.kill("SIGKILL");
    await slack.stop();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const dump = () => dumpDatabase(database.connectionString);
  const dumpQueue = () =>
    redisUrl === "" ? dumpDatabase(database.connectionString, { outsideOnly: true }) : dumpRedis(redisUrl);
  const send = (body: object) => deliverSigned({ url, secret: WEBHOOK_SECRET }, body);
  const quiet = () =>
    eventually(async () => {
      const due = await withClient(database.connectionString, (client) => client.query(DUE));
      return due.rowCount === 0 ? true : null;
    }, PATIENCE_MS);

  /** She acknowledges, writes, pins and asks; a delivery that nobody can read names her too. */
  async function sheActs(): Promise<void> {
    await send(pagerDutyAlert({ id: "QHERS", service: "basket" }));
    const card = await eventually(() => slack.workspace.roots().find(({ text }) => text.includes(" basket:")) ?? null);
    await send(byAda(pagerDutyAlert({ id: "QHERS", service: "basket", type: "acknowledged" })));
    const people = new People(slack.team(), slack.courier);
    const ts = await people.say({ channel: card.channel, user: ADA.id, text: WORDS, threadTs: card.ts });
    await people.react({ user: ADA.id, channel: card.channel, ts, name: "pushpin", on: true });
    await people.command({ user: ADA.id, channel: card.channel, text: "status" });
    await send({ event: { id: "unreadable", by: ADA.realName, mail: ADA.email, data: { id: "QX" } } });
  }

  /** Alerts of others, and of her incident too, until told to end: the queue is never empty. */
  async function keepSending(stop: AbortSignal): Promise<number> {
    let sent = 0;
    while (!stop.aborted) {
      const id = sent % 5 === 0 ? "QHERS" : `QOTHER${sent}`;
      await send(pagerDutyAlert({ id, service: id === "QHERS" ? "basket" : `shop${sent % 8}` }));
      sent++;
      await wait(SEND_EVERY_MS);
    }
    return sent;
  }

  test(
    "holds nothing of a person who was erased while it worked: in the database, the queue and its own log",
    async () => {
      await sheActs();
      const before = await eventually(async () => {
        const found = tracesIn(await dump(), HER);
        return found.slice(0, 3).every((count) => count > 0) && (found.at(-1) ?? 0) > 0 ? found : null;
      }, PATIENCE_MS);
      const busy = new AbortController();
      const sending = keepSending(busy.signal);
      const queued = await eventually(async () => {
        const text = await dumpQueue();
        return text.includes("outboxId") ? text : null;
      }, PATIENCE_MS);

      const done = await traceops([...ERASE, "--name", ADA.realName], { env: settings, timeoutMs: 120_000 });
      busy.abort();
      const sent = await sending;
      await quiet();
      await send(pagerDutyAlert({ id: "QHERS", service: "basket", type: "resolved" }));
      await quiet();

      const [after, queueAfter, log] = [await dump(), await dumpQueue(), program.log()];
      process.stdout.write(
        `before: ${before.join(", ")} hits; ${sent} alerts meanwhile; searched: ${after.length} characters of the database, ` +
          `${queueAfter.length} of the queue (${queued.length} while it was busy), ${log.length} of the log\n`,
      );
      expect(done).toMatchObject({ code: 0 });
      expect(tablesWith(after, HER)).toEqual({});
      expect(tracesIn(queueAfter, HER)).toEqual([0, 0, 0, 0, 0]);
      expect(tracesIn(queued, HER)).toEqual([0, 0, 0, 0, 0]);
      expect(log).toContain('"level"');
      expect(tracesIn(log + done.out + done.err, HER)).toEqual([0, 0, 0, 0, 0]);
    },
    TIMEOUT_MS,
  );

  test(
    "says that what applications sent about a person stays until it is too old",
    async () => {
      const line = { time: new Date().toISOString(), level: "error", message: `login of ${ADA.realName} failed` };
      const pushed = { method: "POST", headers: { "content-type": "application/x-ndjson" } };
      expect((await fetch(`${url}/v1/events`, { ...pushed, body: `${JSON.stringify(line)}\n` })).status).toBe(200);

      const done = await traceops([...ERASE, "--name", ADA.realName], { env: settings, timeoutMs: 120_000 });

      const [, , named] = tracesIn(readFiles(join(folder, "segments")), HER);
      expect(named).toBeGreaterThan(0);
      expect(done.out).toContain("Files of events that applications sent were not touched");
      expect(done.out).toMatch(/run this again after \d+ h/u);
    },
    TIMEOUT_MS,
  );
});

function byAda(body: object): object {
  const agent = JSON.stringify({ id: "PADA", type: "user_reference", summary: ADA.realName, email: ADA.email });
  const replaced: unknown = JSON.parse(JSON.stringify(body).replace(/"agent":\{[^}]*\}/u, `"agent":${agent}`));
  if (typeof replaced !== "object" || replaced === null) throw new TypeError("the alert has no agent");
  return replaced;
}

async function withRedis(redisUrl: string, use: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    await use(redis);
  } finally {
    redis.disconnect();
  }
}
