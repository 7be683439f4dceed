import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deliverSigned } from "../../src/cli/deliver.ts";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, WEBHOOK_SECRET } from "../support/install.ts";
import { type RealProcess, startTraceops } from "../support/processes.ts";

/** 100 in the long run: RESTARTS=100 vitest run test/integration/graceful-stop.test.ts --project integration. */
const RESTARTS = Number(process.env["RESTARTS"] ?? "3");
const PATIENCE_MS = 120_000;
const folder = mkdtempSync(join(tmpdir(), "traceops-stop-"));
const processes = new Set<RealProcess>();
let database: TestDatabase;
let settings: Record<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  settings = {
    DATABASE_URL: database.connectionString,
    TRACEOPS_DATA_DIR: folder,
    PAGERDUTY_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    STOP_NOTICE_SECONDS: "2",
    LOG_LEVEL: "warn",
  };
});

afterAll(async () => {
  for (const { child } of processes) child.kill("SIGKILL");
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Web {
  readonly process: RealProcess;
  readonly url: string;
}

async function startWeb(): Promise<Web> {
  const port = await freePort();
  const process = startTraceops(["serve"], { ...settings, PORT: String(port) });
  processes.add(process);
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (process.child.exitCode !== null) throw new Error(process.log().slice(-2_000));
    return (await isReady(url)) ? true : null;
  }, PATIENCE_MS);
  return { process, url };
}

const UNDONE = "outbox WHERE done_at IS NULL AND quarantined_at IS NULL AND not_before <= now()";

const isReady = (url: string) =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** As a load balancer: looks at /readyz every 200 ms and sends to those that said yes last. */
function balance(webs: Set<Web>) {
  const ready = new Set<Web>();
  const stopping = new AbortController();
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      for (const web of webs)
        if (await isReady(web.url)) ready.add(web);
        else ready.delete(web);
      for (const web of ready) if (!webs.has(web)) ready.delete(web);
      await wait(200);
    }
  })();
  return {
    ready,
    async stop() {
      stopping.abort();
      await looking;
    },
  };
}

const webhook = (number: number) => ({
  event: {
    id: `rolling-${number}`,
    event_type: "incident.triggered",
    resource_type: "incident",
    occurred_at: new Date().toISOString(),
    data: {
      id: `QROLL${number % 40}`,
      type: "incident",
      title: `shelf-${number % 40} is slow`,
      urgency: "high",
      created_at: new Date().toISOString(),
      service: { id: `PSHELF${number % 40}`, summary: `shelf-${number % 40}` },
    },
  },
});

test(
  `${RESTARTS} rolling restarts under load answer every webhook with 2xx, lose and double none, and end within 30 s`,
  async () => {
    const webs = new Set([await startWeb(), await startWeb()]);
    let worker = startTraceops(["worker"], settings);
    processes.add(worker);
    const balancer = balance(webs);
    await eventually(() => (balancer.ready.size === 2 ? true : null), PATIENCE_MS);
    const statuses = new Map<number, number>();
    let sent = 0;
    const over = new AbortController();
    const sender = async () => {
      while (!over.signal.aborted) {
        const number = sent++;
        const web = [...balancer.ready][number % Math.max(1, balancer.ready.size)];
        const target = { url: web?.url ?? "", secret: WEBHOOK_SECRET };
        const status = await deliverSigned(target, webhook(number)).catch(() => 0);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await wait(100);
      }
    };
    const load = Promise.all([sender(), sender(), sender(), sender()]);

    const ends: { code: number | null; tookMs: number }[] = [];
    for (let restart = 0; restart < RESTARTS; restart++) {
      const [oldest] = webs;
      if (oldest === undefined) break;
      webs.add(await startWeb());
      const end = oldest.process.stop();
      await wait(1_000);
      webs.delete(oldest);
      ends.push(await end);
      const next = startTraceops(["worker"], settings);
      processes.add(next);
      ends.push(await worker.stop());
      worker = next;
    }
    over.abort();
    await load;
    process.stdout.write(`${sent} webhooks, statuses ${JSON.stringify([...statuses])}\n`);
    await eventually(async () => ((await count(UNDONE)) === 0 ? true : null), PATIENCE_MS).catch(async () => {
      throw new Error(`${await count(UNDONE)} undone; the worker says: ${worker.log().slice(-3_000)}`);
    });
    await balancer.stop();
    for (const { process } of webs) ends.push(await process.stop());
    ends.push(await worker.stop());

    const slowest = Math.max(...ends.map(({ tookMs }) => tookMs));
    process.stdout.write(
      `${sent} webhooks, ${ends.length} stops, slowest ${Math.round(slowest)} ms, statuses ${JSON.stringify([...statuses])}\n`,
    );
    expect([...statuses.keys()]).toEqual([202]);
    expect(ends.every(({ code }) => code === 0)).toBe(true);
    expect(slowest).toBeLessThan(30_000);
    expect(await count("alert_fact")).toBe(sent);
    expect(await count("inbox WHERE state <> 'processed'")).toBe(0);
  },
  60_000 * (RESTARTS + 3),
);

async function count(from: string): Promise<number> {
  const rows = await withClient(database.connectionString, (client) =>
    client.query(`SELECT count(*)::int AS n FROM ${from}`),
  );
  return Number(rows.rows[0]?.n);
}
