import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { eventually } from "../support/install.ts";
import { type RealProcess, startTraceops } from "../support/processes.ts";

/** 60 in real life; silence of two rounds is the alarm there, so 120 s. */
const ROUND_SECONDS = 5;
const SILENCE_MS = 2 * ROUND_SECONDS * 1_000;
const PATIENCE_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), "traceops-self-watch-"));
const processes = new Set<RealProcess>();
const beats: number[] = [];
let checker: Server;
let database: TestDatabase;
let web: RealProcess;
let worker: RealProcess;
let url: string;

beforeAll(async () => {
  database = await createTestDatabase();
  checker = createServer((_request, response) => {
    beats.push(performance.now());
    response.end("ok");
  });
  await new Promise<void>((resolve) => checker.listen(0, "127.0.0.1", resolve));
  const address = checker.address();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const settings = {
    DATABASE_URL: database.connectionString,
    TRACEOPS_DATA_DIR: folder,
    TRACEOPS_SECRET: "a-master-secret-of-this-test-install-0123456789",
    PAGERDUTY_WEBHOOK_SECRETS: "a-webhook-secret-for-tests",
    HEARTBEAT_URL: `http://127.0.0.1:${portOf(address)}/beat`,
    SELF_WATCH_SECONDS: String(ROUND_SECONDS),
    PORT: String(port),
    LOG_LEVEL: "warn",
  };
  web = startTraceops(["serve"], settings);
  worker = startTraceops(["worker"], settings);
  processes.add(web).add(worker);
});

afterAll(async () => {
  for (const { child } of processes) child.kill("SIGKILL");
  checker.close();
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A beat that comes from now on. */
async function nextBeat(): Promise<void> {
  const before = beats.length;
  await eventually(() => (beats.length > before ? true : null), PATIENCE_MS).catch(() => {
    throw new Error(`no heartbeat; web: ${web.log().slice(-1_500)} worker: ${worker.log().slice(-1_500)}`);
  });
}

/** How many beats come in two rounds; one that was on its way when it began does not count. */
async function beatsWhile(broken: () => Promise<void> | void): Promise<number> {
  await broken();
  await wait(1_500);
  const before = beats.length;
  await wait(SILENCE_MS);
  return beats.length - before;
}

const sql = (text: string) => withClient(database.connectionString, (client) => client.query(text));

test("while everything works a heartbeat leaves every round", async () => {
  await nextBeat();
  await nextBeat();

  expect(beats.length).toBeGreaterThanOrEqual(2);
}, 150_000);

test("nobody sees the synthetic incidents, and they take none of people's numbers", async () => {
  const incidents = await sql("SELECT id, tenant FROM incident");
  const numbers = await sql("SELECT last_value FROM pg_sequences WHERE sequencename = 'incident_number'");

  expect(incidents.rowCount).toBeGreaterThan(0);
  expect(new Set(incidents.rows.map(({ tenant }) => tenant))).toEqual(new Set(["self-watch"]));
  expect(incidents.rows.every(({ id }) => String(id).startsWith("SELF-"))).toBe(true);
  expect(numbers.rows).toEqual([{ last_value: null }]);
});

test("nobody else starts a round: without the install's key the address refuses", async () => {
  const body = JSON.stringify({ round: crypto.randomUUID(), at: 1 });
  const statuses = await Promise.all(
    [{}, { "x-traceops-signature": `v1=${"0".repeat(64)}` }].map(async (headers: Record<string, string>) => {
      const response = await fetch(`${url}/hooks/self-watch`, { method: "POST", headers, body });
      return response.status;
    }),
  );

  expect(statuses).toEqual([401, 401]);
});

test("a frozen worker is silence, and its return is heard", async () => {
  const silent = await beatsWhile(() => void worker.child.kill("SIGSTOP"));
  worker.child.kill("SIGCONT");

  expect(silent).toBe(0);
  await nextBeat();
}, 150_000);

test("a queue that is gone is silence", async () => {
  const queues = await sql("SELECT nspname AS name FROM pg_namespace WHERE nspname ILIKE '%bull%'");
  const name = String(queues.rows[0]?.name);
  const silent = await beatsWhile(async () => void (await sql(`ALTER SCHEMA "${name}" RENAME TO queue_is_away`)));
  await sql(`DROP SCHEMA IF EXISTS "${name}" CASCADE`);
  await sql(`ALTER SCHEMA queue_is_away RENAME TO "${name}"`);

  expect(silent).toBe(0);
  await nextBeat();
}, 150_000);

test("a database that is gone is silence", async () => {
  const name = new URL(database.connectionString).pathname.slice(1);
  const admin = new URL(database.connectionString);
  admin.pathname = "/postgres";
  const onServer = (text: string) => withClient(admin.href, (client) => client.query(text));
  const silent = await beatsWhile(async () => {
    await onServer(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    await onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
  });
  await onServer(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);

  expect(silent).toBe(0);
  await nextBeat();
}, 150_000);
