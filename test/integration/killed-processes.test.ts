import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deliverSigned } from "../../src/cli/deliver.ts";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, WEBHOOK_SECRET } from "../support/install.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const INCIDENTS = 20;
const KILLS = 4;
const DONE_BEFORE_A_KILL = 5;
/** That nothing is lost is the guarantee, not how fast: beside other tests on two cores five starts of a process take long. */
const PATIENCE_MS = 160_000;
const folder = mkdtempSync(join(tmpdir(), "traceops-killed-"));
const children = new Set<ChildProcess>();
let database: TestDatabase;
let url: string;
let environment: Record<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  mkdirSync(join(folder, "logs"));
  writeFileSync(join(folder, "logs", "shop.log"), `${new Date().toISOString()} ERROR connection refused\n`);
  environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    DATABASE_URL: database.connectionString,
    TRACEOPS_DATA_DIR: folder,
    TRACEOPS_BUNDLE: join(folder, "logs"),
    PAGERDUTY_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    PORT: String(port),
    LOG_LEVEL: "error",
  };
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("workers killed in the middle of their work lose nothing and answer everything", async () => {
  start("serve");
  await eventually(async () => ((await fetch(`${url}/readyz`).catch(() => null))?.ok ? true : null), PATIENCE_MS);
  // Doubled and in no order: ends arrive before beginnings. Nobody works yet, so that every kill below meets a full desk.
  for (const turn of ["resolved", "triggered", "triggered"]) {
    for (let number = 0; number < INCIDENTS; number++) await deliver(webhook(number, turn));
  }

  for (let kill = 1; kill <= KILLS; kill++) {
    const before = await done();
    const worker = start("worker");
    await eventually(async () => ((await done()) >= before + DONE_BEFORE_A_KILL ? true : null), PATIENCE_MS);
    worker.kill("SIGKILL");
  }
  start("worker");

  await eventually(async () => ((await undone()) === 0 ? true : null), PATIENCE_MS);
  expect(await rows("SELECT count(*)::int AS n FROM incident")).toEqual([{ n: INCIDENTS }]);
  expect(await rows("SELECT count(*)::int AS n FROM incident WHERE status <> 'resolved'")).toEqual([{ n: 0 }]);
  expect(await rows("SELECT count(DISTINCT incident_id)::int AS n FROM analysis")).toEqual([{ n: INCIDENTS }]);
  expect(await rows("SELECT count(*)::int AS n FROM outbox WHERE quarantined_at IS NOT NULL")).toEqual([{ n: 0 }]);
}, 300_000);

/** As a sender does: again until it is taken. */
async function deliver(body: object): Promise<void> {
  const target = { url, secret: WEBHOOK_SECRET };
  await eventually(async () => ((await deliverSigned(target, body)) === 202 ? true : null));
}

function start(role: "serve" | "worker"): ChildProcess {
  const args = ["--disable-warning=ExperimentalWarning", join(ROOT, "src/cli/traceops.ts"), role];
  const child = spawn(process.execPath, args, { env: environment, stdio: "ignore" });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

function webhook(number: number, turn: string): object {
  const at = new Date(Date.now() - 60_000 + (turn === "resolved" ? 30_000 : 0)).toISOString();
  return {
    event: {
      id: `event-${number}-${turn}`,
      event_type: `incident.${turn}`,
      resource_type: "incident",
      occurred_at: at,
      data: {
        id: `QKILLED${number}`,
        type: "incident",
        title: `shelf-${number} does not answer`,
        urgency: "high",
        created_at: at,
        service: { id: `PSVC${number}`, summary: `shelf-${number}` },
      },
    },
  };
}

async function done(): Promise<number> {
  const [row] = await rows("SELECT count(*)::int AS n FROM outbox WHERE done_at IS NOT NULL");
  return Number(row?.["n"]);
}

async function undone(): Promise<number> {
  const [row] = await rows("SELECT count(*)::int AS n FROM outbox WHERE done_at IS NULL AND quarantined_at IS NULL");
  return Number(row?.["n"]);
}

function rows(sql: string): Promise<readonly Record<string, unknown>[]> {
  return withClient(database.connectionString, async (client) => (await client.query(sql)).rows);
}
